import { summarizeError } from './errors.ts';
import type { MeteredReport } from './poll-report.ts';
import type { Log } from './ports.ts';

export interface RoundsDeps {
  /** From the start of one round to that of the next, milliseconds. */
  readonly intervalMs: number;
  /** From one invocation to the next, milliseconds. */
  readonly periodMs: number;
  readonly remainingMs: () => number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly log: Log;
}

/** What a round needs to be worth beginning: the answers of a look, a commit and a delivery. */
const MIN_ROUND_MS = 4_000;

/**
 * Polls again and again until the next invocation is due, or time is too short for another round. A round that took longer than
 * the interval is followed by the next one that is due.
 *
 * @throws what the first round throws: then nothing was done. A later one that throws is reported as a failure
 */
export async function pollInRounds(
  pollOnce: (round: number) => Promise<MeteredReport>,
  { intervalMs, periodMs, remainingMs, now, sleep, log }: RoundsDeps,
): Promise<MeteredReport> {
  const startedAt = now();
  let report = await pollOnce(0);
  // Others have until the next invocation for what was handed to them.
  const isDone = (round: number) => round * intervalMs >= periodMs || report.shards > 0;
  for (let round = after(0); !isDone(round); round = after(round)) {
    const pause = startedAt + round * intervalMs - now();
    if (remainingMs() - pause < MIN_ROUND_MS) break;
    await sleep(pause);
    try {
      report = afterRound(report, await pollOnce(round));
    } catch (error) {
      log.error('A round of the poll failed', { error: summarizeError(error) });
      report = { ...report, failures: report.failures + 1 };
    }
  }
  return report;

  function after(round: number): number {
    return Math.max(round, Math.floor((now() - startedAt) / intervalMs)) + 1;
  }
}

/** What rounds have done together, and how things stand after the last. */
function afterRound(before: MeteredReport, last: MeteredReport): MeteredReport {
  return {
    ...last,
    polled: before.polled + last.polled,
    changes: before.changes + last.changes,
    published: before.published + last.published,
    setAside: before.setAside + last.setAside,
    refused: before.refused + last.refused,
    denied: before.denied || last.denied,
    failures: before.failures + last.failures,
    oddities: before.oddities + last.oddities,
    listComplete: before.listComplete && last.listComplete,
    lostRaces: before.lostRaces + last.lostRaces,
    postponed: before.postponed + last.postponed,
    shards: before.shards + last.shards,
    backlogAgeMs: Math.max(before.backlogAgeMs, last.backlogAgeMs),
    api: {
      calls: before.api.calls + last.api.calls,
      throttles: before.api.throttles + last.api.throttles,
    },
  };
}
