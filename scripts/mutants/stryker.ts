import path from 'node:path';
import { Stryker } from '@stryker-mutator/core';
import { type Area, TESTS_VARIABLE } from './areas.ts';

export interface StrykerOptions {
  readonly root: string;
  readonly concurrency: number;
  /** Takes over what an earlier run found where neither code nor tests changed. */
  readonly isIncremental: boolean;
}

/** Where reports go, from the root. */
export const REPORTS = 'reports/mutants';

/** What is not needed by tests, and would be copied. */
const LEFT_OUT = ['coverage', 'docs', 'web', 'node_modules', '.local', '.serverless', '.esbuild', 'reports'];

/** What became of one mutant. */
export interface Judged {
  readonly fileName: string;
  readonly status: string;
}

/** Runs the tests of an area against each of its mutants. */
export async function judgeMutants(area: Area, { root, concurrency, isIncremental }: StrykerOptions) {
  process.env[TESTS_VARIABLE] = area.name;
  const report = path.join(REPORTS, area.name.replaceAll('/', '-'));
  const mutants = await new Stryker({
    testRunner: 'vitest',
    plugins: ['@stryker-mutator/vitest-runner'],
    vitest: { configFile: 'test/mutation/vitest.config.ts' },
    mutate: [...area.code, '!**/generated/**'],
    coverageAnalysis: 'perTest',
    concurrency,
    incremental: isIncremental,
    incrementalFile: `${report}.incremental.json`,
    reporters: ['progress-append-only', 'json', 'html'],
    jsonReporter: { fileName: `${report}.json` },
    htmlReporter: { fileName: `${report}.html` },
    ignorePatterns: LEFT_OUT,
    // Node and vite strip the types; TypeScript's compiler has no API that Stryker could use.
    disableTypeChecks: false,
    tsconfigFile: 'none.json',
    tempDirName: '.stryker-tmp',
  }).runMutationTest();
  return mutants.map(({ fileName, status }): Judged => ({ fileName: path.relative(root, fileName), status }));
}
