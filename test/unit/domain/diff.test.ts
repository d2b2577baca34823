import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  diff,
  isWorthWriting,
  PROGRESS_EVENTS,
  startTracking,
  taskDeleted,
  untrack,
} from '../../../lib/domain/diff.ts';
import { compareBreaches, evaluateAbortCriteria } from '../../../lib/domain/rules.ts';
import { isTerminal, type Snapshot } from '../../../lib/domain/task.ts';
import { context, counts, criterion, facts, MINUTE, NOON, snapshot } from '../../support/builders.ts';

const criteria = { configurationId: 'config1', criteria: [criterion()] };
const typesOf = (result: { events: readonly { detailType: string }[] }) =>
  result.events.map(({ detailType }) => detailType);

describe('startTracking', () => {
  it('tells of a task in progress, and remembers where it stands', () => {
    const seen = facts({ counts: counts({ queued: 40, succeeded: 60 }) });
    expect(startTracking(seen, 'discovered', context({ criteria, listedLastUpdatedAt: 'then' }))).toEqual({
      snapshot: {
        facts: seen,
        criteria,
        breaches: {},
        milestone: 50,
        samples: [{ at: NOON, finished: 60 }],
        listedLastUpdatedAt: 'then',
      },
      events: [{ detailType: 'OTA Task Tracking Started', published: true, body: { reason: 'discovered' } }],
    });
  });

  it('tells of rules that hold already', () => {
    const seen = facts({ counts: counts({ succeeded: 85, failed: 15 }) });
    expect(typesOf(startTracking(seen, 'requested', context({ criteria })))).toEqual([
      'OTA Task Tracking Started',
      'OTA Task Threshold Breached',
    ]);
  });

  it('starts and stops for a task that is over', () => {
    const seen = facts({ status: 'CANCELED', counts: counts({ succeeded: 70, failed: 30 }) });
    const result = startTracking(seen, 'discovered', context({ criteria }));
    expect(typesOf(result)).toEqual([
      'OTA Task Tracking Started',
      'OTA Task Threshold Breached',
      'OTA Task Threshold Breached',
      'OTA Task Threshold Recovered',
      'OTA Task Threshold Recovered',
      'OTA Task Tracking Stopped',
    ]);
    expect(result.stopped).toBe('canceled');
    expect(result.snapshot.breaches).toEqual({});
  });
});

describe('status', () => {
  const STATUSES = ['SCHEDULED', 'IN_PROGRESS', 'COMPLETED', 'CANCELED', 'DELETION_IN_PROGRESS', 'PAUSED'];
  const pairs = STATUSES.flatMap((from) => STATUSES.map((to) => [from, to] as const));

  it.each(pairs)('%s to %s', (from, to) => {
    const before = snapshot({ facts: facts({ status: from }) });
    const result = diff(before, facts({ status: to }), context());
    const terminal = isTerminal(to);
    const changed = {
      detailType: 'OTA Task Status Changed',
      published: true,
      body: {
        previousStatus: from,
        terminal,
        ...(to === 'CANCELED' && { inferredCause: 'operator' }),
      },
    };
    const stopped = {
      detailType: 'OTA Task Tracking Stopped',
      published: true,
      body: { reason: to.toLowerCase() },
    };
    expect(result.events).toEqual([...(from === to ? [] : [changed]), ...(terminal ? [stopped] : [])]);
    expect(result.stopped).toBe(terminal ? to.toLowerCase() : undefined);
    expect(result.snapshot.facts.status).toBe(to);
  });

  it('ends as DELETED, with the last facts, when the API no longer knows the task', () => {
    const before = snapshot({
      facts: facts({ status: 'DELETION_IN_PROGRESS', counts: counts({ queued: 3 }) }),
    });
    expect(taskDeleted(before, context())).toEqual({
      snapshot: { ...before, facts: { ...before.facts, status: 'DELETED' } },
      events: [
        {
          detailType: 'OTA Task Status Changed',
          published: true,
          body: { previousStatus: 'DELETION_IN_PROGRESS', terminal: true },
        },
        { detailType: 'OTA Task Tracking Stopped', published: true, body: { reason: 'deleted' } },
      ],
      stopped: 'deleted',
    });
  });
});

describe('inferredCause', () => {
  const running = counts({ queued: 50, inProgress: 40, succeeded: 7, failed: 3 });
  const cases: [string, Parameters<typeof facts>[0], Partial<Snapshot>, string][] = [
    [
      'a criterion holds in the last counts',
      { counts: counts({ succeeded: 80, failed: 20 }) },
      {},
      'abort-criteria',
    ],
    [
      'a criterion held before things were removed',
      { counts: counts({ removed: 100 }) },
      { facts: facts({ counts: counts({ succeeded: 80, failed: 20 }) }) },
      'abort-criteria',
    ],
    [
      'things in progress that were canceled still count as executed',
      { counts: counts({ canceled: 90, succeeded: 7, failed: 3 }) },
      { facts: facts({ counts: running }) },
      'operator',
    ],
    [
      'the end time had passed',
      { counts: running, endTime: '2026-11-22T12:00:00.000Z', endBehavior: 'CANCEL' },
      {},
      'end-time',
    ],
    [
      'the end time had passed, by force',
      { counts: running, endTime: '2026-11-22T11:00:00.000Z', endBehavior: 'FORCE_CANCEL' },
      {},
      'end-time',
    ],
    [
      'the end time had passed and only stops the rollout',
      { counts: running, endTime: '2026-11-22T11:00:00.000Z', endBehavior: 'STOP_ROLLOUT' },
      {},
      'operator',
    ],
    [
      'the end time is yet to come',
      { counts: running, endTime: '2026-11-22T12:00:00.001Z', endBehavior: 'CANCEL' },
      {},
      'operator',
    ],
    [
      'it cancels at an end time that there is not',
      { counts: running, endBehavior: 'CANCEL' },
      {},
      'operator',
    ],
  ];

  it.each(cases)('%s', (_, overrides, before, inferredCause) => {
    const canceled = facts({ status: 'CANCELED', ...overrides });
    const result = diff(snapshot({ criteria, ...before }), canceled, context());
    expect(result.events[0]).toEqual({
      detailType: 'OTA Task Status Changed',
      published: true,
      body: { previousStatus: 'IN_PROGRESS', terminal: true, inferredCause },
    });
  });
});

describe('configuration', () => {
  it.each([
    ['config1', 'config2', { previousConfigurationId: 'config1' }],
    [undefined, 'config2', {}],
    ['config1', undefined, { previousConfigurationId: 'config1' }],
  ])('%s to %s', (from, to, body) => {
    const of = (configurationId: string | undefined) => {
      const { configurationId: _, ...rest } = facts();
      return configurationId === undefined ? rest : { ...rest, configurationId };
    };
    expect(diff(snapshot({ facts: of(from) }), of(to), context()).events).toEqual([
      { detailType: 'OTA Task Configuration Changed', published: true, body },
    ]);
  });

  const bad = counts({ succeeded: 70, failed: 30 });
  const open = compareBreaches({}, evaluateAbortCriteria([criterion()], bad), 'then').breaches;
  const before = snapshot({ facts: facts({ counts: bad }), criteria, breaches: open });

  it('keeps the last known limits in force while the new ones cannot be read', () => {
    const result = diff(before, facts({ counts: bad, configurationId: 'config2' }), context());
    expect(typesOf(result)).toEqual(['OTA Task Configuration Changed']);
    expect(result.snapshot).toMatchObject({ criteria, breaches: open });
  });

  it('closes breaches that do not hold under the new limits', () => {
    const lenient = { configurationId: 'config2', criteria: [criterion({ thresholdPercentage: 50 })] };
    const result = diff(
      before,
      facts({ counts: bad, configurationId: 'config2' }),
      context({ criteria: lenient }),
    );
    expect(typesOf(result)).toEqual(['OTA Task Configuration Changed', 'OTA Task Threshold Recovered']);
    expect(Object.keys(result.snapshot.breaches)).toEqual(['abort-criteria:failed:50']);
  });

  it('closes all breaches when the task has no configuration any more', () => {
    const { configurationId, ...without } = facts({ counts: bad });
    const result = diff(before, without, context());
    expect(result.events.slice(1).map(({ body }) => body)).toEqual(
      Object.values(open).map((breach) => ({ ...breach, reason: 'rule-removed' })),
    );
    expect(result.snapshot).not.toHaveProperty('criteria');
  });
});

describe('progress', () => {
  const before = startTracking(
    facts({ counts: counts({ queued: 100 }) }),
    'discovered',
    context({ now: NOON - MINUTE }),
  ).snapshot;
  const at30 = counts({ queued: 60, inProgress: 10, succeeded: 30 });

  it('tells how far and how fast', () => {
    const result = diff(before, facts({ counts: at30 }), context());
    expect(result.events).toEqual([
      {
        detailType: 'OTA Task Progressed',
        published: true,
        body: {
          previousCounts: counts({ queued: 100 }),
          percentComplete: 30,
          ratePerMinute: 30,
          estimatedCompletionAt: '2026-11-22T12:02:20.000Z',
        },
      },
    ]);
    expect(result.snapshot).toMatchObject({ milestone: 25 });
  });

  it('expects no end of a task that never ends', () => {
    const result = diff(before, facts({ counts: at30, otaType: 'CONTINUOUS' }), context());
    expect(result.events[0]?.body).not.toHaveProperty('estimatedCompletionAt');
  });

  it('leaves out what cannot be known of a task without things', () => {
    const empty = snapshot({ facts: facts({ counts: counts({ queued: 1 }) }) });
    expect(diff(empty, facts({ counts: counts({}) }), context()).events[0]?.body).toEqual({
      previousCounts: counts({ queued: 1 }),
    });
  });

  it.each(PROGRESS_EVENTS)('publishes %s', (progressEvents) => {
    const steps = [10, 25, 30, 26, 24, 60, 99, 100, 90, 100];
    let state = before;
    const published = steps.map((succeeded, minute) => {
      const now = NOON + minute * MINUTE;
      const seen = facts({ counts: counts({ queued: 100 - succeeded, succeeded }) });
      const result = diff(state, seen, context({ now, progressEvents }));
      state = result.snapshot;
      return result.events[0]?.published;
    });
    const milestones = [false, true, false, false, false, true, true, true, false, false];
    expect(published).toEqual(
      { milestones, all: steps.map(() => true), none: steps.map(() => false) }[progressEvents],
    );
  });
});

describe('thresholds', () => {
  it('closes what is open when the task ends', () => {
    const bad = counts({ succeeded: 85, failed: 15 });
    const [half] = evaluateAbortCriteria([criterion()], bad);
    const open = compareBreaches({}, evaluateAbortCriteria([criterion()], bad), 'then').breaches;
    const before = snapshot({ facts: facts({ counts: bad }), criteria, breaches: open });
    const result = diff(before, facts({ status: 'COMPLETED', counts: bad }), context());
    expect(result.events).toEqual([
      expect.objectContaining({ detailType: 'OTA Task Status Changed' }),
      {
        detailType: 'OTA Task Threshold Recovered',
        published: true,
        body: { rule: half?.rule, observed: half?.observed, breachedAt: 'then', reason: 'task-ended' },
      },
      expect.objectContaining({ detailType: 'OTA Task Tracking Stopped' }),
    ]);
  });

  it.each(['DELETION_IN_PROGRESS', 'DELETED'])(
    'opens nothing new under %s, and closes what recovers',
    (status) => {
      const bad = counts({ succeeded: 85, failed: 15 });
      const [half] = evaluateAbortCriteria([criterion()], bad);
      const worse = facts({ status, counts: counts({ succeeded: 60, failed: 40 }) });
      const before = snapshot({ facts: facts({ status, counts: bad }), criteria });
      expect(typesOf(diff(before, worse, context()))).not.toContain('OTA Task Threshold Breached');
      const open = compareBreaches({}, half ? [half] : [], 'then').breaches;
      const good = facts({ status, counts: counts({ succeeded: 99, failed: 1 }) });
      expect(typesOf(diff({ ...before, breaches: open }, good, context()))).toContain(
        'OTA Task Threshold Recovered',
      );
    },
  );

  it('does not mistake an operator for a breach when a cancellation empties the ratio', () => {
    const before = snapshot({
      facts: facts({ counts: counts({ inProgress: 90, succeeded: 7, failed: 3 }) }),
      criteria,
    });
    const canceled = facts({ status: 'CANCELED', counts: counts({ canceled: 90, succeeded: 7, failed: 3 }) });
    expect(typesOf(diff(before, canceled, context()))).not.toContain('OTA Task Threshold Breached');
  });
});

describe('untrack', () => {
  it('closes what is open, and stops', () => {
    const bad = counts({ succeeded: 85, failed: 15 });
    const open = compareBreaches({}, evaluateAbortCriteria([criterion()], bad), 'then').breaches;
    const before = snapshot({ criteria, breaches: open });
    expect(untrack(before)).toEqual({
      snapshot: { ...before, breaches: {} },
      events: [
        ...Object.values(open).map((breach) => ({
          detailType: 'OTA Task Threshold Recovered',
          published: true,
          body: { ...breach, reason: 'rule-removed' },
        })),
        { detailType: 'OTA Task Tracking Stopped', published: true, body: { reason: 'requested' } },
      ],
      stopped: 'requested',
    });
  });
});

describe('isWorthWriting', () => {
  const scheduled = snapshot({
    facts: facts({ status: 'SCHEDULED' }),
    criteria,
    listedLastUpdatedAt: 'then',
  });
  it.each([
    ['nothing changed', scheduled, scheduled.facts, {}, false],
    ['the list was updated', scheduled, scheduled.facts, { listedLastUpdatedAt: 'now' }, true],
    ['the list was updated, in progress', snapshot(), facts(), { listedLastUpdatedAt: 'now' }, false],
    ['the limits became known', snapshot(), facts(), { criteria }, true],
    ['counts changed', snapshot(), facts({ counts: counts({ queued: 1 }) }), {}, true],
    [
      'only lastUpdatedAt changed',
      snapshot(),
      facts({ lastUpdatedAt: '2026-11-22T12:00:00.000Z' }),
      {},
      false,
    ],
  ])('%s', (_, before, seen, overrides, expected) => {
    expect(isWorthWriting(before, diff(before, seen, context(overrides)))).toBe(expected);
  });
});

it('finds no difference in what it has just seen', () => {
  const anyCounts = fc.record({
    queued: fc.nat(99),
    inProgress: fc.nat(99),
    succeeded: fc.nat(99),
    failed: fc.nat(99),
  });
  const looks = fc.array(
    fc.record({ status: fc.constantFrom('SCHEDULED', 'IN_PROGRESS', 'PAUSED'), counts: anyCounts }),
    {
      minLength: 1,
      maxLength: 20,
    },
  );
  fc.assert(
    fc.property(looks, (sequence) => {
      let state: Snapshot | undefined;
      sequence.forEach((look, minute) => {
        const seen = facts({ status: look.status, counts: counts(look.counts) });
        const at = context({ now: NOON + minute * MINUTE, criteria });
        const result = state ? diff(state, seen, at) : startTracking(seen, 'discovered', at);
        expect(diff(result.snapshot, seen, at).events).toEqual([]);
        state = result.snapshot;
      });
    }),
  );
});
