import { DeleteCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { createFleet } from '../../../lib/api/fleet.ts';
import type { ListTasksQuery } from '../../../lib/api/generated/api.ts';
import { health } from '../../../lib/api/health.ts';
import { listTasks } from '../../../lib/api/list-tasks.ts';
import { ProblemError } from '../../../lib/api/problem.ts';
import { createShowTask } from '../../../lib/api/show-task.ts';
import { historyPages } from '../../../lib/aws/api/history-pages.ts';
import { otaService } from '../../../lib/aws/managed-integrations.ts';
import { taskTable } from '../../../lib/aws/task-table.ts';
import { DEFAULT_RULES } from '../../../lib/rule-file/defaults.ts';
import { responseProblems } from '../../support/api-schemas.ts';
import { counts, MINUTE, NOON } from '../../support/builders.ts';
import { Gate } from '../../support/gate.ts';
import { ACCOUNT, REGION, World } from '../../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await World.start();
});
afterEach(() => world.close());

const TASKS = 'ota-watch-dev-tasks';
const JSON_TYPE = 'application/json';
const iso = (minutes: number) => new Date(NOON + minutes * MINUTE).toISOString();

/** An instance of the API; whatever it answers is held against its description. */
function instance() {
  const gate = new Gate();
  const clients = world.clients(gate);
  onTestFinished(() => {
    for (const client of Object.values(clients)) client.destroy();
  });
  const warnings: unknown[] = [];
  const now = () => world.now;
  const fleet = createFleet(taskTable(clients.dynamodb, TASKS), now, 5_000);
  const log = { warn: (...warning: unknown[]) => void warnings.push(warning) };
  const showTask = createShowTask({
    fleet,
    history: historyPages(clients.dynamodb, 'ota-watch-dev-history'),
    service: otaService(clients.managedIntegrations, {
      partition: 'aws',
      region: REGION,
      accountId: ACCOUNT,
    }),
    rules: DEFAULT_RULES,
    now,
    periodMs: MINUTE,
    ignoredTags: ['ota-watch:mine'],
    log,
  });
  return {
    gate,
    warnings,
    async list(query: Partial<ListTasksQuery> = {}) {
      const { page } = await listTasks({ sort: 'trouble', limit: 100, ...query }, undefined, { fleet, now });
      expect(responseProblems('listTasks', 200, JSON_TYPE, page)).toEqual([]);
      return page;
    },
    async show(taskId: string) {
      const detail = await showTask(taskId);
      if (detail !== undefined) expect(responseProblems('getTask', 200, JSON_TYPE, detail)).toEqual([]);
      return detail;
    },
    health: () => health({ fleet, heartbeat: { last: async () => world.now }, now, periodMs: MINUTE, log }),
  };
}

const HEAD = {
  sequence: expect.any(Number),
  hash: expect.any(String),
  publishedSequence: expect.any(Number),
};
const WHERE = {
  taskArn: expect.stringContaining(':ota-task/'),
  accountId: ACCOUNT,
  region: REGION,
};
const NOTHING = { count: 0, unrecorded: 0, unpublished: 0 };

describe('the list', () => {
  it('has the tasks that are tracked, and those that ended, trouble first', async () => {
    world.configuration('c1');
    world.task('failing', { queued: 50, inProgress: 10 }, { configurationId: 'c1' });
    world.task('done', { succeeded: 8, inProgress: 2 });
    world.task('quiet', { queued: 10 }, { status: 'SCHEDULED' });
    await world.poll();
    world.task('failing', { queued: 50, succeeded: 8, failed: 2 }, { configurationId: 'c1' });
    world.task('done', { succeeded: 10 }, { status: 'COMPLETED' });
    await world.poll();
    for (const [taskId, state] of [
      ['asked', 'requested'],
      ['unwanted', 'excluded'],
      ['unknown', 'ended'],
      ['broken', 'live'],
    ])
      await world.dynamodb.send(
        new PutCommand({ TableName: TASKS, Item: { taskId, state, version: 1, expiresAt: 1 } }),
      );

    const common = { otaType: 'ONE_TIME', lastUpdatedAt: expect.any(String), trackedSince: iso(1) };
    expect(await instance().list()).toEqual({
      total: 3,
      unreadable: 1,
      items: [
        {
          ...common,
          taskId: 'failing',
          state: 'live',
          status: 'IN_PROGRESS',
          configurationId: 'c1',
          counts: counts({ queued: 50, succeeded: 8, failed: 2 }),
          percentComplete: 16.66,
          ratePerMinute: 10,
          estimatedEndAt: iso(7),
          worstSeverity: 'critical',
          breaches: [
            breach('abort-criteria:failed:100', 'critical', 20),
            breach('abort-criteria:failed:80', 'error', 16),
            breach('abort-criteria:failed:50', 'warning', 10),
          ],
          undelivered: 0,
        },
        {
          ...common,
          taskId: 'quiet',
          state: 'live',
          status: 'SCHEDULED',
          counts: counts({ queued: 10 }),
          percentComplete: 0,
          breaches: [],
          undelivered: 0,
        },
        {
          ...common,
          taskId: 'done',
          state: 'ended',
          status: 'COMPLETED',
          counts: counts({ succeeded: 10 }),
          percentComplete: 100,
          endedAt: iso(2),
          stopped: 'completed',
          breaches: [],
          undelivered: 0,
        },
      ],
    });
  });

  const breach = (rule: string, severity: string, limit: number) => ({
    rule,
    kind: 'abort-criteria',
    severity,
    since: iso(2),
    value: 20,
    limit,
    numerator: 2,
    denominator: 10,
  });

  it('is as old as its scan, which many requests share', async () => {
    world.task('t1');
    await world.poll();
    const api = instance();
    await Promise.all([api.list({ sort: 'taskId' }), api.list(), api.health()]);
    expect(await api.list({ status: ['COMPLETED'] })).toEqual({ items: [], total: 0, unreadable: 0 });
    expect(api.gate.count('Scan')).toBe(1);
    world.now += MINUTE;
    await api.list();
    expect(api.gate.count('Scan')).toBe(2);
  });
});

describe('a live task', () => {
  it('is shown with its rules, and without its tags', async () => {
    world.configuration('c1', 30);
    const Tags = {
      'private-key': 'private-value',
      'ota-watch:mine': 'private-value',
      'ota-watch:stalled-minutes': '120',
      'ota-watch:mtue': 'private-value',
    };
    const members = { Description: 'spring <b>release</b>', Tags };
    world.task('t1', { queued: 20, succeeded: 80 }, { configurationId: 'c1', members });
    await world.poll({ config: { discoveryTag: { key: 'ota-watch:mine' } } });
    const api = instance();
    const shown = await api.show('t1');
    expect(shown).toEqual({
      ...WHERE,
      task: {
        taskId: 't1',
        state: 'live',
        status: 'IN_PROGRESS',
        counts: counts({ queued: 20, succeeded: 80 }),
        percentComplete: 80,
        configurationId: 'c1',
        otaType: 'ONE_TIME',
        description: 'spring <b>release</b>',
        trackedSince: iso(1),
        lastUpdatedAt: iso(0),
        worstSeverity: 'warning',
        breaches: [
          {
            rule: 'tag:ota-watch:mtue',
            kind: 'malformed-tag',
            severity: 'warning',
            since: iso(1),
            value: 1,
            limit: 0,
          },
        ],
        undelivered: 0,
      },
      configuration: {
        configurationId: 'c1',
        criteria: [{ failureType: 'FAILED', thresholdPercentage: 30, minExecutedThings: 10 }],
      },
      rules: expect.any(Array),
      undelivered: NOTHING,
      head: HEAD,
    });
    expect(shown?.rules.map(({ id, severity, standing }) => `${id} ${severity} ${standing}`)).toEqual([
      'abort-criteria:failed:50 warning clear',
      'abort-criteria:failed:80 error clear',
      'abort-criteria:failed:100 critical clear',
      'stalled warning clear',
      'overdue warning silent',
      'stuck-scheduled error silent',
      'unreachable warning clear',
      'tag:ota-watch:mtue warning breached',
    ]);
    expect(shown?.rules[3]).toEqual({
      id: 'stalled',
      kind: 'stalled',
      severity: 'warning',
      description: 'Nothing has finished for 2 h, and things are left.',
      standing: 'clear',
      words: '2 h more in which nothing finishes',
      observed: { value: 0, limit: 7_200, unit: 'seconds' },
    });
    expect(JSON.stringify([shown, await api.list(), api.warnings])).not.toContain('private');
  });

  it('is the same within a minute, and asks the service no more than once in it', async () => {
    world.task('t1');
    await world.poll();
    const api = instance();
    const first = await api.show('t1');
    world.now += MINUTE - 1;
    expect(await api.show('t1')).toEqual(first);
    expect(api.gate.count('GetOtaTask')).toBe(1);
    world.now += 1;
    expect(await api.show('t1')).not.toEqual(first);
    expect(api.gate.count('GetOtaTask')).toBe(2);
  });

  it('has no rules while the service does not answer for it', async () => {
    world.task('t1');
    await world.poll();
    const api = instance();
    world.simulator.faults.on = ({ operation }) =>
      operation === 'GetOtaTask' ? { kind: 'internal' } : undefined;
    const unknown = {
      rules: [],
      rulesUnknown: 'The service does not answer for the task, and its tags decide on the rules',
    };
    expect(await api.show('t1')).toMatchObject(unknown);
    world.simulator.faults.on = undefined;
    expect(await api.show('t1')).toMatchObject(unknown);
    expect(api.warnings).toEqual([
      [
        'Rules are not shown: the task cannot be read',
        { taskId: 't1', error: expect.objectContaining({ statusCode: 500 }) },
      ],
    ]);
    world.now += 10_000;
    expect(await api.show('t1')).not.toHaveProperty('rulesUnknown');
  });

  it('has no rules if the service does not know it', async () => {
    world.task('t1');
    await world.poll();
    world.simulator.account.removeTask('t1');
    expect(await instance().show('t1')).toMatchObject({
      task: { state: 'live' },
      rules: [],
      rulesUnknown: 'The service does not know the task any more',
    });
  });

  it('says since when it cannot be read', async () => {
    world.task('t1');
    await world.poll();
    world.simulator.faults.on = ({ operation }) =>
      operation === 'GetOtaTask' ? { kind: 'internal' } : undefined;
    for (let poll = 0; poll < 4; poll++) await world.poll();
    const { items } = await instance().list();
    expect(items.map(({ unreadableSince }) => unreadableSince)).toEqual([iso(2)]);
  });
});

describe('what is on its way', () => {
  it.each([
    ['not in the history yet', 'before', { count: 3, unrecorded: 3, unpublished: 3 }],
    ['in the history, and not on the bus', 'lost', { count: 3, unrecorded: 0, unpublished: 3 }],
  ] as const)('is shown, and counted: %s', async (_, fault, undelivered) => {
    world.task('t1', { queued: 10 }, { status: 'SCHEDULED' });
    await world.poll();
    world.task('t1', { succeeded: 10 }, { status: 'COMPLETED' });
    const poller = world.poller();
    onTestFinished(() => poller.close());
    world.now += MINUTE;
    poller.gate.on = ({ operation }) => (operation === 'PutEvents' ? fault : undefined);
    await Promise.race([poller.poll(), poller.gate.death]);
    const api = instance();
    expect(await api.show('t1')).toMatchObject({
      task: { state: 'ended', undelivered: 3 },
      undelivered: { ...undelivered, oldestObservedAt: iso(2) },
    });
    expect((await api.health()).tasks).toEqual({
      live: 0,
      ended: 1,
      unreadable: 0,
      undelivered: 3,
      oldestUndeliveredAt: iso(2),
    });
  });
});

describe('a task that is over', () => {
  const members = { EndBehavior: 'CANCEL' };

  async function canceled() {
    world.configuration('c1');
    world.task('t1', { queued: 90, inProgress: 10 }, { configurationId: 'c1' });
    await world.poll();
    const given = { configurationId: 'c1', status: 'CANCELED', members };
    world.task('t1', { succeeded: 6, failed: 4, canceled: 90 }, given);
  }

  const task = {
    taskId: 't1',
    status: 'CANCELED',
    counts: counts({ succeeded: 6, failed: 4, canceled: 90 }),
    percentComplete: 100,
    configurationId: 'c1',
    otaType: 'ONE_TIME',
    trackedSince: iso(1),
    lastUpdatedAt: expect.any(String),
    endedAt: iso(2),
    stopped: 'canceled',
    breaches: [],
    undelivered: 0,
  };
  const detail = { ...WHERE, inferredCause: 'abort-criteria', rules: [], undelivered: NOTHING };

  it('is shown as it ended, and why, as long as it is remembered', async () => {
    await canceled();
    await world.poll();
    const api = instance();
    expect(await api.show('t1')).toEqual({ ...detail, task: { ...task, state: 'ended' }, head: HEAD });
    expect(api.gate.requests.map(({ operation }) => operation)).toEqual(['GetItem', 'Query']);
  });

  it('is shown from its history afterwards', async () => {
    await canceled();
    await world.poll();
    await world.dynamodb.send(new DeleteCommand({ TableName: TASKS, Key: { taskId: 't1' } }));
    expect(await instance().show('t1')).toEqual({ ...detail, task: { ...task, state: 'past' } });
  });

  it('says why before that is in the history', async () => {
    await canceled();
    const poller = world.poller();
    onTestFinished(() => poller.close());
    world.now += MINUTE;
    poller.gate.on = ({ operation }) =>
      operation === 'PutItem' && poller.gate.count('PutItem') > 1 ? 'before' : undefined;
    await Promise.race([poller.poll(), poller.gate.death]);
    expect(await instance().show('t1')).toMatchObject({
      task: { state: 'ended', stopped: 'canceled', endedAt: iso(2) },
      inferredCause: 'abort-criteria',
    });
  });

  it('is no task if nothing is known of it', async () => {
    await world.dynamodb.send(
      new PutCommand({ TableName: TASKS, Item: { taskId: 'asked', state: 'requested', version: 1 } }),
    );
    const api = instance();
    expect(await api.show('asked')).toBeUndefined();
    expect(await api.show('t1')).toBeUndefined();
  });
});

describe('a task whose item is of another version', () => {
  const spoil = (taskId: string) =>
    world.dynamodb.send(new PutCommand({ TableName: TASKS, Item: { taskId, state: 'asleep', version: 1 } }));
  const rulesUnknown = expect.stringContaining('of another version');

  it('is shown from its history', async () => {
    world.task('t1', { queued: 90, succeeded: 10 });
    await world.poll();
    await spoil('t1');
    const api = instance();
    expect(await api.show('t1')).toEqual({
      ...WHERE,
      task: {
        taskId: 't1',
        state: 'live',
        status: 'IN_PROGRESS',
        counts: counts({ queued: 90, succeeded: 10 }),
        percentComplete: 10,
        otaType: 'ONE_TIME',
        trackedSince: iso(1),
        lastUpdatedAt: iso(0),
        breaches: [],
        undelivered: 0,
      },
      rules: [],
      rulesUnknown,
      undelivered: NOTHING,
    });
    expect(api.warnings).toEqual([]);
  });

  it('has ended if its history says so', async () => {
    world.task('t1', { queued: 10 });
    await world.poll();
    world.task('t1', { succeeded: 10 }, { status: 'COMPLETED' });
    await world.poll();
    await spoil('t1');
    expect(await instance().show('t1')).toMatchObject({
      task: { state: 'ended', stopped: 'completed', endedAt: iso(2) },
      rulesUnknown,
    });
  });

  it('is not known as long as it has no history', async () => {
    await spoil('t1');
    const error = new ProblemError('not-found', 'What is stored of task t1 cannot be understood');
    await expect(instance().show('t1')).rejects.toThrow(error);
  });

  it('is not known if its history is of another version as well', async () => {
    await world.dynamodb.send(
      new PutCommand({ TableName: 'ota-watch-dev-history', Item: { taskId: 't1', sequence: 1 } }),
    );
    const error = new ProblemError('not-found', 'What is stored of task t1 cannot be understood');
    await expect(instance().show('t1')).rejects.toThrow(error);
  });
});
