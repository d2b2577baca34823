import { describe, expect, it } from 'vitest';
import { isWanted } from '../../../lib/domain/discovery.ts';
import type { LastSeen } from '../../../lib/domain/last-seen.ts';
import {
  type Selection,
  type SelectionContext,
  type Sweep,
  select,
  strangersIn,
  taskIdOf,
} from '../../../lib/domain/selection.ts';
import type { Snapshot, TaskSummary } from '../../../lib/domain/task.ts';
import type { LiveTask, TrackedTask } from '../../../lib/domain/tracked.ts';
import { counts, facts, liveTask, MINUTE, NOON, openBreach, snapshot } from '../../support/builders.ts';

const THEN = '2026-11-22T11:00:00.000Z';
const HOUR = 3_600_000;
/** As much as an outbox may hold. */
const FULL = { description: 'x'.repeat(100_000) };

const at: SelectionContext = {
  discovery: 'all',
  watchingSince: NOON - 2 * HOUR,
  now: NOON,
  periodMs: MINUTE,
  roundMs: MINUTE,
  maxLatencyMs: MINUTE,
  longestMs: MINUTE,
  round: 0,
  trusts: false,
  seen: new Map(),
};
/** Facts of a look other than its urgency, which is tested elsewhere. */
const found = ({ looks }: Selection) => looks.map(({ urgency: _, ...look }) => look);

function task(taskId: string, status: string, overrides: Partial<LiveTask> = {}, dueAt?: number): LiveTask {
  const rules = { lastAt: NOON, watchedSince: NOON, rules: {}, ...(dueAt !== undefined && { dueAt }) };
  return liveTask({
    taskId,
    snapshot: snapshot({ facts: facts({ taskId, status }), listedLastUpdatedAt: THEN, rules }),
    ...overrides,
  });
}
function listed(taskId: string, status: string, overrides: Partial<TaskSummary> = {}): TaskSummary {
  return { taskId, status, configurationId: 'config1', createdAt: THEN, lastUpdatedAt: THEN, ...overrides };
}
const NOT_READ: Sweep = { complete: false, skipped: true, tasks: new Map() };
const sweep = (...summaries: TaskSummary[]) => ({
  complete: true,
  tasks: new Map(summaries.map((summary) => [summary.taskId, summary])),
});

describe('a task that is tracked', () => {
  const cases: [string, TrackedTask, TaskSummary | undefined, boolean][] = [
    ['in progress', task('a', 'IN_PROGRESS'), listed('a', 'IN_PROGRESS'), true],
    ['scheduled and unchanged', task('a', 'SCHEDULED'), listed('a', 'SCHEDULED'), false],
    ['paused and unchanged', task('a', 'PAUSED'), listed('a', 'PAUSED'), false],
    [
      'being deleted and unchanged',
      task('a', 'DELETION_IN_PROGRESS'),
      listed('a', 'DELETION_IN_PROGRESS'),
      false,
    ],
    ['of another status in the list', task('a', 'SCHEDULED'), listed('a', 'COMPLETED'), true],
    ['updated in the list', task('a', 'SCHEDULED'), listed('a', 'SCHEDULED', { lastUpdatedAt: 'now' }), true],
    ['moved in the list', task('a', 'SCHEDULED'), listed('a', 'SCHEDULED', { configurationId: 'c2' }), true],
    [
      'over, its last events on their way',
      task('a', 'COMPLETED', { stopped: 'completed' }),
      undefined,
      false,
    ],
    ['not to be watched', { state: 'excluded', taskId: 'a', version: 1 }, listed('a', 'IN_PROGRESS'), false],
    ['over', { state: 'ended', taskId: 'a', version: 1, expiresAt: 0 }, listed('a', 'COMPLETED'), false],
  ];

  it.each(cases)('%s', (_, tracked, summary, isRead) => {
    const selection = select([tracked], summary ? sweep(summary) : sweep(), at);
    const look = { kind: 'known', task: tracked, listed: summary, gone: false };
    expect([found(selection), selection.heldBack]).toEqual([isRead ? [look] : [], []]);
  });

  it('is read when it is gone from the list', () => {
    const scheduled = task('a', 'SCHEDULED');
    expect(found(select([scheduled], sweep(), at))).toEqual([{ kind: 'known', task: scheduled, gone: true }]);
  });

  it('is read when an incomplete list lacks it, and nothing is concluded', () => {
    const scheduled = task('a', 'SCHEDULED');
    const failed = { ...sweep(), complete: false };
    expect(found(select([scheduled], failed, at))).toEqual([{ kind: 'known', task: scheduled, gone: false }]);
  });

  it.each([true, false])('is held against the list, complete or not (%s)', (complete) => {
    const tasks = ['a', 'b'].map((id) => task(id, 'SCHEDULED'));
    const changed = listed('b', 'COMPLETED');
    const list = { ...sweep(listed('a', 'SCHEDULED'), changed), complete };
    expect(found(select(tasks, list, at))).toEqual([
      { kind: 'known', task: tasks[1], listed: changed, gone: false },
    ]);
  });

  it.each([
    [NOON - 1, true],
    [NOON, true],
    [NOON + 1, false],
    [undefined, false],
  ])('is read when its rules say so: at %s', (dueAt, isRead) => {
    const waiting = task('a', 'SCHEDULED', {}, dueAt);
    const summary = listed('a', 'SCHEDULED');
    expect(found(select([waiting], sweep(summary), at))).toEqual(
      isRead ? [{ kind: 'known', task: waiting, listed: summary, gone: false }] : [],
    );
  });

  it('is looked at where other rules have come into force', () => {
    const waiting = task('a', 'SCHEDULED');
    const summary = listed('a', 'SCHEDULED');
    expect(found(select([waiting], sweep(summary), { ...at, ruleSet: 'new' }))).toEqual([
      { kind: 'known', task: waiting, listed: summary, gone: false },
    ]);
  });

  it('waits for nothing but its delivery once it has stopped, however full its outbox is', () => {
    const over = task('a', 'COMPLETED', { stopped: 'completed', outbox: [FULL] as never });
    expect(select([over], sweep(), at)).toEqual({ looks: [], heldBack: [] });
  });

  it('is held back while its outbox is full', () => {
    const full = task('a', 'IN_PROGRESS');
    const outbox = [FULL] as never;
    expect(select([{ ...full, outbox }], sweep(listed('a', 'IN_PROGRESS')), at)).toEqual({
      looks: [],
      heldBack: ['a'],
    });
  });

  it('is left when that is asked', () => {
    const asked = task('a', 'IN_PROGRESS', { untrackRequested: true });
    expect(found(select([asked], sweep(listed('a', 'IN_PROGRESS')), at))).toEqual([
      { kind: 'untrack', task: asked },
    ]);
  });
});

describe('a task that was asked for', () => {
  const requested: TrackedTask = { state: 'requested', taskId: 'a', version: 1 };

  it('is read whatever its status and the discovery', () => {
    const summary = listed('a', 'COMPLETED');
    expect(found(select([requested], sweep(summary), { ...at, discovery: 'none' }))).toEqual([
      { kind: 'new', taskId: 'a', task: requested, listed: summary, gone: false, reason: 'requested' },
    ]);
  });

  it.each([true, false])('is known to be gone only by a complete list (%s)', (complete) => {
    expect(found(select([requested], { complete, tasks: new Map() }, at))).toEqual([
      { kind: 'new', taskId: 'a', task: requested, gone: complete, reason: 'requested' },
    ]);
  });
});

describe('a task that is not tracked', () => {
  it('is found on an incomplete list as well', () => {
    const summary = listed('a', 'IN_PROGRESS');
    expect(found(select([], { ...sweep(summary), complete: false }, at))).toEqual([
      { kind: 'new', taskId: 'a', listed: summary, gone: false, reason: 'discovered' },
    ]);
  });

  const ended: TrackedTask = { state: 'ended', taskId: 'a', version: 3, expiresAt: 0 };
  const since = { createdAt: new Date(NOON - 2 * HOUR).toISOString() };
  const cases: [string, TaskSummary, Partial<SelectionContext>, TrackedTask[], boolean][] = [
    ['in progress', listed('a', 'IN_PROGRESS'), {}, [], true],
    ['scheduled', listed('a', 'SCHEDULED'), {}, [], true],
    ['of an unknown status', listed('a', 'PAUSED'), {}, [], true],
    ['in progress, with discovery by tag', listed('a', 'IN_PROGRESS'), { discovery: 'tagged' }, [], true],
    ['in progress, with no discovery', listed('a', 'IN_PROGRESS'), { discovery: 'none' }, [], false],
    ['over since we watch', listed('a', 'COMPLETED', since), {}, [], true],
    ['over before we watched', listed('a', 'COMPLETED'), { watchingSince: NOON - HOUR + 1 }, [], false],
    ['over for long', listed('a', 'COMPLETED'), { watchingSince: 0, now: NOON + 24 * HOUR }, [], false],
    ['over, and nobody knows since when', { taskId: 'a', status: 'COMPLETED' }, {}, [], false],
    ['being deleted', listed('a', 'DELETION_IN_PROGRESS'), { watchingSince: NOON }, [], true],
    ['being deleted after its end was told', listed('a', 'DELETION_IN_PROGRESS', since), {}, [ended], false],
    ['over, as was told', listed('a', 'COMPLETED', since), {}, [ended], false],
    ['running again after its end was told', listed('a', 'IN_PROGRESS'), {}, [ended], true],
  ];

  it.each(cases)('%s', (_, summary, overrides, tasks, isRead) => {
    const look = {
      kind: 'new',
      taskId: 'a',
      ...(tasks[0] && { task: tasks[0] }),
      listed: summary,
      gone: false,
      reason: 'discovered',
    };
    expect(found(select(tasks, sweep(summary), { ...at, ...overrides }))).toEqual(isRead ? [look] : []);
  });
});

it('knows who is a stranger: listed, and nothing more is known', () => {
  const ended: TrackedTask = { state: 'ended', taskId: 'b', version: 3, expiresAt: 0 };
  const requested: TrackedTask = { state: 'requested', taskId: 'c', version: 1 };
  const list = sweep(...['a', 'b', 'c', 'd'].map((id) => listed(id, 'IN_PROGRESS')));
  const { looks } = select([ended, requested, task('d', 'IN_PROGRESS')], list, at);
  expect([looks.map(taskIdOf).sort(), strangersIn(looks)]).toEqual([['a', 'b', 'c', 'd'], ['a']]);
});

describe('a task in progress', () => {
  const hourAgo = { trackedSince: NOON - HOUR };
  const quiet = (taskId: string, overrides: Partial<Snapshot> = {}) => {
    const known = snapshot({
      facts: facts({ taskId, lastUpdatedAt: THEN }),
      listedLastUpdatedAt: THEN,
      ...hourAgo,
    });
    return liveTask({ taskId, snapshot: { ...known, ...overrides } });
  };
  const seen = (taskIds: readonly string[], overrides: Partial<LastSeen> = {}) =>
    new Map(
      taskIds.map((taskId) => [
        taskId,
        { lookedAt: NOON, counts: counts(), lastUpdatedAt: THEN, listedLastUpdatedAt: THEN, ...overrides },
      ]),
    );
  const seldom = { ...at, maxLatencyMs: HOUR, longestMs: HOUR, seen: seen(['a']) };
  const inList = sweep(listed('a', 'IN_PROGRESS'));
  const other = (overrides: Partial<TaskSummary>) => sweep(listed('a', 'IN_PROGRESS', overrides));

  const cases: [string, LiveTask, Sweep, Partial<SelectionContext>, string | undefined][] = [
    ['waits for its turn', quiet('a'), inList, {}, undefined],
    ['has it', quiet('a'), inList, { maxLatencyMs: MINUTE }, 'quiet'],
    ['is hot', quiet('a', { trackedSince: NOON }), inList, {}, 'hot'],
    ['was not looked at by this process', quiet('a'), inList, { seen: new Map() }, undefined],
    ['was not held against these rules', quiet('a'), inList, { seen: new Map(), ruleSet: 'new' }, 'quiet'],
    ['was held against these rules', quiet('a'), inList, { ruleSet: 'new' }, undefined],
    ['is updated in the list', quiet('a'), other({ lastUpdatedAt: 'now' }), {}, 'quiet'],
    ['is moved in the list', quiet('a'), other({ configurationId: 'c2' }), {}, 'hot'],
    ['is over in the list', quiet('a'), sweep(listed('a', 'COMPLETED')), {}, 'hot'],
    [
      'could not be read',
      quiet('a', { rules: { lastAt: NOON, watchedSince: NOON, unreadAt: NOON, rules: {} } }),
      inList,
      {},
      'quiet',
    ],
    ['is gone from the list', quiet('a'), sweep(), {}, 'hot'],
    ['is lacking in a list that broke off', quiet('a'), { ...sweep(), complete: false }, {}, undefined],
    ['has its turn, and no list is read', quiet('a'), NOT_READ, { maxLatencyMs: MINUTE }, 'quiet'],
  ];
  it.each(cases)('%s', (_, tracked, list, overrides, urgency) => {
    const { looks } = select([tracked], list, { ...seldom, ...overrides });
    expect(looks.map((look) => look.urgency)).toEqual(urgency === undefined ? [] : [urgency]);
  });

  it('is handed on as it was watched', () => {
    const idle = { lastAt: NOON - HOUR, watchedSince: 0, rules: {} };
    const context = { ...at, watched: { through: NOON - MINUTE, except: {} } };
    const [look] = select([quiet('a', { rules: idle })], inList, context).looks;
    expect(look?.kind === 'known' && look.task.snapshot.rules).toEqual({ ...idle, lastAt: NOON - MINUTE });
  });

  describe('that has not moved in a list that is trusted', () => {
    const begun = { rules: { lastAt: NOON, watchedSince: 0, runsSince: NOON - HOUR, rules: {} } };
    const ids = Array.from({ length: 15 }, (_, index) => `task${String.fromCharCode(97 + index)}`);
    const fleet = ids.map((id) => quiet(id, begun));
    const list = sweep(...ids.map((id) => listed(id, 'IN_PROGRESS')));
    const trusting = { ...at, trusts: true, seen: seen(ids) };

    it('is left alone, but for a sample', () => {
      const { looks } = select(fleet, list, trusting);
      expect(looks.map(taskIdOf)).toEqual(ids.slice(0, 10));
      expect(looks.every((look) => look.kind === 'known' && look.unmoved === true)).toBe(true);
    });

    it('is looked at in its turn where time matters, and is a sample too', () => {
      const breached = { ...begun.rules, rules: { count: { open: openBreach() } } };
      const { looks } = select([quiet('a', { rules: breached })], inList, { ...trusting, seen: seen(['a']) });
      expect(looks).toMatchObject([{ kind: 'known', unmoved: true, urgency: 'hot' }]);
    });

    it('waits for its turn where time matters, and nothing is urgent', () => {
      const tracked = quiet('a');
      expect(select([tracked], inList, { ...seldom, trusts: true, seen: seen(['a']) }).looks).toEqual([]);
    });

    it('is looked at where the list has moved', () => {
      const { looks } = select([quiet('a', begun)], other({ lastUpdatedAt: 'now' }), {
        ...trusting,
        seen: seen(['a']),
      });
      expect(looks).toEqual([expect.not.objectContaining({ unmoved: true })]);
    });
  });
});

describe('a task that is not in progress, and a list that is not read', () => {
  it.each([
    ['is looked at in the first round', 0, undefined, 1],
    ['is not in later ones', 1, undefined, 0],
    ['is where its rules say so', 1, NOON, 1],
  ])('%s', (_, round, dueAt, looks) => {
    const waiting = task('a', 'SCHEDULED', {}, dueAt);
    expect(select([waiting], NOT_READ, { ...at, round }).looks).toHaveLength(looks);
  });
});

it('goes on where an earlier poll stopped', () => {
  const summaries = ['c', 'a', 'd', 'b'].map((id) => listed(id, 'IN_PROGRESS'));
  const resume = { turn: 0, hot: 'b' };
  expect(
    select([], sweep(...summaries), { ...at, resume })
      .looks.map(taskIdOf)
      .join(''),
  ).toBe('cdab');
});

describe('isWanted', () => {
  const key = { key: 'ota-watch' };
  const pair = { key: 'ota-watch', value: 'on' };
  it.each([
    ['all', undefined, {}, true],
    ['none', undefined, { 'ota-watch': 'on' }, false],
    ['tagged', undefined, { 'ota-watch': 'on' }, false],
    ['tagged', key, {}, false],
    ['tagged', key, { 'ota-watch': '' }, true],
    ['tagged', pair, { 'ota-watch': 'on' }, true],
    ['tagged', pair, { 'ota-watch': 'off' }, false],
    ['tagged', { key: 'constructor' }, {}, false],
  ] as const)('%s, %o, %o', (discovery, condition, tags, expected) => {
    expect(isWanted(discovery, condition, tags)).toBe(expected);
  });
});
