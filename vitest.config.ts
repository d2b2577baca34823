import { defineConfig } from 'vitest/config';

const DOMAIN = 'test/unit/domain/**/*.test.ts';
/** Thousands of rollouts: counting what they run through takes as long again, and the rest of the domain's tests cover it. */
const ORACLE = 'test/unit/domain/rules/oracle.property.test.ts';
/** A twentieth of the time of all tests: on DynamoDB Local only, and as `npm run test:guarantees`. */
const LONG_PROOFS = ['test/integration/guarantees/{late,07-killed-processes}.test.ts'];

export default defineConfig({
  test: {
    // They begin in the order of their names.
    projects: [
      {
        extends: true,
        test: { name: 'domain', include: [DOMAIN], exclude: [ORACLE], env: { MEASURE_COVERAGE: 'yes' } },
      },
      { extends: true, test: { name: 'e2e', include: ['test/e2e/**/*.test.ts', ORACLE] } },
      {
        extends: true,
        test: {
          name: 'integration',
          include: ['test/integration/**/*.test.ts'],
          exclude: process.env.TEST_DYNAMODB_URL === undefined ? LONG_PROOFS : [],
        },
      },
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'packages/*/test/**/*.test.ts'],
          exclude: [DOMAIN],
        },
      },
    ],
    coverage: {
      provider: 'custom',
      customProviderModule: 'test/support/measured-coverage.ts',
      include: ['lib/domain/**'],
      exclude: ['**/generated/**'],
      thresholds: { 100: true },
    },
    globalSetup: ['test/support/compile-cache/folder.ts'],
    setupFiles: ['test/support/compile-cache/use.ts'],
    // Files share processes, and what these have imported: no module keeps anything that another test could notice.
    isolate: false,
    // One more than two cores have: some of these tests wait for other processes rather than compute.
    maxWorkers: 3,
    // Only what hangs: on a machine that is busy with other things, what takes seconds takes a minute.
    testTimeout: 120_000,
    // Packaging takes seconds, and minutes on a machine that is busy with other things.
    hookTimeout: 180_000,
  },
});
