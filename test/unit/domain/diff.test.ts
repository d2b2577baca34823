import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  configurationInForce,
  diff,
  isWorthWriting,
  PROGRESS_EVENTS,
  startTracking,
  taskDeleted,
} from '../../../lib/domain/diff.ts';
import { initialState } from '../../../lib/domain/rules/state.ts';
import { isTerminal, type Snapshot } from '../../../lib/domain/task.ts';
import {
  configuration,
  context,
  counts,
  facts,
  MINUTE,
  NOON,
  rules,
  sample,
  snapshot,
} from '../../support/builders.ts';

const typesOf = (result: { events: readonly { detailType: string }[] }) =>
  result.events.map(({ detailType }) => detailType);

/** What is in force for a task whose configuration has one abort criterion. */
const half = rules.abortCriteria();
const whole = rules.abortCriteria({ share: 100 });
const criteria = { configuration: configuration(), rules: [half, whole] };
describe('startTracking', () => {
  it('tells of a task in progress, and remembers where it stands', () => {
    const seen = facts({ counts: counts({ queued: 40, succeeded: 60 }) });
    const unreachable = rules.unreachable();
    const at = context({ ...criteria, rules: [half, unreachable], listedLastUpdatedAt: 'then' });
    expect(startTracking(seen, 'discovered', at)).toEqual({
      snapshot: {
        facts: seen,
        trackedSince: NOON,
        configuration: configuration(),
        rules: { ...initialState(NOON), runsSince: NOON },
        whenUnread: [unreachable],
        milestone: 50,
        samples: [sample(0, { finished: 60 })],
        listedLastUpdatedAt: 'then',
      },
      events: [{ detailType: 'OTA Task Tracking Started', published: true, body: { reason: 'discovered' } }],
    });
  });

  it('tells of rules that hold already', () => {
    const seen = facts({ counts: counts({ succeeded: 85, failed: 15 }) });
    expect(typesOf(startTracking(seen, 'requested', context(criteria)))).toEqual([
      'OTA Task Tracking Started',
      'OTA Task Threshold Breached',
    ]);
  });

  it('tells of no milestone, rate or standstill that was before', () => {
    const seen = facts({ counts: counts({ queued: 10, succeeded: 50, failed: 40 }) });
    const of = [rules.milestone(), rules.rate(), rules.stalled(), rules.slow()];
    expect(typesOf(startTracking(seen, 'requested', context({ rules: of })))).toEqual([
      'OTA Task Tracking Started',
    ]);
  });

  it('starts and stops for a task that is over', () => {
    const seen = facts({ status: 'CANCELED', counts: counts({ succeeded: 70, failed: 30 }) });
    const result = startTracking(seen, 'discovered', context(criteria));
    expect(typesOf(result)).toEqual([
      'OTA Task Tracking Started',
      'OTA Task Threshold Breached',
      'OTA Task Threshold Breached',
      'OTA Task Threshold Recovered',
      'OTA Task Threshold Recovered',
      'OTA Task Tracking Stopped',
    ]);
    expect(result.stopped).toBe('canceled');
    expect(result.snapshot.rules).toEqual(initialState(NOON));
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
      snapshot: {
        ...before,
        facts: { ...before.facts, status: 'DELETED' },
        rules: { ...before.rules, lastAt: NOON },
      },
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

  it('says why a task was canceled', () => {
    const canceled = facts({ status: 'CANCELED', counts: counts({ succeeded: 80, failed: 20 }) });
    const result = diff(snapshot({ configuration: configuration() }), canceled, context());
    expect(result.events[0]?.body).toEqual({
      previousStatus: 'IN_PROGRESS',
      terminal: true,
      inferredCause: 'abort-criteria',
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

  const before = configuration();
  const read = configuration({ configurationId: 'config2', criteria: [] });
  const { configurationId: _, ...without } = facts();
  it.each([
    ['one that was read', facts(), read, before, read],
    ['the last known one, while the new one cannot be read', facts(), undefined, before, before],
    ['none that is known', facts(), undefined, undefined, undefined],
    ['none, for a task that has none any more', without, undefined, before, undefined],
  ])('in force is %s', (__, seen, found, last, expected) => {
    expect(configurationInForce(seen, found, last)).toEqual(expected);
    const result = diff(
      snapshot(last && { configuration: last }),
      seen,
      context(found && { configuration: found }),
    );
    expect(result.snapshot.configuration).toEqual(expected);
    expect('configuration' in result.snapshot).toBe(expected !== undefined);
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
    expect(result.snapshot).toMatchObject({
      milestone: 25,
      samples: [sample(-1), sample(0, { finished: 30, notified: 40 })],
    });
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

  it.each([
    ['a quarter of an hour', [rules.count()], [sample(-20), sample(0)]],
    [
      'the longest window of any rule',
      [rules.rate({ windowMs: 30 * MINUTE }), rules.slow()],
      [sample(-40), sample(-20), sample(0)],
    ],
  ])('is remembered for %s', (_, of, samples) => {
    const older = snapshot({ samples: [sample(-50), sample(-40), sample(-20)] });
    const seen = facts({ counts: counts({ queued: 99 }) });
    expect(diff(older, seen, context({ rules: of })).snapshot.samples).toEqual(samples);
  });

  it('goes on at the rate that it had when the clock steps back', () => {
    const hourAhead = snapshot({
      rules: initialState(NOON + 60 * MINUTE),
      samples: [sample(50), sample(60, { finished: 10 })],
    });
    const seen = facts({ counts: counts({ queued: 99, succeeded: 1 }) });
    const result = diff(hourAhead, seen, context({ now: NOON + MINUTE, rules: [rules.rate()] }));
    expect(result.snapshot.samples).toEqual([sample(-9), sample(1, { finished: 1, notified: 1 })]);
    expect(diff(hourAhead, facts(), context()).snapshot.samples).toEqual([
      sample(-10),
      sample(0, { finished: 10 }),
    ]);
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

it('finds no difference in what it has just seen', () => {
  const anyCounts = fc.record({
    queued: fc.nat(99),
    inProgress: fc.nat(99),
    succeeded: fc.nat(99),
    failed: fc.nat(99),
  });
  const looks = fc.array(
    fc.record({ status: fc.constantFrom('SCHEDULED', 'IN_PROGRESS', 'PAUSED'), counts: anyCounts }),
    { minLength: 1, maxLength: 20 },
  );
  const of = [half, whole, ...Object.values(rules).map((rule) => rule())];
  fc.assert(
    fc.property(looks, (sequence) => {
      let state: Snapshot | undefined;
      sequence.forEach((look, minute) => {
        const seen = facts({ status: look.status, counts: counts(look.counts) });
        const at = context({ now: NOON + minute * MINUTE, configuration: configuration(), rules: of });
        const result = state ? diff(state, seen, at) : startTracking(seen, 'discovered', at);
        const again = diff(result.snapshot, seen, at);
        expect(again.events).toEqual([]);
        expect(isWorthWriting(result.snapshot, again, MINUTE)).toBe(false);
        state = result.snapshot;
      });
    }),
  );
});
