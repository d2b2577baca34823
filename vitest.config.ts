import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
    coverage: {
      provider: 'v8',
      include: ['lib/domain/**'],
      exclude: ['**/generated/**'],
      thresholds: { 100: true },
    },
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
