import { describe, expect, it } from 'vitest';
import { type IncidentStep, incidentSteps } from '../../../../lib/domain/alerts/incident-steps.ts';
import type { Ledger } from '../../../../lib/domain/alerts/ledger.ts';
import type { PublishedEvent } from '../../../../lib/domain/events.ts';
import { aRule, events, viewOf } from '../../../support/alert-events.ts';
import { counts } from '../../../support/builders.ts';

const { started, statusChanged, configurationChanged, progressed, breached, recovered, stopped } = events;

const NONE: Ledger['incidents'] = {};
const OPEN: Ledger['incidents'] = {
  stalled: { dedupKey: 'key of stalled', sequence: 7 },
  'failed-percent': { dedupKey: 'key of failed-percent', sequence: 5 },
};
const milestone = aRule({ kind: 'milestone' });
const done = (succeeded: number) => counts({ succeeded, queued: 100 - succeeded });
const at = (sequence: number) => ({ sequence });

const TRIGGER: IncidentStep = { kind: 'trigger', ruleId: 'failed-percent' };
const CHANGE: IncidentStep = { kind: 'change' };
const resolve = (ruleId: string, dedupKey = `key of ${ruleId}`): IncidentStep => ({
  kind: 'resolve',
  ruleId,
  dedupKey,
});

/**
 * @param later events that were dealt with before
 */
function stepsOf(
  event: PublishedEvent,
  incidents: Ledger['incidents'],
  isTold: boolean,
  later: readonly PublishedEvent[],
) {
  const view = viewOf(event, ...later);
  return incidentSteps(event, { view, incidents, isTold, dedupKeyOf: (ruleId) => `new key of ${ruleId}` });
}

type Case = [
  what: string,
  event: PublishedEvent,
  incidents: Ledger['incidents'],
  told: readonly IncidentStep[],
  untold: readonly IncidentStep[],
];

describe('incidentSteps', () => {
  it.each<Case>([
    ['a breach', breached(), NONE, [TRIGGER], []],
    ['a breach that was muted', breached({ breachedAt: '2026-11-22T11:00:00.000Z' }), NONE, [TRIGGER], []],
    ['a reminder', breached({ sequence: 9, reminder: 1 }), OPEN, [TRIGGER], []],
    ['a milestone', breached({ rule: milestone }), NONE, [CHANGE], []],
    ['a recovery', recovered(), OPEN, [resolve('failed-percent')], [resolve('failed-percent')]],
    [
      'a recovery of what nobody knows',
      recovered(),
      NONE,
      [resolve('failed-percent', 'new key of failed-percent')],
      [],
    ],
    ['a recovery of a milestone', recovered({ rule: milestone }), NONE, [], []],
    [
      'the end of tracking',
      stopped(),
      OPEN,
      [resolve('failed-percent'), resolve('stalled')],
      [resolve('failed-percent'), resolve('stalled')],
    ],
    ['the end of tracking with nothing open', stopped(), NONE, [], []],
    ['a change of status', statusChanged(), OPEN, [CHANGE], []],
    ['the first sight', started(), NONE, [], []],
    ['a change of configuration', configurationChanged(), NONE, [], []],
    ['a quarter', progressed({ previousCounts: done(24), counts: done(25) }), NONE, [CHANGE], []],
    ['progress', progressed({ previousCounts: done(25), counts: done(49) }), NONE, [], []],
    ['all of it', progressed({ previousCounts: done(99), counts: done(100) }), NONE, [CHANGE], []],
    ['progress backwards', progressed({ previousCounts: done(50), counts: done(49) }), NONE, [], []],
  ])('says what %s means', (_, event, incidents, told, untold) => {
    expect(stepsOf(event, incidents, true, [])).toEqual(told);
    expect(stepsOf(event, incidents, false, [])).toEqual(untold);
  });

  it.each<
    [
      what: string,
      event: PublishedEvent,
      later: PublishedEvent,
      incidents: Ledger['incidents'],
      IncidentStep[],
    ]
  >([
    ['a breach that has recovered', breached(), recovered(at(2)), NONE, []],
    ['a breach before the end of tracking', breached(), stopped(at(2)), NONE, []],
    ['a breach that was reminded of', breached(), breached(at(2)), OPEN, []],
    ['a breach whose reminder opened nothing', breached(), breached(at(2)), NONE, [TRIGGER]],
    ['a recovery before another breach', recovered(), breached(at(2)), OPEN, []],
    ['a recovery before the end of tracking', recovered(), stopped(at(2)), OPEN, [resolve('failed-percent')]],
    ['the end of tracking before another breach', stopped(), breached(at(2)), OPEN, [resolve('stalled')]],
    ['a change of status', statusChanged(), statusChanged(at(2)), NONE, [CHANGE]],
  ])('says what %s means when it is late', (_, event, later, incidents, steps) => {
    expect(stepsOf(event, incidents, true, [later])).toEqual(steps);
  });
});
