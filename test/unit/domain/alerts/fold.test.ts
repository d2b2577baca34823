import { describe, expect, it } from 'vitest';
import type { RolloutView } from '../../../../lib/domain/alerts/rollout-view.ts';
import type { PublishedEvent } from '../../../../lib/domain/events.ts';
import { aRule, aStream, events, minutesAfterNoon, viewOf } from '../../../support/alert-events.ts';
import { counts, facts } from '../../../support/builders.ts';

const { started, statusChanged, configurationChanged, progressed, breached, recovered, stopped } = events;

function viewOfStream(...stream: readonly PublishedEvent[]): RolloutView {
  const [first = started(), ...others] = aStream(...stream);
  return viewOf(first, ...others);
}

const summary = breached().detail.summary;
const breach = (ruleId: string, sequence: number, breachedAt = minutesAfterNoon(sequence - 1)) => ({
  ruleId,
  sequence,
  severity: 'critical',
  summary,
  breachedAt,
});

/** Every order of some events. */
function ordersOf(events: readonly PublishedEvent[]): PublishedEvent[][] {
  if (events.length === 0) return [[]];
  return events.flatMap((event) =>
    ordersOf(events.filter((other) => other !== event)).map((rest) => [event, ...rest]),
  );
}

describe('fold', () => {
  it('takes the facts of the first event', () => {
    const description = 'Door lock firmware 4-2-1';
    expect(viewOf(started({ description }))).toStrictEqual({
      ...facts(),
      description,
      sequence: 1,
      observedAt: minutesAfterNoon(0),
      open: [],
      recovered: {},
      newest: { statusChanged: 0, progressed: 0, stopped: 0, over: 0 },
    });
  });

  it('knows nothing that the event does not', () => {
    const { schemaVersion, eventId, sequence, observedAt, taskId, status, counts, hash } = started().detail;
    const bare = { schemaVersion, eventId, sequence, observedAt, taskId, status, counts, hash };
    expect(
      viewOf({ detailType: 'OTA Task Tracking Started', detail: { ...bare, reason: 'discovered' } }),
    ).toStrictEqual({
      sequence,
      observedAt,
      taskId,
      status,
      counts,
      open: [],
      recovered: {},
      newest: { statusChanged: 0, progressed: 0, stopped: 0, over: 0 },
    });
  });

  it('follows a rollout', () => {
    const done = counts({ queued: 50, succeeded: 50 });
    const view = viewOfStream(
      started({ description: 'gone later' }),
      statusChanged({ inferredCause: 'operator' }),
      progressed({
        counts: done,
        ratePerMinute: 25,
        estimatedCompletionAt: minutesAfterNoon(4),
      }),
      breached(),
      configurationChanged({ counts: done, configurationId: 'config2' }),
    );
    expect(view).toStrictEqual({
      ...facts({ counts: done, configurationId: 'config2' }),
      sequence: 5,
      observedAt: minutesAfterNoon(4),
      inferredCause: 'operator',
      ratePerMinute: 25,
      estimatedCompletionAt: minutesAfterNoon(4),
      open: [breach('failed-percent', 4)],
      recovered: {},
      newest: { statusChanged: 2, progressed: 3, stopped: 0, over: 0 },
    });
  });

  it('forgets the cause with the next change, and the rate with the next progress', () => {
    const view = viewOfStream(
      statusChanged({ inferredCause: 'operator' }),
      statusChanged(),
      progressed({ ratePerMinute: 25, estimatedCompletionAt: minutesAfterNoon(4) }),
      progressed(),
    );
    expect(view).toStrictEqual({
      ...facts(),
      sequence: 4,
      observedAt: minutesAfterNoon(3),
      open: [],
      recovered: {},
      newest: { statusChanged: 2, progressed: 4, stopped: 0, over: 0 },
    });
  });

  it('ends with the task', () => {
    const canceled = { status: 'CANCELED', counts: counts({ canceled: 100 }) };
    const view = viewOfStream(
      progressed({ ratePerMinute: 25, estimatedCompletionAt: minutesAfterNoon(4) }),
      breached(),
      recovered({ rule: aRule({ id: 'stalled' }) }),
      statusChanged({ ...canceled, terminal: true, inferredCause: 'end-time' }),
      stopped({ ...canceled, reason: 'canceled' }),
    );
    expect(view).toStrictEqual({
      ...facts(canceled),
      sequence: 5,
      observedAt: minutesAfterNoon(4),
      inferredCause: 'end-time',
      stopped: 'canceled',
      open: [],
      recovered: {},
      newest: { statusChanged: 4, progressed: 1, stopped: 5, over: 5 },
    });
  });

  it('has no rate of a task that is over', () => {
    const view = viewOfStream(progressed({ status: 'COMPLETED', ratePerMinute: 25 }));
    expect(view).toStrictEqual({
      ...facts({ status: 'COMPLETED' }),
      sequence: 1,
      observedAt: minutesAfterNoon(0),
      open: [],
      recovered: {},
      newest: { statusChanged: 0, progressed: 1, stopped: 0, over: 1 },
    });
  });

  it('goes on when the task is tracked again', () => {
    const stream = aStream(
      started(),
      breached({ rule: aRule({ id: 'before' }) }),
      stopped({ reason: 'requested', status: 'IN_PROGRESS' }),
      started({ reason: 'requested' }),
      progressed({ ratePerMinute: 3 }),
      breached({ rule: aRule({ id: 'after' }) }),
    );
    const expected = {
      ...facts(),
      sequence: 6,
      observedAt: minutesAfterNoon(5),
      ratePerMinute: 3,
      open: [breach('after', 6)],
      recovered: {},
      newest: { statusChanged: 0, progressed: 5, stopped: 3, over: 3 },
    };
    const [last = started(), ...others] = stream.toReversed();
    expect(viewOf(last, ...others)).toStrictEqual(expected);
    expect(viewOfStream(...stream)).toStrictEqual(expected);
  });

  it('stays stopped when something earlier comes late', () => {
    const [first = started(), last = stopped()] = aStream(started(), stopped());
    expect(viewOf(last, first)).toStrictEqual(viewOf(first, last));
    expect(viewOf(last, first).stopped).toBe('completed');
  });

  it.each<[what: string, stream: readonly PublishedEvent[], open: RolloutView['open'] | object[]]>([
    ['a breach', [breached()], [breach('failed-percent', 1)]],
    ['a milestone', [breached({ rule: aRule({ kind: 'milestone' }) })], []],
    ['a recovery', [breached(), recovered()], []],
    ['a breach after a recovery', [breached(), recovered(), breached()], [breach('failed-percent', 3)]],
    [
      'a breach that was muted, and is older than another',
      [
        breached({ rule: aRule({ id: 'a' }) }),
        breached({ rule: aRule({ id: 'b' }), breachedAt: minutesAfterNoon(-5) }),
      ],
      [breach('b', 2, minutesAfterNoon(-5)), breach('a', 1)],
    ],
    [
      'breaches of one poll',
      [
        breached({ rule: aRule({ id: 'b' }), breachedAt: minutesAfterNoon(-5) }),
        breached({ rule: aRule({ id: 'a' }), breachedAt: minutesAfterNoon(-5) }),
      ],
      [breach('b', 1, minutesAfterNoon(-5)), breach('a', 2, minutesAfterNoon(-5))],
    ],
    [
      'a reminder of a graver breach',
      [
        breached({ rule: aRule({ severity: 'error' }), summary: 'Bad.' }),
        breached({ reminder: 1, breachedAt: minutesAfterNoon(0), summary: 'Worse.' }),
      ],
      [{ ...breach('failed-percent', 2, minutesAfterNoon(0)), summary: 'Worse.' }],
    ],
  ])('shows what is open after %s', (_, stream, open) => {
    expect(viewOfStream(...stream).open).toStrictEqual(open);
  });

  it.each<[what: string, stream: readonly PublishedEvent[]]>([
    ['changes of status', [statusChanged({ inferredCause: 'operator' }), statusChanged(), started()]],
    [
      'progress',
      [progressed({ ratePerMinute: 25 }), started(), progressed({ ratePerMinute: 5 }), breached()],
    ],
    [
      'breaches and recoveries of two rules',
      [
        breached(),
        breached({ rule: aRule({ id: 'b' }) }),
        breached({ summary: 'Still.', breachedAt: minutesAfterNoon(0) }),
        recovered({ rule: aRule({ id: 'b' }) }),
        breached({ rule: aRule({ id: 'c' }), breachedAt: minutesAfterNoon(0) }),
      ],
    ],
    ['an end and a new beginning', [breached(), recovered(), stopped(), started(), breached()]],
  ])('makes the same of %s in any order, and of each twice', (_, stream) => {
    const numbered = aStream(...stream);
    const expected = viewOfStream(...stream);
    for (const [first = started(), ...others] of ordersOf(numbered)) {
      expect(viewOf(first, ...others)).toStrictEqual(expected);
      expect(viewOf(first, first, ...others, ...others)).toStrictEqual(expected);
    }
  });

  it('remembers recoveries since tracking stopped', () => {
    const of = (id: string) => ({ rule: aRule({ id }) });
    const view = viewOfStream(
      recovered(of('a')),
      stopped(),
      started(),
      recovered(of('b')),
      recovered(of('c')),
      recovered(of('b')),
    );
    expect(view.recovered).toStrictEqual({ b: 6, c: 5 });
  });
});
