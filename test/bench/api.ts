// How long the API takes for each route over a large history, how many items it reads for each that it returns, and how much
// memory an export takes. Needs Java 17 for DynamoDB Local, which this starts; a million rows take ten minutes and 5 GB.
// node test/bench/api.ts [--rows 1000000] [--tasks 5000] [--live 500] [--requests 200]
import { execFile } from 'node:child_process';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import type { OperationId } from '../../lib/api/parameters.ts';
import { startCloudWatch } from '../../local/cloudwatch/cloudwatch.ts';
import { createTables } from '../../local/database/create-tables.ts';
import { startSimulator } from '../../local/simulator/simulator.ts';
import { emulatorFolder } from '../../scripts/dynamodb-local/emulator.ts';
import { needJava } from '../../scripts/dynamodb-local/java.ts';
import { startDynamoDbLocal } from '../../scripts/dynamodb-local/server.ts';
import { Dice } from '../support/rule-oracle/dice.ts';
import { TABLES } from '../support/tables.ts';
import { figuresOf, printFigures, printRow } from './alerts/figures.ts';
import { meter } from './api/meter.ts';
import { seed } from './api/seed.ts';
import { apiClients, benchApi, type Endpoints, NAMES, requestOf } from './api/surroundings.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '1000000' },
    tasks: { type: 'string', default: '5000' },
    live: { type: 'string', default: '500' },
    requests: { type: 'string', default: '200' },
  },
});
const [rows, tasks] = [Number(values.rows), Number(values.tasks)];
const [live, requests] = [Number(values.live), Number(values.requests)];

const DAY = 86_400_000;
const taskIdOf = (index: number) => `bench${String(index).padStart(6, '0')}`;
const WARM_UP = 20;
/** An export that gathered its rows would not fit: a part of the largest has 4 MB, and all of them a gigabyte. */
const HEAP = '--max-old-space-size=96';
const STEPS = 20;
/** The tasks table is remembered for ten seconds. */
const LATER_MS = 10_001;

needJava(process.env);
const dynamodbLocal = await startDynamoDbLocal(emulatorFolder());
const simulator = await startSimulator({
  seed: 1,
  now: Date.now,
  accountId: '123456789012',
  region: 'eu-west-1',
});
const cloudWatch = await startCloudWatch();
const endpoints: Endpoints = {
  dynamodb: dynamodbLocal.url,
  managedIntegrations: simulator.url,
  cloudWatch: cloudWatch.url,
};

async function run() {
  const now = Date.now();
  await fill(now);
  const clients = apiClients(endpoints);
  let at = now;
  const respond = benchApi(clients, () => at);
  const dice = new Dice(1);
  const reads = meter(clients.dynamodb);

  const baseline = await timed(() => readOneItem(clients.dynamodb, dice));
  printRow('', 'requests', 'p50 ms', 'p99 ms', 'max ms', '× GetItem', 'returned', 'read', 'ratio');
  printFigures('one GetItem (the baseline)', figuresOf(baseline), figuresOf(baseline).p50);

  const anyTask = () => taskIdOf(dice.int(0, tasks - 1));
  const anyTime = () => new Date(now - dice.int(1, 89) * DAY).toISOString();
  const measure = async (
    name: string,
    operation: OperationId,
    request: () => ReturnType<typeof requestOf>,
  ) => {
    let returned = 0;
    let items = 0;
    const times = await timed(async () => {
      reads.take();
      const { statusCode, body = '' } = await respond(operation, request());
      if (statusCode !== 200) throw new Error(`${name} answered ${statusCode}: ${body}`);
      items += reads.take().items;
      returned += returnedBy(JSON.parse(body));
    });
    const figures = figuresOf(times);
    const of = (sum: number) => sum / (requests + WARM_UP);
    printFiguresAndReads(name, figures, figuresOf(baseline).p50, of(returned), of(items));
  };

  await measure('GET /tasks, remembered', 'listTasks', () => requestOf({ limit: '100' }));
  await measure('GET /tasks, read anew', 'listTasks', () => {
    at += LATER_MS;
    return requestOf({ limit: '100' });
  });
  await measure('GET /tasks/{taskId}', 'getTask', () => requestOf({}, anyTask()));
  await measure('GET /tasks/{taskId}/history', 'getTaskHistory', () => requestOf({}, anyTask()));
  await measure('GET /tasks/{taskId}/history, breaches', 'getTaskHistory', () =>
    requestOf({ type: 'OTA Task Threshold Breached,OTA Task Threshold Recovered' }, anyTask()),
  );
  await measure('GET /tasks/{taskId}/series', 'getTaskSeries', () => requestOf({ points: '100' }, anyTask()));
  await measure('GET /history, from any time', 'listHistory', () => requestOf({ to: anyTime() }));
  await measure('GET /history, stops', 'listHistory', () =>
    requestOf({ to: anyTime(), type: 'OTA Task Tracking Stopped' }),
  );
  await measure('GET /history, of severity error', 'listHistory', () =>
    requestOf({ to: anyTime(), severity: 'error' }),
  );
  await measure('GET /audit/{taskId}', 'auditTask', () => requestOf({}, anyTask()));
  await measure('GET /health', 'getHealth', () => requestOf({}));

  await exports(now);
}

async function fill(now: number) {
  const client = new DynamoDBClient({
    endpoint: endpoints.dynamodb,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  await createTables(client, TABLES);
  const startedAt = performance.now();
  let step = 0;
  const written = await seed(
    DynamoDBDocumentClient.from(client, { marshallOptions: { removeUndefinedValues: true } }),
    {
      tables: NAMES,
      tasks,
      rows,
      live,
      now,
      onProgress(soFar, done) {
        if (done < ((step + 1) * tasks) / STEPS) return;
        step = Math.floor((done * STEPS) / tasks);
        const seconds = Math.round((performance.now() - startedAt) / 1_000);
        process.stderr.write(`seeding: ${soFar} rows of ${done} tasks after ${seconds} s\n`);
      },
    },
  );
  client.destroy();
  process.stdout.write(`${written} history rows of ${tasks} tasks, ${live} of them live\n\n`);
}

async function timed(one: () => Promise<void>): Promise<number[]> {
  const times: number[] = [];
  for (let index = 0; index < requests + WARM_UP; index += 1) {
    const startedAt = performance.now();
    await one();
    if (index >= WARM_UP) times.push(performance.now() - startedAt);
  }
  return times;
}

async function readOneItem(client: DynamoDBDocumentClient, dice: Dice): Promise<void> {
  const Key = { taskId: taskIdOf(dice.int(0, tasks - 1)), sequence: 1 };
  await client.send(new GetCommand({ TableName: NAMES.history, Key }));
}

/** Items of a list, points of a series, rows of a check; else one. */
function returnedBy(body: unknown): number {
  if (typeof body !== 'object' || body === null) return 0;
  if ('items' in body && Array.isArray(body.items)) return body.items.length;
  if ('points' in body && Array.isArray(body.points)) return body.points.length;
  return 'verdict' in body && 'rows' in body ? Number(body.rows) : 1;
}

function printFiguresAndReads(
  name: string,
  { count, p50, p99, max }: ReturnType<typeof figuresOf>,
  baseline: number,
  returned: number,
  read: number,
) {
  const ratio = (read / Math.max(1, returned)).toFixed(2);
  printRow(name, String(count), p50, p99, max, `${(p50 / baseline).toFixed(1)} ×`, returned, read, ratio);
}

async function exports(now: number) {
  const run = promisify(execFile);
  const script = path.join(import.meta.dirname, 'api/export.ts');
  process.stdout.write('\n');
  printRow('GET /export, all parts', 'rows', 'MB', 'parts', 'rows/s', 'peak MB', '× smallest');
  let smallest: number | undefined;
  for (const [name, days] of [
    ['one day', 1],
    ['nine days', 9],
    ['everything', 91],
  ] as const) {
    const from = new Date(now - days * DAY).toISOString();
    const { stdout } = await run(process.execPath, [HEAP, script, JSON.stringify(endpoints), from]);
    const { rows: count, bytes, parts, seconds, peakKb } = JSON.parse(stdout);
    smallest ??= Number(peakKb);
    const [mb, peak] = [(bytes / 1e6).toFixed(1), (peakKb / 1024).toFixed(0)];
    printRow(
      name,
      String(count),
      mb,
      String(parts),
      (count / seconds).toFixed(0),
      peak,
      (peakKb / smallest).toFixed(2),
    );
  }
}

try {
  await run();
} finally {
  dynamodbLocal.stop();
  await simulator.close();
  await cloudWatch.close();
}
