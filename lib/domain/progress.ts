import { type Counts, executedThings, finishedThings } from './counts.ts';

/** How far a rollout was at an instant (epoch milliseconds). A tuple, since a snapshot stores many of them. */
export type ProgressSample = readonly [
  at: number,
  finished: number,
  /** Things that were notified since the first sample, and failures: each attempt of a thing counts. */
  notified: number,
  failed: number,
  rejected: number,
  timedOut: number,
];

/** Percent of things finished at which `OTA Task Progressed` is published by default. */
const MILESTONES = [25, 50, 75, 100];

const MINUTE = 60_000;
/** What a rate is measured over, milliseconds. */
export const RATE_WINDOW = 15 * MINUTE;
/** The neighbors of a sample are at least so far apart: less than two polls, and a part of its age. */
const MIN_DISTANCE = 1.8 * MINUTE;
const DISTANCE_BY_AGE = 0.1;
/** More than the longest window of any rule has room for. */
const MAX_SAMPLES = 48;
/** The end of what ISO 8601 writes with a year of four digits: later than any rollout. */
const LATEST = Date.UTC(9999, 11, 31);

/** The highest milestone that the counts have reached, in percent; 0 for none. */
export function milestoneOf(counts: Counts): number {
  if (counts.total === 0) return 0;
  return MILESTONES.findLast((percent) => finishedThings(counts) * 100 >= percent * counts.total) ?? 0;
}

/** Percent of things finished, rounded down to two decimals, so that only all of them are 100. */
export function percentComplete(counts: Counts): number | undefined {
  if (counts.total === 0) return undefined;
  return Math.floor((finishedThings(counts) * 10_000) / counts.total) / 100;
}

/** The first sample of a task. */
export function firstSample(counts: Counts, now: number): ProgressSample {
  return [now, finishedThings(counts), 0, 0, 0, 0];
}

/**
 * Adds a sample and forgets those older than the window, save the newest of them: counts that stand still leave no sample, and
 * the last one before a pause is where a rate is measured from. Counts fall when things are tried again; what is added up here
 * never does.
 */
export function addSample(
  samples: readonly ProgressSample[],
  previous: Counts,
  counts: Counts,
  now: number,
  windowMs: number,
): ProgressSample[] {
  const [, , notified, failed, rejected, timedOut] = samples.at(-1) ?? firstSample(previous, now);
  const more = (of: (counts: Counts) => number) => Math.max(0, of(counts) - of(previous));
  const sample: ProgressSample = [
    now,
    finishedThings(counts),
    storable(notified + more(executedThings)),
    storable(failed + more((some) => some.failed)),
    storable(rejected + more((some) => some.rejected)),
    storable(timedOut + more((some) => some.timedOut)),
  ];
  const earlier = samples.filter(([at]) => at < now);
  const kept = [...thinned(earlier, now), sample];
  const firstInside = kept.findIndex(([at]) => at > now - windowMs);
  return kept.slice(Math.max(0, firstInside - 1)).slice(-MAX_SAMPLES);
}

/** No table takes a number that is not exact: a sum of counts beyond all reason must not keep a task from being written. */
const storable = (sum: number) => Math.min(sum, Number.MAX_SAFE_INTEGER);

/** Samples as they would be, had the computer's clock always been where it stepped back to. */
export function steppedBack(samples: readonly ProgressSample[], by: number): readonly ProgressSample[] {
  return samples.map(([at, ...numbers]) => [at - by, ...numbers]);
}

/**
 * Leaves samples out whose neighbors are close together: the older they are, the farther apart those may be. So the last one
 * before a quiet time stays, and no instant is taken for one that is earlier by more than that.
 */
function thinned(samples: readonly ProgressSample[], now: number): readonly ProgressSample[] {
  let kept = Number.NEGATIVE_INFINITY;
  return samples.filter(([at], index) => {
    const [next] = samples[index + 1] ?? [Number.POSITIVE_INFINITY];
    if (next - kept < Math.max(MIN_DISTANCE, DISTANCE_BY_AGE * (now - at))) return false;
    kept = at;
    return true;
  });
}

/** How far the rollout was at an instant: counts stand still from one sample to the next. */
export function sampleAt(samples: readonly ProgressSample[], instant: number): ProgressSample | undefined {
  return samples.findLast(([at]) => at <= instant) ?? samples[0];
}

/** Things finished per minute over the last 15 minutes, to two decimals. */
export function ratePerMinute(samples: readonly ProgressSample[]): number | undefined {
  const last = samples.at(-1);
  if (last === undefined) return undefined;
  const first = sampleAt(samples, last[0] - RATE_WINDOW);
  if (first === undefined || last[0] <= first[0]) return undefined;
  return Math.round(((last[1] - first[1]) * MINUTE * 100) / (last[0] - first[0])) / 100;
}

/** When the rest will have finished at the given rate (ISO instant); undefined where it never will. */
export function estimatedCompletion(
  counts: Counts,
  rate: number | undefined,
  now: number,
): string | undefined {
  if (rate === undefined || rate <= 0) return undefined;
  const left = counts.queued + counts.inProgress;
  const at = now + Math.round((left / rate) * MINUTE);
  return at > LATEST ? undefined : new Date(at).toISOString();
}
