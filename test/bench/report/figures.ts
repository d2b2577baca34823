import type { Case, Sample } from '../runner/sample.ts';

/** The middle of several measurements, and how far they are apart. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** What the polls of a case came to. */
export interface Figure extends Case {
  /** Tasks that a poll read: fewer than the account has where the naive poller took a sample. */
  readonly asked: number;
  readonly runs: number;
  readonly wallMs: Spread;
  /** Of wall time, for each task that was asked for. */
  readonly wallMsPerTask: number;
  readonly cpuMsPerTask: Spread;
  /** The most of any run. */
  readonly peakMb: number;
  /** Requests of a poll by operation: of the run with most, where they differ. */
  readonly calls: Readonly<Record<string, number>>;
  readonly totalCalls: number;
  /** The part of the time that the stand-ins were busy. */
  readonly standInLoad: number;
}

/** Brings together the samples of each case, in order. */
export function figuresOf(samples: readonly Sample[]): Figure[] {
  const groups = Map.groupBy(samples, ({ poller, tasks, share, isCold }) =>
    [tasks, share, poller, isCold].join(),
  );
  return [...groups.values()].flatMap(figureOf).sort((a, b) => a.tasks - b.tasks || a.share - b.share);
}

function figureOf(samples: readonly Sample[]): Figure[] {
  const [first] = samples;
  if (first === undefined) return [];
  const { poller, tasks, share, isCold, asked } = first;
  const spread = (of: (sample: Sample) => number) => spreadOf(samples.map(of));
  const operations = [...new Set(samples.flatMap(({ calls }) => Object.keys(calls)))].sort();
  const calls = Object.fromEntries(
    operations.map((operation) => [operation, spread(({ calls: counts }) => counts[operation] ?? 0).max]),
  );
  const wallMs = spread((sample) => sample.wallMs);
  const figure = {
    ...{ poller, tasks, share, isCold, asked, runs: samples.length, wallMs, calls },
    wallMsPerTask: wallMs.median / asked,
    cpuMsPerTask: spread(({ cpuMs }) => cpuMs / asked),
    peakMb: spread(({ peakMb }) => peakMb).max,
    totalCalls: Object.values(calls).reduce((sum, count) => sum + count, 0),
    standInLoad: spread(({ standInLoad }) => standInLoad).median,
  };
  return [figure];
}

function spreadOf(values: readonly number[]): Spread {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = (sorted.length - 1) / 2;
  return {
    median: (at(Math.floor(middle)) + at(Math.ceil(middle))) / 2,
    min: at(0),
    max: at(sorted.length - 1),
  };
}

/** The figure of a case, if it was measured. */
export function find(figures: readonly Figure[], wanted: Partial<Case>): Figure | undefined {
  const { poller, tasks, share, isCold = false } = wanted;
  return figures.find(
    (figure) =>
      figure.poller === poller &&
      figure.tasks === tasks &&
      figure.share === share &&
      figure.isCold === isCold,
  );
}
