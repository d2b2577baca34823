import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalHash } from '../../../../lib/canonical-hash.ts';
import { appendRows } from '../../../../lib/domain/chain.ts';
import { THING_STATES } from '../../../../lib/domain/counts.ts';
import type { Observed } from '../../../../lib/domain/generated/events.ts';
import type { TaskRule } from '../../../../lib/domain/rules/rule.ts';
import { ruleEvent } from '../../../../lib/domain/rules/rule-event.ts';
import type { Telling } from '../../../../lib/domain/rules/sentences.ts';
import { recovered, removed, type Told } from '../../../../lib/domain/rules/step.ts';
import { readRuleTags } from '../../../../lib/domain/rules/tags.ts';
import { counts, facts, MINUTE, NOON, openBreach, rules } from '../../../support/builders.ts';
import { validateRow } from '../../../support/event-schemas.ts';

const rule = rules.count({ severity: 'critical' });
const observed: Observed = { value: 12, limit: 10, unit: 'things' };
const telling: Telling = { counts: counts(), now: NOON };
const told = {
  id: 'count',
  kind: 'count',
  severity: 'critical',
  description: 'There are 10 or more failed things.',
};
const GONE = 'This rule is no longer in force.';

describe('the event of a breach', () => {
  it('has no more than there is to say', () => {
    expect(ruleEvent({ type: 'breached', rule, observed, published: true }, telling)).toEqual({
      detailType: 'OTA Task Threshold Breached',
      published: true,
      body: { rule: told, observed, summary: 'There are 12 failed things (limit 10).' },
    });
  });

  it('has what a breach that is told again has', () => {
    const breachedAt = NOON - 60 * MINUTE;
    const again: Told = {
      type: 'breached',
      rule,
      observed,
      published: false,
      breachedAt,
      reminder: 1,
      flapping: true,
    };
    expect(ruleEvent(again, telling)).toEqual({
      detailType: 'OTA Task Threshold Breached',
      published: false,
      body: {
        rule: told,
        observed,
        summary:
          'Reminder 1: there are 12 failed things (limit 10). Breached since 2026-11-22T11:00:00Z. It is flapping: it counts as over only when it has been gone for 15 min.',
        breachedAt: '2026-11-22T11:00:00.000Z',
        reminder: 1,
        flapping: true,
      },
    });
  });
});

describe('the event of a recovery', () => {
  const open = openBreach({ at: NOON - 90_500 });

  it('has the severity of the breach and the rule as it is now', () => {
    const over = recovered('count', open, { ...observed, value: 3 }, 'recovered', rule);
    expect(ruleEvent(over, telling)).toEqual({
      detailType: 'OTA Task Threshold Recovered',
      published: true,
      body: {
        rule: { ...told, severity: 'error' },
        observed: { ...observed, value: 3 },
        breachedAt: '2026-11-22T11:58:29.500Z',
        reason: 'recovered',
        summary: 'Over after 1 min 31 s: there are 3 failed things (limit 10).',
        durationSeconds: 90.5,
      },
    });
  });

  it('says that the rule is gone', () => {
    expect(ruleEvent(removed('count', { ...open, muted: true }), telling)).toEqual({
      detailType: 'OTA Task Threshold Recovered',
      published: false,
      body: {
        rule: { ...told, severity: 'error', description: GONE },
        observed,
        breachedAt: '2026-11-22T11:58:29.500Z',
        reason: 'rule-removed',
        summary: `${GONE} The breach lasted 1 min 31 s.`,
        durationSeconds: 90.5,
      },
    });
  });

  it('took no time when the clock stepped back', () => {
    expect(ruleEvent(removed('count', openBreach({ at: NOON + 1 })), telling).body).toMatchObject({
      durationSeconds: 0,
    });
  });
});

describe('every event of a rule', () => {
  const amount = fc.oneof(fc.nat(), fc.double({ min: 0, max: Number.MAX_SAFE_INTEGER, noNaN: true }));
  const instant = fc.integer({ min: 0, max: Date.UTC(2100, 0) });
  const tagKey = fc
    .oneof(
      fc.constant('mute'),
      fc.string({ minLength: 118, maxLength: 118, unit: 'binary' }),
      fc.string({ minLength: 118, maxLength: 118 }),
    )
    .map((name) => `ota-watch:${name}`);
  const anyRule = fc.oneof(
    fc.tuple(amount, amount).chain(([some, other]) =>
      fc.constantFrom<TaskRule[]>(
        rules.abortCriteria({
          criterion: { failureType: 'ALL', thresholdPercentage: some, minExecutedThings: other },
        }),
        rules.ratio({ percent: some, of: 'total', minExecuted: other }),
        rules.count({ states: THING_STATES, things: some }),
        rules.rate({ perMinute: some, windowMs: other }),
        rules.stalled({ afterMs: some }),
        rules.overdue({ afterMs: some }),
        rules.slow({ percent: some, windowMs: other }),
        rules.stuckScheduled({ afterMs: some }),
        rules.milestone({ percent: some }),
        rules.unreachable({ afterMs: some }),
      ),
    ),
    tagKey.chain((key) => fc.constantFrom(...readRuleTags({ [key]: '?' }).malformed)),
  );
  const anyObserved = fc.record({ value: amount, limit: amount, numerator: fc.nat(), denominator: fc.nat() });

  it('is as the contract says, and no longer', () => {
    fc.assert(
      fc.property(anyRule, anyObserved, fc.nat(), instant, instant, (of, numbers, some, now, then) => {
        const about: Telling = {
          counts: counts({ queued: some, inProgress: some, succeeded: some }),
          now,
          endTime: then,
          unreadable: 'E'.repeat(100),
        };
        const found: Observed = { ...numbers, unit: 'things' };
        const open = openBreach({ at: then, kind: of.kind });
        const tellings: Told[] = [
          {
            type: 'breached',
            rule: of,
            observed: found,
            published: true,
            breachedAt: then,
            reminder: 1_000_000,
            flapping: true,
          },
          recovered(of.id, open, found, 'recovered', of),
          recovered(of.id, open, found, 'task-ended', of),
          removed(of.id, open),
        ];
        const events = tellings.map((one) => ruleEvent(one, about));
        const { rows } = appendRows(undefined, facts(), events, { now, hash: canonicalHash });
        expect(rows.flatMap((row) => validateRow({ ...row }))).toEqual([]);
      }),
    );
  });
});
