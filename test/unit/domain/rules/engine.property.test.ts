import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { executedThings } from '../../../../lib/domain/counts.ts';
import { isWorthWriting } from '../../../../lib/domain/diff.ts';
import { isDue, isTimeToNote } from '../../../../lib/domain/rules/state.ts';
import { isTerminal, type Snapshot } from '../../../../lib/domain/task.ts';
import { randomRollout } from '../../../support/random-rollouts.ts';
import { PERIOD, type ReadLook, type RecordedLook } from '../../../support/rule-oracle/recorded-rollout.ts';
import { tell, toldOf, watch } from '../../../support/rule-oracle/watching.ts';
import type { Told } from '../../../support/rule-oracle.ts';

/** Holds for random rollouts of 200 looks; a counterexample is the seed of one. */
function forRollouts(holds: (looks: readonly RecordedLook[]) => void): void {
  const seeds = fc.integer({ min: 0, max: 1_000_000 });
  fc.assert(
    fc.property(seeds, (seed) => holds(randomRollout(seed, 200))),
    { seed: 2026, numRuns: 100 },
  );
}

/** What is told of each rule that recovers, in order. */
function byRule(looks: readonly RecordedLook[]): Told[][] {
  const recovering = tell(looks).filter(({ kind }) => kind !== 'milestone');
  return [...Map.groupBy(recovering, ({ id }) => id).values()];
}

const alternating = (told: readonly Told[]) =>
  told.map((_, index) => (index % 2 === 0 ? 'breached' : 'recovered'));

/** Looks that succeeded, with the snapshots that they led to. Rules that have just changed may begin in the next look. */
function settledLooks(looks: readonly RecordedLook[]): { look: ReadLook; snapshot: Snapshot }[] {
  const settled: { look: ReadLook; snapshot: Snapshot }[] = [];
  let [snapshot, rules]: [Snapshot | undefined, ReadLook['rules'] | undefined] = [undefined, undefined];
  for (const look of looks) {
    snapshot = watch(snapshot, look).snapshot;
    if (look.kind !== 'read' || isTerminal(look.status)) continue;
    if (rules === look.rules) settled.push({ look, snapshot });
    rules = look.rules;
  }
  return settled;
}

describe('breaches and recoveries of a rule', () => {
  it('alternate', () => {
    forRollouts((looks) => {
      for (const told of byRule(looks)) {
        const turns = told.filter(({ type, breachedAt }) => type === 'recovered' || breachedAt === undefined);
        expect(turns.map(({ type }) => type)).toEqual(alternating(turns));
      }
    });
  });

  it('alternate as subscribers see them, with reminders only in between', () => {
    forRollouts((looks) => {
      for (const told of byRule(looks)) {
        const published = told.filter((one) => one.published);
        const turns = published.filter(({ reminder }) => reminder === undefined);
        expect(turns.map(({ type }) => type)).toEqual(alternating(turns));
        const beforeReminders = published.filter((_, index) => published[index + 1]?.reminder !== undefined);
        expect(beforeReminders.filter(({ type }) => type !== 'breached')).toEqual([]);
      }
    });
  });

  it('leave nothing open when the task has ended', () => {
    forRollouts((looks) => {
      const last = looks.at(-1);
      if (last?.kind !== 'read' || !isTerminal(last.status)) return;
      expect(byRule(looks).filter((told) => told.at(-1)?.type === 'breached')).toEqual([]);
    });
  });

  it('come in this order from one look', () => {
    forRollouts((looks) => {
      let snapshot: Snapshot | undefined;
      for (const look of looks) {
        const looked = watch(snapshot, look);
        snapshot = looked.snapshot;
        const types = toldOf(looked, look.at).map(({ type }) => type);
        expect(types).toEqual(types.toSorted());
      }
    });
  });
});

it('breaches no rule about a share of executed things before there are enough', () => {
  forRollouts((looks) => {
    let snapshot: Snapshot | undefined;
    for (const look of looks) {
      const looked = watch(snapshot, look);
      snapshot = looked.snapshot;
      // What was in progress when a task was canceled is not in its counts any more.
      if (look.kind !== 'read' || look.status === 'CANCELED') continue;
      const begun = toldOf(looked, look.at).filter(
        ({ type, breachedAt }) => type === 'breached' && breachedAt === undefined,
      );
      const minimums = begun.map(({ id }) => minimumOf(look, id));
      expect(minimums.filter((minimum) => executedThings(look.counts) < minimum)).toEqual([]);
    }
  });
});

function minimumOf({ rules }: ReadLook, id: string): number {
  const rule = rules.find((one) => one.id === id);
  if (rule?.kind === 'ratio') return rule.minExecuted;
  return rule?.kind === 'abort-criteria' ? rule.criterion.minExecutedThings : 0;
}

describe('a snapshot', () => {
  it('is all that later looks need, stored after any of them', () => {
    forRollouts((looks) => {
      const told: Told[] = [];
      let stored: string | undefined;
      for (const look of looks) {
        const looked = watch(stored === undefined ? undefined : JSON.parse(stored), look);
        stored = JSON.stringify(looked.snapshot);
        told.push(...toldOf(looked, look.at));
      }
      expect(told).toEqual(tell(looks));
    });
  });

  it('has nothing to tell when the same is seen at the same instant', () => {
    forRollouts((looks) => {
      const again = settledLooks(looks).map(({ look, snapshot }) => {
        const looked = watch(snapshot, look);
        return [toldOf(looked, look.at), isWorthWriting(snapshot, looked, PERIOD)];
      });
      expect(again).toEqual(again.map(() => [[], false]));
    });
  });

  it('need not be written when the same is seen in the next poll, no clock runs and nothing is due', () => {
    let quiet = 0;
    forRollouts((looks) => {
      for (const { look, snapshot } of settledLooks(looks)) {
        const at = look.at + PERIOD;
        const looked = watch(snapshot, { ...look, at });
        const hasBegun = (look.startTime ?? 0) <= look.at;
        const isQuiet = hasBegun && !isBusy(snapshot, at) && !isBusy(looked.snapshot, at);
        if (!isQuiet || looked.events.length > 0) continue;
        quiet += 1;
        expect({ look, is: isWorthWriting(snapshot, looked, PERIOD) }).toEqual({ look, is: false });
      }
    });
    expect(quiet).toBeGreaterThan(500);
  });
});

/** Whether time alone calls for the snapshot to be written, now or later. */
function isBusy({ rules }: Snapshot, now: number): boolean {
  const later = rules.lastAt + 10 * PERIOD;
  return isDue(rules, { now, periodMs: PERIOD }) || isTimeToNote(rules, { now: later, periodMs: PERIOD });
}
