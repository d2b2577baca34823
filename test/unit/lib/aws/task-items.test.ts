import { describe, expect, it } from 'vitest';
import { parsePollState, parseTrackedTask } from '../../../../lib/aws/task-items.ts';
import { canonicalHash } from '../../../../lib/canonical-hash.ts';
import type { ChainContext } from '../../../../lib/domain/chain.ts';
import { diff, startTracking } from '../../../../lib/domain/diff.ts';
import { resolveRules } from '../../../../lib/domain/rules/resolve.ts';
import type { OpenBreach, RuleState } from '../../../../lib/domain/rules/rule.ts';
import type { TaskConfiguration } from '../../../../lib/domain/task.ts';
import { applyDiff, type LiveTask, setAside, type TrackedTask } from '../../../../lib/domain/tracked.ts';
import { UnreadableItemError } from '../../../../lib/errors.ts';
import { DEFAULT_RULES } from '../../../../lib/rule-file/defaults.ts';
import { context, counts, criterion, facts, liveTask, MINUTE, NOON } from '../../../support/builders.ts';

const chain: ChainContext = { now: NOON, hash: canonicalHash, retentionDays: 30 };
const head = { sequence: 3, hash: 'h3', publishedSequence: 2 };

const OPEN: OpenBreach = { at: NOON, kind: 'count', severity: 'info', value: 3, limit: 2 };

const RULES: RuleState = {
  lastAt: NOON,
  watchedSince: NOON - MINUTE,
  dueAt: NOON + MINUTE,
  runsSince: NOON,
  measures: true,
  idle: { since: NOON },
  unread: { since: NOON, told: true },
  unreadAt: NOON,
  rules: {
    waiting: { clock: { since: NOON }, recent: [NOON] },
    open: {
      open: {
        at: NOON,
        kind: 'ratio',
        severity: 'critical',
        value: 33.3,
        limit: 10,
        numerator: 3,
        denominator: 9,
        muted: true,
        reminders: 2,
      },
      clock: { held: 7 },
    },
    'milestone:50': { reached: true },
  },
};

/** A task that a rollout has filled: configuration, breaches, samples, and an outbox with rows of every kind of body. */
function eventful(): LiveTask {
  const configuration: TaskConfiguration = {
    configurationId: 'config1',
    criteria: [criterion(), criterion({ failureType: 'ALL' })],
    pace: { maximumPerMinute: 100, basePerMinute: 10 },
    inProgressTimeoutMinutes: 60,
  };
  const first = facts({
    description: 'spring',
    lastUpdatedAt: '2026-11-22T11:59:00.000Z',
    startTime: '2026-11-22T11:58:00.000Z',
    endTime: '2026-11-23T00:00:00.000Z',
    endBehavior: 'CANCEL',
  });
  const { rules } = resolveRules(DEFAULT_RULES, {
    taskId: 'task1',
    tags: { 'ota-watch:mute': 'until 2027-01-01' },
    things: 100,
    criteria: configuration.criteria,
  });
  const listedLastUpdatedAt = '2026-11-22T11:58:00.000Z';
  const at = (now: number) => context({ now, configuration, rules, listedLastUpdatedAt });
  const started = applyDiff(undefined, undefined, startTracking(first, 'discovered', at(NOON)), chain);
  const worse = facts({
    ...first,
    status: 'PAUSED',
    configurationId: 'config2',
    counts: counts({ queued: 50, inProgress: 20, succeeded: 17, failed: 13 }),
  });
  const changed = diff(started.snapshot, worse, at(NOON + MINUTE));
  const task = applyDiff(started, started.head, changed, { ...chain, now: NOON + MINUTE });
  const all = { ...task, snapshot: { ...task.snapshot, rules: RULES } };
  return { ...setAside(all, { sequence: 1, code: 'MalformedDetail', message: 'no' }, chain), version: 7 };
}

describe('parseTrackedTask', () => {
  const stored = eventful();

  it('has a task to try that holds all there is', () => {
    expect(new Set(stored.outbox.map(({ detailType }) => detailType)).size).toBe(5);
    expect(Object.keys(stored.snapshot)).toHaveLength(8);
    expect(stored.snapshot.whenUnread).toHaveLength(1);
    expect(stored.snapshot.samples).toHaveLength(2);
  });

  it.each<[string, TrackedTask]>([
    ['requested', { state: 'requested', taskId: 'task1', version: 1 }],
    ['requested again', { state: 'requested', taskId: 'task1', version: 9, head }],
    ['live, new', liveTask()],
    ['live, eventful', stored],
    ['live, stopped', { ...stored, stopped: 'deleted' }],
    ['live, to be let go', { ...stored, untrackRequested: true }],
    ['ended', { state: 'ended', taskId: 'task1', version: 4, head, expiresAt: 1_800_000_000 }],
    [
      'ended, and seen before',
      {
        state: 'ended',
        taskId: 'task1',
        version: 4,
        expiresAt: 1_800_000_000,
        last: { facts: facts(), trackedSince: 1, endedAt: 2, stopped: 'completed' },
      },
    ],
    ['excluded', { state: 'excluded', taskId: 'task1', version: 4, head: { sequence: 3, hash: 'h3' } }],
  ])('reads what was written: %s', (_, task) => {
    expect(parseTrackedTask(JSON.parse(JSON.stringify({ ...task, writeId: 'w1' })))).toEqual(task);
  });

  it('reads a live task of a version that did not note when tracking began', () => {
    const { trackedSince, ...snapshot } = stored.snapshot;
    expect(parseTrackedTask({ ...stored, snapshot })).toEqual({
      ...stored,
      snapshot: { ...snapshot, trackedSince: RULES.watchedSince },
    });
  });

  it('keeps what later versions of the code put into rows', () => {
    const outbox = stored.outbox.map((row) => ({
      ...row,
      region2: 'x',
      counts: { ...row.counts, paused: 1 },
    }));
    expect(parseTrackedTask({ ...stored, outbox })).toEqual({ ...stored, outbox });
  });

  const { snapshot, outbox } = stored;
  const [row] = outbox;
  const factsWith = (change: object) => ({
    snapshot: { ...snapshot, facts: { ...snapshot.facts, ...change } },
  });
  const rowWith = (change: object) => ({ outbox: [{ ...row, ...change }] });
  it.each<[attribute: string, change: object]>([
    ['taskId', { taskId: 5 }],
    ['version', { version: 0 }],
    ['version', { version: 'CANARY' }],
    ['state', { state: 'CANARY' }],
    ['state', { state: undefined }],
    ['head.hash', { head: { sequence: 1 } }],
    ['recordedThrough', { recordedThrough: null }],
    ['stopped', { stopped: 'CANARY' }],
    ['untrackRequested', { untrackRequested: 'CANARY' }],
    ['snapshot', { snapshot: undefined }],
    ['snapshot.facts.status', factsWith({ status: 3 })],
    ['snapshot.facts.counts.queued', factsWith({ counts: { ...counts(), queued: -1 } })],
    ['snapshot.facts.description', factsWith({ description: null })],
    ['snapshot.rules.lastAt', { snapshot: { ...snapshot, rules: { ...RULES, lastAt: 'CANARY' } } }],
    ['snapshot.rules.idle', { snapshot: { ...snapshot, rules: { ...RULES, idle: {} } } }],
    [
      'snapshot.rules.rules.x.open.kind',
      { snapshot: { ...snapshot, rules: { ...RULES, rules: { x: { open: { ...OPEN, kind: 'CANARY' } } } } } },
    ],
    [
      'snapshot.whenUnread.0.afterMs',
      { snapshot: { ...snapshot, whenUnread: [{ ...snapshot.whenUnread[0], afterMs: 'CANARY' }] } },
    ],
    ['snapshot.milestone', { snapshot: { ...snapshot, milestone: 'CANARY' } }],
    ['snapshot.samples.0.1', { snapshot: { ...snapshot, samples: [[NOON, 'CANARY', 0, 0, 0, 0]] } }],
    [
      'snapshot.configuration.criteria.0.failureType',
      {
        snapshot: {
          ...snapshot,
          configuration: { configurationId: 'c', criteria: [{ ...criterion(), failureType: 'CANARY' }] },
        },
      },
    ],
    ['outbox', { outbox: 'CANARY' }],
    ['outbox.0.hash', rowWith({ hash: undefined })],
    ['outbox.0.sequence', rowWith({ sequence: 0 })],
    ['outbox.0.detailType', rowWith({ detailType: 'CANARY' })],
    ['outbox.0.published', rowWith({ published: 'CANARY' })],
    ['outbox.0.schemaVersion', rowWith({ schemaVersion: '2' })],
    ['outbox.0.counts.total', rowWith({ counts: { ...counts(), total: 'CANARY' } })],
  ])('names %s if that is broken, and not what stands there', (attribute, change) => {
    const broken = errorOf(() => parseTrackedTask({ ...stored, ...change }));
    expect(broken).toBeInstanceOf(UnreadableItemError);
    expect(broken.message).toContain(`Attributes cannot be understood: ${attribute} (`);
    expect(broken.message).not.toContain('CANARY');
  });

  it('names every attribute that is broken', () => {
    expect(errorOf(() => parseTrackedTask({ state: 'ended', taskId: 'task1' })).message).toBe(
      'Attributes cannot be understood: version (invalid_type), expiresAt (invalid_type)',
    );
    expect(errorOf(() => parseTrackedTask({})).message).toBe(
      'Attributes cannot be understood: state (invalid_union)',
    );
  });
});

describe('parsePollState', () => {
  it.each([
    { watchingSince: NOON },
    {
      watchingSince: NOON,
      resume: { turn: 3, hot: 'task7', quiet: 'task9' },
      lap: { ms: 120_000, at: NOON },
    },
  ])('%o', (state) => {
    expect(parsePollState({ taskId: '#poll', ...state })).toEqual(state);
  });

  it('goes on where an earlier version stopped, which knew no urgencies', () => {
    expect(parsePollState({ taskId: '#poll', watchingSince: NOON, resumeAfter: 'task7' })).toEqual({
      watchingSince: NOON,
      resume: { turn: 0, hot: 'task7', warm: 'task7', quiet: 'task7' },
    });
  });

  it.each([
    ['watchingSince', { resumeAfter: 'task7' }],
    ['watchingSince', { watchingSince: 'CANARY' }],
    ['resumeAfter', { watchingSince: NOON, resumeAfter: 5 }],
    ['resume.turn', { watchingSince: NOON, resume: { hot: 'task7' } }],
  ])('names %s if that is broken', (attribute, state) => {
    const broken = errorOf(() => parsePollState(state));
    expect(broken).toBeInstanceOf(UnreadableItemError);
    expect(broken.message).toBe(`Attributes cannot be understood: ${attribute} (invalid_type)`);
  });
});

function errorOf(run: () => unknown): Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('Nothing was thrown');
}
