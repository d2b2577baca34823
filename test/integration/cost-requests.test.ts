import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Requests, requestsOf } from '../../lib/cost/requests.ts';
import { MINUTE } from '../support/builders.ts';
import { type TestPoller, World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await World.start();
});
beforeEach(() => world.reset());
afterAll(() => world.close());

const named = (prefix: string, count: number) =>
  Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(4, '0')}`);

/** The first polls of all: the last of them leaves a note, if the clock of a rule runs. */
const FIRST = 3;

/** Requests of a process, by operation. */
function countedAt({ gate }: TestPoller): Record<string, number> {
  const byOperation = Map.groupBy(gate.requests, ({ operation }) => operation);
  return Object.fromEntries([...byOperation].map(([operation, { length }]) => [operation, length]));
}

const withoutNone = (requests: Requests) =>
  Object.fromEntries(Object.entries(requests).filter(([, count]) => count > 0));

interface Case {
  readonly what: string;
  /** Tasks that are not in progress. */
  readonly scheduled?: number;
  readonly inProgress?: number;
  /** Of those in progress: how many have other counts, and how far those are: a quarter is a milestone. */
  readonly progressed?: number;
  readonly succeeded?: number;
  readonly completed?: number;
  /** What each change comes to. */
  readonly rows?: number;
  readonly published?: number;
  readonly config?: { readonly progressEvents: 'all' };
}

const CASES: readonly Case[] = [
  { what: 'nothing at all' },
  { what: 'nothing in progress', scheduled: 10 },
  { what: 'nothing that changes', scheduled: 10, inProgress: 10 },
  { what: 'one that nobody is told of', scheduled: 10, inProgress: 10, progressed: 1, rows: 1, published: 0 },
  {
    what: 'one that is told',
    scheduled: 10,
    inProgress: 10,
    progressed: 1,
    succeeded: 25,
    rows: 1,
    published: 1,
  },
  { what: 'two that nobody is told of', scheduled: 10, inProgress: 10, progressed: 2, rows: 1, published: 0 },
  {
    what: 'all of them, told',
    scheduled: 10,
    inProgress: 10,
    progressed: 10,
    rows: 1,
    published: 1,
    config: { progressEvents: 'all' },
  },
  { what: 'some that complete', inProgress: 10, completed: 3, rows: 3, published: 3 },
  { what: 'one more than a request takes', inProgress: 30, progressed: 26, rows: 1, published: 0 },
  {
    what: 'more than are delivered together',
    inProgress: 130,
    progressed: 126,
    succeeded: 50,
    rows: 1,
    published: 1,
  },
];

describe('the model predicts what a poll of a warm function asks for', () => {
  it.each(CASES)('$what', async ({ config = {}, ...facts }) => {
    const { scheduled = 0, inProgress = 0, progressed = 0, completed = 0, succeeded = 1 } = facts;
    const ids = named('running', inProgress);
    for (const id of named('waiting', scheduled)) world.task(id, { queued: 100 }, { status: 'SCHEDULED' });
    for (const id of ids) world.task(id, { queued: 100 });
    const poller = world.poller({ config });
    for (let poll = 0; poll < FIRST; poll++) {
      world.now += MINUTE;
      await poller.poll();
    }
    poller.gate.requests.length = 0;
    const updatedAt = world.now;
    for (const id of ids.slice(0, progressed))
      world.task(id, { queued: 100 - succeeded, succeeded }, { updatedAt });
    for (const id of ids.slice(0, completed))
      world.task(id, { succeeded: 100 }, { updatedAt, status: 'COMPLETED' });
    world.now += MINUTE;
    const report = await poller.poll();
    poller.close();

    const { rows = 0, published = 0 } = facts;
    const changed = Array.from({ length: progressed + completed }, () => ({ rows, published }));
    expect(report).toMatchObject({ changes: changed.length * rows, published: changed.length * published });
    const predicted = requestsOf({ listed: scheduled + inProgress, looks: inProgress, changed });
    expect(countedAt(poller)).toEqual(withoutNone(predicted));
  });

  it('in several rounds, of which the first reads the list: tasks that have just started have a look in each', async () => {
    for (const id of named('running', 10)) world.task(id, { queued: 100 });
    const poller = world.poller({ config: { pollIntervalSeconds: 20 } });
    for (let poll = 0; poll < FIRST + 1; poll++) {
      world.now += MINUTE;
      poller.gate.requests.length = 0;
      await poller.poll();
    }
    poller.close();
    const rounds = [true, false, false].map((isSwept) =>
      requestsOf({ listed: 10, looks: 10, changed: [], isSwept }),
    );
    const sum = (operation: keyof Requests) => rounds.reduce((total, round) => total + round[operation], 0);
    expect(countedAt(poller)).toEqual({
      ListOtaTasks: sum('ListOtaTasks'),
      GetOtaTask: sum('GetOtaTask'),
      GetItem: sum('GetItem'),
      Query: sum('Query'),
    });
  });

  it('while the clock of a rule runs: a note at every second poll', async () => {
    for (const id of named('running', 3)) world.task(id, { queued: 100 });
    const poller = world.poller();
    const counted: unknown[] = [];
    for (let poll = 0; poll < FIRST + 4; poll++) {
      world.now += MINUTE;
      poller.gate.requests.length = 0;
      await poller.poll();
      counted.push(countedAt(poller));
    }
    poller.close();
    const [noted, quiet] = [true, false].map((isNoted) =>
      withoutNone(requestsOf({ listed: 3, looks: 3, changed: [], isNoted })),
    );
    expect(counted.slice(-4).filter((requests) => isDeepStrictEqual(requests, noted))).toHaveLength(2);
    expect(counted.slice(-4).filter((requests) => isDeepStrictEqual(requests, quiet))).toHaveLength(2);
  });
});
