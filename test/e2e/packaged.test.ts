import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { audit } from '../support/audit.ts';
import { Account } from './packaged/account.ts';
import { type Deployment, deploy } from './packaged/deployment.ts';
import { EVENTS, logged, metricsOf, QUIET, REPORTS, REQUESTS, STEPS } from './packaged/expected.ts';
import type { Outcome, Output } from './packaged/function-process.ts';
import { refusedByRole } from './packaged/permissions.ts';
import { garbleList, plantSecrets } from './packaged/secrets.ts';

let deployment: Deployment;
let account: Account;

beforeAll(async () => {
  deployment = await deploy();
});
afterAll(() => deployment.close());

describe('a rollout that the packaged poll watches', () => {
  const outcomes: Outcome[] = [];
  const requests: string[][] = [];
  const connections: number[] = [];
  let output: Output;

  beforeAll(async () => {
    account = await Account.open(deployment);
    const { world, traffic } = account;
    const process = account.start();
    for (const step of STEPS) {
      step(world);
      const before = traffic.requests.length;
      outcomes.push(await process.invoke());
      requests.push(traffic.requests.slice(before).map(({ operation }) => operation));
      connections.push(traffic.connections);
    }
    output = await process.stop();
  });
  afterAll(() => account.close());

  it('is told on the bus from its first sight to its end', () => {
    expect(account.world.bus.accepted).toEqual(EVENTS);
    expect(account.world.bus.unrouted).toEqual([]);
  });

  it('is in the history as it was told', async () => {
    const events = account.world.bus.accepted;
    const rows = events.map(({ detailType, detail }, index) => ({
      ...detail,
      detailType,
      published: true,
      day: String(detail.observedAt).slice(0, 10),
      ...(index > 0 && { previousHash: events[index - 1]?.detail.hash }),
    }));
    expect(await account.world.history()).toEqual(rows);
    expect(await audit(account.world)).toEqual([]);
  });

  it('leaves a tombstone that expires', async () => {
    const items = await account.world.scan('ota-watch-dev-tasks');
    expect(items).toHaveLength(2);
    expect(items).toContainEqual({
      taskId: '#poll',
      watchingSince: expect.any(Number),
      indexedAt: expect.any(Number),
    });
    expect(items).toContainEqual({
      taskId: 't1',
      state: 'ended',
      version: 6,
      head: { sequence: 8, hash: account.world.bus.accepted.at(-1)?.detail.hash, publishedSequence: 8 },
      expiresAt: expect.any(Number),
      last: {
        facts: expect.objectContaining({ taskId: 't1', status: 'COMPLETED' }),
        trackedSince: expect.any(Number),
        endedAt: expect.any(Number),
        stopped: 'completed',
      },
      writeId: expect.any(String),
    });
  });

  it('is reported, also as metrics of each poll', () => {
    expect(outcomes).toEqual(REPORTS.map((value) => ({ value })));
    expect(output.metrics).toEqual(REPORTS.map(metricsOf));
  });

  it('is logged in a line for each poll that found changes, and nothing else', () => {
    const entries = REPORTS.map((report, index) => logged('INFO', 'Polled', report, index + 1));
    expect(output.logs).toEqual(entries.filter(({ changes }) => changes > 0));
    expect(output.others).toEqual([]);
  });

  it('is polled over the same connections, and its configuration read once', () => {
    expect(requests).toEqual(REQUESTS);
    // Five to the database: the state and the queries of the index are asked for at once.
    expect(connections).toEqual([7, 7, 7, 7]);
  });

  it('takes no permission that the role of the function lacks', () => {
    expect(refusedByRole(account.traffic.requests, deployment)).toEqual([]);
    const update = { index: 0, operation: 'UpdateItem', table: 'ota-watch-dev-history' };
    expect(refusedByRole([update], deployment)).toEqual([
      'dynamodb:UpdateItem on arn:aws:dynamodb:us-east-1:123456789012:table/ota-watch-dev-history',
    ]);
  });
});

describe('a packaged poll', () => {
  beforeEach(async () => {
    account = await Account.open(deployment);
  });
  afterEach(() => account.close());

  async function pollOnce(variables: Record<string, string> = {}) {
    const process = account.start(variables);
    const outcome = await process.invoke();
    return { outcome, ...(await process.stop()) };
  }

  it.each([
    [
      'a wrong setting',
      { PROGRESS_EVENTS: 'sometimes' },
      {
        name: 'ConfigurationError',
        message: 'Wrong environment variables: PROGRESS_EVENTS: expected one of milestones, all, none',
        cause: { name: 'Error' },
      },
    ],
    [
      'a table that does not exist',
      { TASKS_TABLE: 'nowhere' },
      {
        name: 'OtaWatchError',
        message: 'Table nowhere does not exist',
        cause: {
          name: 'ResourceNotFoundException',
          message: expect.any(String),
          statusCode: 400,
          requestId: expect.any(String),
        },
      },
    ],
    [
      'a database that is out of reach',
      { AWS_ENDPOINT_URL_DYNAMODB: 'http://127.0.0.1:1' },
      { name: 'Error', code: 'ECONNREFUSED' },
    ],
  ])('fails over %s, and says so', async (_, variables, error) => {
    account.world.task('t1');
    const { outcome, logs, metrics, others } = await pollOnce(variables);
    expect(outcome).toEqual({ error: expect.objectContaining({ errorType: error.name }) });
    expect(logs).toEqual([logged('ERROR', 'The poll failed', { error })]);
    expect(metrics).toEqual([]);
    expect(others).toEqual([expect.stringMatching(/^ERROR Invoke Error /)]);
    expect(account.world.simulator.requests.count()).toBe(0);
  });

  it('goes on without the tasks that cannot be read, and names each and why', async () => {
    const { world } = account;
    world.task('cut-off');
    world.task('incomplete', {}, { members: { Status: undefined } });
    world.task('whole');
    world.simulator.faults.on = ({ identifier }) =>
      identifier === 'cut-off' ? { kind: 'status', code: 200, body: '{"TaskId":' } : undefined;
    const { logs, metrics } = await pollOnce();
    const report = { ...QUIET, changes: 1, published: 1, failures: 2, api: { calls: 4, throttles: 0 } };
    expect(metrics).toEqual([metricsOf(report)]);
    const notPolled = (taskId: string, error: object) =>
      logged('ERROR', 'A task could not be polled', {
        taskId,
        error: { name: 'UnreadableAnswerError', ...error },
      });
    expect(logs).toHaveLength(3);
    expect(logs).toEqual(
      expect.arrayContaining([
        logged('INFO', 'Polled', report),
        notPolled('incomplete', {
          message: 'Task incomplete cannot be understood: Status (invalid_type)',
        }),
        notPolled('cut-off', {
          message: 'The answer is not JSON of the right form',
          cause: { name: 'SyntaxError', statusCode: 200, requestId: expect.any(String) },
        }),
      ]),
    );
    expect(world.bus.accepted.map(({ detail }) => detail.eventId)).toEqual(['whole:1']);
  });

  it('tells nobody what is none of their business, whatever goes wrong', async () => {
    const { world } = account;
    const { unreadableTasks, unreadableConfigurations, oddTasks } = plantSecrets(world);
    const process = account.start({ POWERTOOLS_LOG_LEVEL: 'DEBUG' });
    const outcomes = [await process.invoke()];
    garbleList(world);
    outcomes.push(await process.invoke());
    const configurations = unreadableConfigurations.length;
    const failures = unreadableTasks.length + configurations;
    expect(outcomes).toEqual([
      { value: expect.objectContaining({ listComplete: true, failures }) },
      { value: expect.objectContaining({ listComplete: false, failures: configurations }) },
    ]);
    const { text, logs } = await process.stop();
    const idsIn = (field: string) => new Set(logs.map((entry) => entry[field]).filter(Boolean));
    expect(idsIn('taskId')).toEqual(new Set([...unreadableTasks, ...oddTasks]));
    expect(idsIn('configurationId')).toEqual(new Set(unreadableConfigurations));
    const kept = [world.bus.accepted, await world.history(), await world.scan('ota-watch-dev-tasks')];
    const everything = `${text}${JSON.stringify([outcomes, kept])}`;
    expect(everything.match(/.{0,60}canary.{0,60}/g)).toBeNull();
  });
});
