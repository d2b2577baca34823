import { describe, expect, it } from 'vitest';
import { explainCancellation } from '../../../lib/domain/cancellation.ts';
import { countsOf, type ThingState } from '../../../lib/domain/counts.ts';
import { initialState } from '../../../lib/domain/rules/state.ts';
import type { Snapshot, TaskConfiguration, TaskFacts } from '../../../lib/domain/task.ts';

const NOON = Date.UTC(2026, 10, 22, 12);
const MINUTE = 60_000;
const instant = (after: number) => new Date(NOON + after * MINUTE).toISOString();

type Things = Partial<Record<ThingState, number>>;

function factsOf(things: Things, overrides: Partial<TaskFacts> = {}): TaskFacts {
  return {
    taskId: 'task1',
    taskArn: 'arn',
    accountId: '123456789012',
    region: 'eu-west-1',
    status: 'CANCELED',
    counts: countsOf(things),
    configurationId: 'config1',
    ...overrides,
  };
}

/** AWS cancels at 10 % of at least 20 things; ten things a minute are notified. */
const CONFIGURATION: TaskConfiguration = {
  configurationId: 'config1',
  criteria: [{ failureType: 'FAILED', thresholdPercentage: 10, minExecutedThings: 20 }],
  pace: { maximumPerMinute: 10 },
};
const { pace: _, ...ANY_PACE } = CONFIGURATION;
const NO_CRITERIA: TaskConfiguration = { configurationId: 'config1', criteria: [] };

interface Case {
  readonly before?: Things;
  readonly after: Things;
  readonly facts?: Partial<TaskFacts>;
  readonly factsBefore?: Partial<TaskFacts>;
  readonly previous?: TaskConfiguration;
  readonly configuration?: TaskConfiguration | undefined;
  /** Minutes since the look before that succeeded. */
  readonly passed?: number;
  /** Minutes since one that failed. */
  readonly failed?: number;
}

function explain(given: Case) {
  const { before = {}, after, facts, factsBefore, previous = CONFIGURATION, passed = 1, failed } = given;
  const unreadAt = failed === undefined ? {} : { unreadAt: NOON - failed * MINUTE };
  const snapshot: Snapshot = {
    facts: factsOf(before, { status: 'IN_PROGRESS', ...factsBefore }),
    trackedSince: NOON - 60 * MINUTE,
    configuration: previous,
    rules: { ...initialState(NOON - passed * MINUTE), ...unreadAt },
    whenUnread: [],
    milestone: 0,
    samples: [],
  };
  const configuration = 'configuration' in given ? given.configuration : CONFIGURATION;
  return explainCancellation(snapshot, factsOf(after, facts), configuration, { now: NOON, periodMs: MINUTE });
}

/** 2 of 20 have failed; whatever was in progress is canceled. */
const HELD = {
  before: { queued: 80, inProgress: 12, succeeded: 8 },
  after: { succeeded: 10, failed: 2, canceled: 88 },
};

describe('the counts before', () => {
  it.each<[string, Case, Things]>([
    [
      'puts back what was in progress',
      { before: { queued: 50, inProgress: 40, succeeded: 10 }, after: { succeeded: 10, canceled: 90 } },
      { inProgress: 40, succeeded: 10, canceled: 50 },
    ],
    [
      'puts nothing back where only queued things were canceled',
      { before: { queued: 50, succeeded: 10 }, after: { succeeded: 10, canceled: 50 } },
      { succeeded: 10, canceled: 50 },
    ],
    [
      'leaves things that joined since in the queue',
      { before: { queued: 50, succeeded: 10 }, after: { succeeded: 10, canceled: 57 } },
      { succeeded: 10, canceled: 57 },
    ],
    [
      'leaves things that are to be tried again in the queue',
      {
        before: { queued: 50, failed: 3, timedOut: 4, succeeded: 10 },
        after: { failed: 1, timedOut: 1, succeeded: 10, canceled: 55 },
      },
      { failed: 1, timedOut: 1, succeeded: 10, canceled: 55 },
    ],
  ])('%s', (_, given, counts) => {
    expect(explain(given)).toEqual({ cause: 'operator', counts: countsOf(counts) });
  });
});

describe('a criterion', () => {
  const held = {
    cause: 'abort-criteria',
    counts: countsOf({ inProgress: 8, succeeded: 10, failed: 2, canceled: 80 }),
  };
  const not = { cause: 'operator', counts: countsOf(HELD.after) };

  it.each<[string, Case, object]>([
    ['held', { before: { queued: 80, inProgress: 10, succeeded: 10 }, after: HELD.after }, held],
    [
      'held, with things that were queued in the look before',
      { before: { queued: 88, succeeded: 12 }, after: HELD.after },
      held,
    ],
    [
      'did not, since so many could not be notified since',
      { before: { queued: 91, succeeded: 9 }, after: HELD.after },
      not,
    ],
    [
      'held, if the look before is long enough ago',
      { before: { queued: 91, succeeded: 9 }, after: HELD.after, passed: 1.1 },
      held,
    ],
    [
      'held, if the last look that could read it is long enough ago',
      { before: { queued: 91, succeeded: 9 }, after: HELD.after, passed: 1.1, failed: 0.1 },
      held,
    ],
    [
      'did not, since the cancellation came too soon after the look before',
      {
        before: { queued: 91, succeeded: 9 },
        after: HELD.after,
        passed: 2,
        facts: { lastUpdatedAt: instant(-1) },
      },
      not,
    ],
    [
      'held, as far as anybody knows the pace',
      { before: { queued: 100 }, after: HELD.after, configuration: ANY_PACE },
      held,
    ],
    [
      'held, at the faster pace of the configuration before',
      { before: { queued: 100 }, after: HELD.after, previous: ANY_PACE },
      held,
    ],
    [
      'did not, since so many were not canceled',
      { before: { queued: 19 }, after: { succeeded: 10, failed: 2, canceled: 7 }, configuration: ANY_PACE },
      { cause: 'operator', counts: countsOf({ succeeded: 10, failed: 2, canceled: 7 }) },
    ],
    [
      'did not, at so few failures',
      { before: HELD.before, after: { succeeded: 11, failed: 1, canceled: 88 } },
      { cause: 'operator', counts: countsOf({ succeeded: 11, failed: 1, inProgress: 8, canceled: 80 }) },
    ],
    ['is not known', { ...HELD, configuration: undefined }, { ...held, cause: 'operator' }],
    [
      'held in the look before, whatever became of the failures',
      { before: { inProgress: 10, failed: 10 }, after: { succeeded: 10, canceled: 10 } },
      { cause: 'abort-criteria', counts: countsOf({ succeeded: 10, canceled: 10 }) },
    ],
    [
      'held in a task that was over at first sight',
      { before: HELD.after, after: HELD.after, factsBefore: { status: 'CANCELED' }, passed: 0 },
      held,
    ],
  ])('%s', (_, given, expected) => {
    expect(explain(given)).toEqual(expected);
  });

  it('is the one that held', () => {
    const criteria = [
      { failureType: 'REJECTED' as const, thresholdPercentage: 1, minExecutedThings: 1 },
      { failureType: 'ALL' as const, thresholdPercentage: 10, minExecutedThings: 20 },
    ];
    expect(explain({ ...HELD, configuration: { ...CONFIGURATION, criteria } })).toEqual(held);
  });
});

describe('an end time', () => {
  const left = {
    before: { queued: 80, inProgress: 20 },
    after: { canceled: 100 },
    configuration: NO_CRITERIA,
  };
  const END = { endTime: instant(-0.5), endBehavior: 'CANCEL' };

  it.each<[string, Partial<TaskFacts>, string]>([
    ['has passed', END, 'end-time'],
    ['has passed, by force', { ...END, endBehavior: 'FORCE_CANCEL' }, 'end-time'],
    ['has just come', { ...END, endTime: instant(0) }, 'end-time'],
    ['is to come', { ...END, endTime: instant(1) }, 'operator'],
    ['only stops the rollout', { ...END, endBehavior: 'STOP_ROLLOUT' }, 'operator'],
    ['is not given', { endBehavior: 'CANCEL' }, 'operator'],
    ['came before the last update', { ...END, lastUpdatedAt: instant(-0.4) }, 'end-time'],
    ['came with the last update', { ...END, lastUpdatedAt: instant(-0.5) }, 'end-time'],
    ['came after the last update', { ...END, lastUpdatedAt: instant(-0.6) }, 'operator'],
    ['came after an update that was seen before', { ...END, lastUpdatedAt: instant(-9) }, 'end-time'],
  ])('%s: %o', (_, facts, cause) => {
    expect(explain({ ...left, facts, factsBefore: { lastUpdatedAt: instant(-9) } }).cause).toBe(cause);
  });

  it.each<[string, Partial<TaskFacts>, string]>([
    ['before the end time', { lastUpdatedAt: instant(-0.6) }, 'abort-criteria'],
    ['after it', { lastUpdatedAt: instant(-0.4) }, 'abort-criteria'],
    ['around it', {}, 'abort-criteria'],
  ])('is none where a criterion holds in the last counts, and the task was updated %s', (_, facts, cause) => {
    expect(explain({ ...HELD, facts: { ...END, ...facts } }).cause).toBe(cause);
  });
});
