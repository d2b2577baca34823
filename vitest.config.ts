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
    // Two more than vitest would take on two cores: these tests wait for each other's processes rather than compute.
    maxWorkers: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
