import { defineConfig } from 'vitest/config';
import { TESTS_VARIABLE, testsOf } from '../../scripts/mutants/areas.ts';

export default defineConfig({
  test: {
    ...testsOf(process.env[TESTS_VARIABLE]),
    isolate: false,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
