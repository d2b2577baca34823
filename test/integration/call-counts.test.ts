import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Config } from '../../lib/config.ts';
import { SAMPLE_SIZE } from '../../lib/domain/trust.ts';
import { MINUTE, NOON } from '../support/builders.ts';
import { type TestPoller, World } from '../support/world.ts';

const TASKS = 220;
/** Of the tasks: 5 %. */
const SOME = 11;

/** Polls after which a process has looked at each task itself, though it trusts the list. */
const WARM_UP = 6;

/** What each poll reads of what is stored: its own state, and the four parts of the index. */
const STATE = { GetItem: 1, Query: 4 };
/** And whether the list was found out. */
const TRUSTING_STATE = { GetItem: 2, Query: 4 };
/** Commits, rows and clears, 25 a request; events, 10 a request of at most 100 tasks. */
const SOME_CHANGED = { BatchExecuteStatement: 3, PutEvents: 2 };
const ALL_CHANGED = { BatchExecuteStatement: 27, PutEvents: 22 };

type Calls = Readonly<Record<string, number>>;

let world: World;
/** Things in each task that changes next. */
let succeeded = 100;
beforeAll(async () => {
  world = await World.start();
});
afterAll(() => world.close());

/** A process; each change that it finds is an event. */
function pollerWith(config: Partial<Config> = {}): TestPoller {
  return world.poller({ config: { fetchConcurrency: 50, progressEvents: 'all', ...config } });
}

/** Requests by operation of a poll, a minute after the last. Half a minute before, things succeeded in the first so many tasks. */
async function callsOf(poller: TestPoller, changed = 0): Promise<Calls> {
  world.now += MINUTE;
  succeeded += 1;
  for (let index = 0; index < changed; index += 1)
    world.task(
      `task${index}`,
      { queued: 1_000 - succeeded, succeeded },
      { createdAt: NOON, updatedAt: world.now - MINUTE / 2 },
    );
  const from = poller.gate.requests.length;
  const { changes, failures, postponed } = await poller.poll();
  expect({ changes, failures, postponed }).toEqual({ changes: changed, failures: 0, postponed: 0 });
  const operations = poller.gate.requests.slice(from).map(({ operation }) => operation);
  return Object.fromEntries(Object.entries(Object.groupBy(operations, (name) => name)).map(countOf));
}
function countOf([operation, requests = []]: [string, string[] | undefined]): [string, number] {
  return [operation, requests.length];
}

it(`asks for what it must, with ${TASKS} tasks in progress`, async () => {
  const poller = pollerWith();
  const calls: Record<string, Calls> = {
    'first sight of all': await callsOf(poller, TASKS),
    quiet: await callsOf(poller),
    'quiet, and notes that it watched': await callsOf(poller),
    'some changed': await callsOf(poller, SOME),
    'all changed': await callsOf(poller, TASKS),
  };
  poller.close();
  const cold = pollerWith();
  calls['quiet, cold'] = await callsOf(cold);
  cold.close();
  const trusting = pollerWith({ trustLastUpdated: true });
  for (let count = 0; count < WARM_UP; count += 1) await callsOf(trusting);
  calls['quiet, trusting'] = await callsOf(trusting);
  calls['some changed, trusting'] = await callsOf(trusting, SOME);
  trusting.close();
  expect(calls).toEqual({
    // The end of each task's history is looked for, the index does not have them yet, and is asked again once it was looked after.
    'first sight of all': {
      ...{ ...STATE, GetItem: 2, Query: 4 + 4 + TASKS, Scan: 1, BatchGetItem: 3, PutItem: 1 },
      ...{ ListOtaTasks: 1, GetOtaTask: TASKS },
      ...ALL_CHANGED,
    },
    quiet: { ...STATE, ListOtaTasks: 1, GetOtaTask: TASKS },
    'quiet, and notes that it watched': { ...STATE, ListOtaTasks: 1, GetOtaTask: TASKS, PutItem: 1 },
    'some changed': { ...STATE, ListOtaTasks: 1, GetOtaTask: TASKS, ...SOME_CHANGED },
    'all changed': { ...STATE, ListOtaTasks: 1, GetOtaTask: TASKS, ...ALL_CHANGED, PutItem: 1 },
    'quiet, cold': { ...STATE, GetItem: 2, Scan: 1, ListOtaTasks: 1, GetOtaTask: TASKS },
    'quiet, trusting': { ...TRUSTING_STATE, ListOtaTasks: 1, GetOtaTask: SAMPLE_SIZE, PutItem: 1 },
    'some changed, trusting': {
      ...TRUSTING_STATE,
      ...{ ListOtaTasks: 1, GetOtaTask: SAMPLE_SIZE + SOME },
      ...SOME_CHANGED,
    },
  });
});
