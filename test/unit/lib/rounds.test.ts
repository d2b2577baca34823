import { describe, expect, it } from 'vitest';
import type { MeteredReport } from '../../../lib/poll-report.ts';
import { pollInRounds, type RoundsDeps } from '../../../lib/rounds.ts';

const REPORT: MeteredReport = {
  tracked: 3,
  polled: 3,
  changes: 1,
  published: 1,
  setAside: 0,
  refused: 0,
  denied: false,
  failures: 0,
  oddities: 0,
  listComplete: true,
  listDistrusted: false,
  lostRaces: 0,
  heldBack: 0,
  postponed: 0,
  shards: 0,
  backlog: 0,
  backlogAgeMs: 0,
  api: { calls: 4, throttles: 0 },
};

/** An invocation that is cut off after 55 s, and is not punctual. */
function invocation(takesMs: (round: number) => number, throwsIn: readonly number[] = []) {
  const start = 1_000_123;
  let now = start;
  const begun: number[] = [];
  const logged: string[] = [];
  const entry = (message: string) => void logged.push(message);
  const deps: Omit<RoundsDeps, 'intervalMs'> = {
    periodMs: 60_000,
    remainingMs: () => 55_000 - (now - start),
    now: () => now,
    sleep: async (milliseconds) => {
      now += milliseconds;
    },
    log: { info: entry, warn: entry, error: entry },
  };
  const pollOnce = async (round: number): Promise<MeteredReport> => {
    begun.push(now - start);
    now += takesMs(round);
    if (throwsIn.includes(round)) throw new Error('The table cannot be read');
    return REPORT;
  };
  return { deps, pollOnce, begun, logged };
}

describe('rounds', () => {
  it.each<[string, number, (round: number) => number, number[]]>([
    ['one, as often as invocations', 60_000, () => 1_000, [0]],
    ['three', 20_000, () => 1_000, [0, 20_000, 40_000]],
    [
      'as many as begin in time',
      5_000,
      () => 1_000,
      [0, 5, 10, 15, 20, 25, 30, 35, 40, 45, 50].map((s) => s * 1e3),
    ],
    [
      'none that was due while another took its time',
      10_000,
      (round) => (round === 1 ? 25_000 : 500),
      [0, 10_000, 40_000, 50_000],
    ],
    ['one, if it takes all the time', 5_000, () => 53_000, [0]],
  ])('are %s', async (_, intervalMs, takesMs, begun) => {
    const { deps, pollOnce, begun: seen } = invocation(takesMs);
    await pollInRounds(pollOnce, { ...deps, intervalMs });
    expect(seen).toEqual(begun);
  });

  it('end although the clock stands', async () => {
    const { deps, pollOnce, begun } = invocation(() => 0);
    await pollInRounds(pollOnce, { ...deps, sleep: async () => undefined, intervalMs: 20_000 });
    expect(begun).toEqual([0, 0, 0]);
  });

  it('add up what they did, and say how things stand after the last', async () => {
    const { deps, pollOnce } = invocation(() => 1_000);
    const reports = [
      REPORT,
      { ...REPORT, tracked: 4, failures: 1, listComplete: false, denied: true, backlog: 5, backlogAgeMs: 9 },
      { ...REPORT, tracked: 2, heldBack: 1, postponed: 2, shards: 3, lostRaces: 1, oddities: 1, refused: 1 },
    ];
    const poll = async (round: number) => ({ ...(await pollOnce(round)), ...reports[round] });
    expect(await pollInRounds(poll, { ...deps, intervalMs: 20_000 })).toEqual({
      tracked: 2,
      polled: 9,
      changes: 3,
      published: 3,
      setAside: 0,
      refused: 1,
      denied: true,
      failures: 1,
      oddities: 1,
      listComplete: false,
      listDistrusted: false,
      lostRaces: 1,
      heldBack: 1,
      postponed: 2,
      shards: 3,
      backlog: 0,
      backlogAgeMs: 9,
      api: { calls: 12, throttles: 0 },
    });
  });

  it('end once the work was handed to others', async () => {
    const { deps, pollOnce, begun } = invocation(() => 1_000);
    const poll = async (round: number) => ({ ...(await pollOnce(round)), shards: round === 1 ? 4 : 0 });
    const report = await pollInRounds(poll, { ...deps, intervalMs: 10_000 });
    expect([begun, report.shards]).toEqual([[0, 10_000], 4]);
  });

  it('fail with the first, in which nothing was done', async () => {
    const { deps, pollOnce, begun } = invocation(() => 1_000, [0]);
    await expect(pollInRounds(pollOnce, { ...deps, intervalMs: 20_000 })).rejects.toThrow(
      'The table cannot be read',
    );
    expect(begun).toEqual([0]);
  });

  it('go on after a later one failed, which counts', async () => {
    const { deps, pollOnce, begun, logged } = invocation(() => 1_000, [1]);
    const report = await pollInRounds(pollOnce, { ...deps, intervalMs: 20_000 });
    expect(begun).toEqual([0, 20_000, 40_000]);
    expect(report).toEqual({
      ...REPORT,
      polled: 6,
      changes: 2,
      published: 2,
      failures: 1,
      api: { calls: 8, throttles: 0 },
    });
    expect(logged).toEqual(['A round of the poll failed']);
  });
});
