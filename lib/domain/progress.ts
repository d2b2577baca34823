import { type Counts, finishedThings } from './counts.ts';

/** Number of finished things at an instant (epoch milliseconds). */
export interface ProgressSample {
  readonly at: number;
  readonly finished: number;
}

/** Percent of things finished at which `OTA Task Progressed` is published by default. */
const MILESTONES = [25, 50, 75, 100];

const MINUTE = 60_000;
const RATE_WINDOW = 15 * MINUTE;
const MAX_SAMPLES = 16;
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

/**
 * Adds a sample and forgets those older than the rate's window, save the newest of them: counts that stand still leave no
 * sample, and the last one before a pause is where the rate is measured from.
 */
export function addSample(samples: readonly ProgressSample[], counts: Counts, now: number): ProgressSample[] {
  const all = [...samples.filter((sample) => sample.at < now), { at: now, finished: finishedThings(counts) }];
  const firstInside = all.findIndex((sample) => sample.at >= now - RATE_WINDOW);
  return all.slice(Math.max(0, firstInside - 1)).slice(-MAX_SAMPLES);
}

/** Things finished per minute between the first and the last sample, to two decimals. */
export function ratePerMinute(samples: readonly ProgressSample[]): number | undefined {
  const [first, last] = [samples.at(0), samples.at(-1)];
  if (first === undefined || last === undefined || last.at <= first.at) return undefined;
  return Math.round(((last.finished - first.finished) * MINUTE * 100) / (last.at - first.at)) / 100;
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
