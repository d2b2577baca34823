import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/browser/**/*.browser.ts'],
    globalSetup: ['test/browser/dashboard/build.ts'],
    // A browser has processes of its own.
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Time enough for a machine that has much to do.
    expect: { poll: { timeout: 10_000 } },
  },
});
