import v8 from '@vitest/coverage-v8';
import type { CoverageProviderModule } from 'vitest/node';

const isMeasured = process.env.MEASURE_COVERAGE === 'yes';

/** V8's coverage, counted only by the tests that are to cover the code: counting takes others half as long again. */
const coverage: CoverageProviderModule = {
  getProvider: () => v8.getProvider(),
  startCoverage: (options) => (isMeasured ? v8.startCoverage?.(options) : undefined),
  takeCoverage: (options) => (isMeasured ? v8.takeCoverage?.(options) : undefined),
  stopCoverage: (options) => (isMeasured ? v8.stopCoverage?.(options) : undefined),
};

export default coverage;
