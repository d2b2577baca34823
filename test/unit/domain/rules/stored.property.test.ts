import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isWorthWriting } from '../../../../lib/domain/diff.ts';
import type { Snapshot } from '../../../../lib/domain/task.ts';
import { asWatched } from '../../../../lib/domain/watched.ts';
import { liveTask, MINUTE, NOON } from '../../../support/builders.ts';
import { randomRollout } from '../../../support/random-rollouts.ts';
import { PERIOD, type RecordedLook } from '../../../support/rule-oracle/recorded-rollout.ts';
import { tell, toldOf, watch } from '../../../support/rule-oracle/watching.ts';
import type { Told } from '../../../support/rule-oracle.ts';

/**
 * What is told when each look starts from what was written last: one that finds nothing new is not written, but every second time
 * there is a note of all tasks.
 */
function tellFromTable(looks: readonly RecordedLook[]) {
  let stored: Snapshot | undefined;
  let through = 0;
  return looks.flatMap((look) => {
    const before = stored && asWatched(liveTask({ snapshot: stored }), { through, except: {} }).snapshot;
    const diff = watch(before, look);
    const { configuration } = diff.snapshot;
    // The real ones are never changed, so that nothing has to be written for that: the random ones are.
    if (stored === undefined || before === undefined || isWorthWriting(before, diff, PERIOD))
      stored = diff.snapshot;
    else stored = { ...stored, ...(configuration !== undefined && { configuration }) };
    if (look.at - through > 1.5 * PERIOD) through = look.at;
    return toldOf(diff, look.at);
  });
}

/** Of each rule what was told, and when. */
function byRule(told: readonly Told[]) {
  return [...Map.groupBy(told, ({ id }) => id)]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, ofRule]) => ({
      id,
      what: ofRule.map(({ type, published, reason, flapping }) => ({ type, published, reason, flapping })),
      at: ofRule.map(({ at }) => at),
    }));
}

it('tells from what is written what it would from what is remembered, a poll or two later at most', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 1_000_000 }), (seed) => {
      const looks = randomRollout(seed, 120)
        .filter((look) => look.kind === 'read' && look.status !== 'SCHEDULED')
        .map((look, index) => ({ ...look, at: NOON + index * MINUTE }));
      const [stored, remembered] = [byRule(tellFromTable(looks)), byRule(tell(looks))];
      expect(stored.map(({ id, what }) => ({ id, what }))).toEqual(
        remembered.map(({ id, what }) => ({ id, what })),
      );
      const late = stored.flatMap(({ at }, rule) =>
        at.map((one, index) => one - (remembered[rule]?.at[index] ?? 0)),
      );
      expect(late.filter((ms) => ms < 0 || ms > 2 * MINUTE)).toEqual([]);
    }),
    { seed: 2026, numRuns: 500 },
  );
});
