import pMap from 'p-map';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { audit, duplicates } from '../support/audit.ts';
import { Account } from './packaged/account.ts';
import { type Deployment, deploy } from './packaged/deployment.ts';
import type { FunctionProcess } from './packaged/function-process.ts';
import type { Moment } from './packaged/traffic.ts';

/** Each takes a core while it starts. */
const AT_ONCE = 3;
/** So many deaths have one that is repaired by another process of the package: the others, by the same code without one. */
const REPAIRED_BY_PACKAGE = 4;

let deployment: Deployment;
beforeAll(async () => {
  deployment = await deploy();
});
afterAll(() => deployment.close());

/** What is told of the three tasks, in which order, whatever happens. */
const TOLD = {
  fresh: ['1 Tracking Started'],
  breached: [
    '1 Tracking Started',
    '2 Status Changed',
    '3 Progressed',
    '4 Threshold Breached',
    '5 Threshold Breached',
    '6 Threshold Breached',
  ],
  done: ['1 Tracking Started', '2 Status Changed', '3 Progressed', '4 Tracking Stopped'],
};

/** The requests of a poll that finds all that, without a death. */
const REQUESTS = {
  GetItem: 1,
  Query: 4 + 1,
  ListOtaTasks: 1,
  BatchGetItem: 1,
  GetOtaTask: 3,
  GetOtaTaskConfiguration: 1,
  ListOtaTaskExecutions: 1,
  BatchExecuteStatement: 5,
  PutItem: 2,
  PutEvents: 5,
};

/** Lets a poll see two tasks, then a third one come, one breach its limits and one end. */
async function aboutToChange({ world }: Account, poll: FunctionProcess): Promise<void> {
  world.configuration('c1');
  world.configuration('c2');
  world.task('breached', { queued: 100 }, { configurationId: 'c1', status: 'SCHEDULED' });
  world.task('done', { queued: 90, succeeded: 10 }, { configurationId: 'c1' });
  await poll.invoke();
  world.task('fresh', { queued: 10 }, { configurationId: 'c2' });
  world.task('breached', { queued: 10, succeeded: 60, failed: 30 }, { configurationId: 'c1' });
  world.task('done', { succeeded: 100 }, { configurationId: 'c1', status: 'COMPLETED' });
}

/** Polls once more, where nothing goes wrong. */
async function pollInHealth(account: Account, byPackage: boolean): Promise<void> {
  if (byPackage) {
    const healthy = account.start();
    await healthy.invoke();
    await healthy.stop();
  } else {
    account.world.now = Date.now();
    await account.world.poll();
  }
}

/**
 * Polls in a process that is killed at its request `index`, then where nothing goes wrong.
 *
 * @returns what was seen of it, and all that is wrong afterwards
 */
async function pollTwice(index: number, moment: Moment) {
  const account = await Account.open(deployment);
  const { world, traffic } = account;
  const doomed = account.start();
  await aboutToChange(account, doomed);
  const first = traffic.requests.length;
  traffic.intercept = async (request, at) => {
    if (request.index !== first + index || at !== moment) return undefined;
    await doomed.kill();
    return 'cut';
  };
  const outcome = await doomed.invoke();
  const operations = traffic.requests.slice(first).map(({ operation }) => operation);
  await doomed.stop();
  await traffic.ended();
  await pollInHealth(account, !(index % REPAIRED_BY_PACKAGE > 0));
  const told = Object.keys(TOLD).map((taskId) => [taskId, [...new Set(world.events(taskId))]]);
  const problems = await audit(world);
  await account.close();
  return { outcome, operations, told: Object.fromEntries(told), problems, repeated: duplicates(world) };
}

it('a poll that is killed at any of its requests loses nothing', async () => {
  const undisturbed = await pollTwice(Number.POSITIVE_INFINITY, 'before');
  const { operations, ...result } = undisturbed;
  const report = expect.objectContaining({ changes: 9, published: 9 });
  expect(result).toEqual({ outcome: { value: report }, told: TOLD, problems: [], repeated: 0 });
  const counted = Map.groupBy(operations, (operation) => operation);
  expect(Object.fromEntries([...counted].map(([name, all]) => [name, all.length]))).toEqual(REQUESTS);

  const moments = ['before', 'after'] as const;
  const deaths = operations.flatMap((_, index) => moments.map((moment) => ({ index, moment })));
  const seen = await pMap(
    deaths,
    async ({ index, moment }) => ({ index, moment, ...(await pollTwice(index, moment)) }),
    { concurrency: AT_ONCE },
  );
  const facts = seen.map(({ operations: _, repeated: __, ...fact }) => fact);
  expect(facts).toEqual(deaths.map((death) => ({ ...death, outcome: 'died', told: TOLD, problems: [] })));

  // Whatever the bus had accepted is told again, for nobody knew: three, two, two events, one and one to a request.
  const repeatedAt = (at: Moment) =>
    seen
      .filter(({ index, moment }) => moment === at && operations[index] === 'PutEvents')
      .map(({ repeated }) => repeated);
  expect(repeatedAt('before')).toEqual([0, 3, 5, 7, 8]);
  expect(repeatedAt('after')).toEqual([3, 5, 7, 8, 9]);
}, 120_000);
