// A process with all the services that a poller talks to, in memory, and with a settable latency. Started and ordered by stand-ins.ts.
import { z } from 'zod';
import { placeOf } from '../../../lib/domain/shards.ts';
import { answerCalls } from '../runner/remote.ts';
import { BenchAccount, taskIdAt } from './account.ts';
import { BenchDatabase } from './dynamodb.ts';
import { StandInServer } from './server.ts';
import { BENCH_TABLES, INDEXES, SNAPSHOTS } from './tables.ts';
import { Item } from './values.ts';

const account = new BenchAccount();
let database = new BenchDatabase(BENCH_TABLES, INDEXES);
const server = new StandInServer(account, () => database);
let cpuBefore = process.cpuUsage();

const Seed = z.object({ tasks: z.number(), now: z.number() });
const Change = z.object({ share: z.number(), now: z.number(), among: z.number().optional() });
const Grow = z.object({ tasks: z.number() });
const Latency = z.object({ milliseconds: z.number() });

/** Makes the account larger. What a poll stored of the first task is stored of all, as if each had been looked at like it. */
function grow(tasks: number): void {
  account.grow(tasks);
  account.prepare();
  const first = taskIdAt(0);
  for (const table of SNAPSHOTS.map((name) => database.table(name))) {
    const template = table.getText({ taskId: { S: first } });
    for (let index = 1; index < tasks && template !== undefined; index += 1) {
      const taskId = taskIdAt(index);
      const item = Item.parse(JSON.parse(template.replaceAll(first, taskId)));
      table.put({ ...item, ...(item.place && placeAttributes(taskId)) });
    }
  }
}

/** Where a task is in the index of those that are live. */
function placeAttributes(taskId: string): Item {
  const place = placeOf(taskId);
  return { place: { S: place.toString(16).padStart(8, '0') }, shard: { S: String(place >>> 30) } };
}

answerCalls({
  listen: () => server.listen(),
  seed(argument) {
    const { tasks, now } = Seed.parse(argument);
    account.seed(tasks, now);
    database = new BenchDatabase(BENCH_TABLES, INDEXES);
  },
  change(argument) {
    const { share, now, among } = Change.parse(argument);
    const changed = account.change(share, now, among);
    account.prepare();
    return changed;
  },
  grow: (argument) => grow(Grow.parse(argument).tasks),
  latency(argument) {
    server.latencyMs = Latency.parse(argument).milliseconds;
  },
  begin() {
    server.counts = {};
    server.messages = [];
    cpuBefore = process.cpuUsage();
  },
  end() {
    const { user, system } = process.cpuUsage(cpuBefore);
    return { counts: server.counts, messages: server.messages, cpuMs: (user + system) / 1_000 };
  },
});
