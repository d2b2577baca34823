// How many rows a second `npm run audit -- verify` checks, beside reading them only, on the embedded database in a process of its
// own, as `npm start` has it. On a machine that is busy with other things, what a row takes of the processors tells more.
// node test/bench/audit.ts [--rows 50000] [--tasks 250] [--rounds 5]
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { verifyHistory } from '../../lib/audit/verify.ts';
import { auditedHistory, withoutLog } from '../../lib/aws/audit/audited-history.ts';
import { API_TRANSLATION } from '../../lib/aws/clients.ts';
import { taskTable } from '../../lib/aws/task-table.ts';
import { canonicalHash } from '../../lib/canonical-hash.ts';
import { createTables } from '../../local/database/create-tables.ts';
import { TABLES } from '../support/tables.ts';
import { seed } from './api/seed.ts';

const { values } = parseArgs({
  options: {
    rows: { type: 'string', default: '50000' },
    tasks: { type: 'string', default: '250' },
    rounds: { type: 'string', default: '5' },
  },
});
const NAMES = { tasks: 'ota-watch-dev-tasks', history: 'ota-watch-dev-history' };
const PARTS = 8;

async function startDatabase(): Promise<{ readonly url: string; readonly process: ChildProcess }> {
  const process = fork(path.join(import.meta.dirname, 'audit/database.ts'));
  const [url] = await once(process, 'message');
  return { url: String(url), process };
}

const database = await startDatabase();
const client = new DynamoDBClient({
  endpoint: database.url,
  region: 'eu-west-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
const documents = withoutLog(DynamoDBDocumentClient.from(client, API_TRANSLATION));
const history = auditedHistory(documents, NAMES.history);

async function read(): Promise<number> {
  let rows = 0;
  const part = async (pages: AsyncIterable<readonly unknown[]>) => {
    for await (const page of pages) rows += page.length;
  };
  await Promise.all(history.parts(PARTS).map(part));
  return rows;
}

async function verify(): Promise<number> {
  let rows = 0;
  let findings = 0;
  const unchecked = await verifyHistory(
    { taskIds: [] },
    {
      history,
      tasks: taskTable(documents, NAMES.tasks),
      hash: canonicalHash,
      now: Date.now,
      onRows: () => undefined,
      onTask(task) {
        rows += task.rows;
        findings += task.findings.length;
      },
    },
  );
  if (findings > 0 || unchecked.length > 0) throw new Error(`${findings} findings, ${unchecked.join('; ')}`);
  return rows;
}

/** What rows have taken. */
interface Pace {
  readonly perSecond: number;
  /** Microseconds of a processor for each row: of this process, and of the database. */
  readonly own: number;
  readonly database: number;
}

async function cpuOfDatabase(): Promise<number> {
  database.process.send('usage');
  const [microseconds] = await once(database.process, 'message');
  return Number(microseconds);
}

async function paceOf(run: () => Promise<number>): Promise<Pace> {
  const before = { own: process.cpuUsage(), database: await cpuOfDatabase() };
  const startedAt = performance.now();
  const rows = await run();
  const seconds = (performance.now() - startedAt) / 1_000;
  const { user, system } = process.cpuUsage(before.own);
  const ofDatabase = (await cpuOfDatabase()) - before.database;
  return { perSecond: rows / seconds, own: (user + system) / rows, database: ofDatabase / rows };
}

const middle = (paces: readonly Pace[], of: (pace: Pace) => number) =>
  paces.map(of).sort((a, b) => a - b)[Math.floor(paces.length / 2)] ?? 0;

const perSecond = (paces: readonly Pace[]) => Math.round(middle(paces, (pace) => pace.perSecond));

function line(name: string, paces: readonly Pace[]): string {
  const own = middle(paces, (pace) => pace.own);
  const ofDatabase = middle(paces, (pace) => pace.database);
  const atBest = Math.round(1e6 / Math.max(own, ofDatabase));
  return (
    `${name.padEnd(22)} ${String(perSecond(paces)).padStart(7)} rows/s; a row takes ${own.toFixed(0)} µs here and ` +
    `${ofDatabase.toFixed(0)} µs of the database: ${atBest} rows/s if each has a processor of its own\n`
  );
}

try {
  await createTables(client, TABLES);
  const written = await seed(documents, {
    tables: NAMES,
    tasks: Number(values.tasks),
    rows: Number(values.rows),
    live: Math.ceil(Number(values.tasks) / 10),
    now: Date.now(),
    onProgress: () => undefined,
  });
  process.stdout.write(`${written} history rows of ${values.tasks} tasks\n\n`);
  // A round to get warm.
  await read();
  await verify();
  const reading: Pace[] = [];
  const checking: Pace[] = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    reading.push(await paceOf(read));
    checking.push(await paceOf(verify));
  }
  process.stdout.write(line('reading (the baseline)', reading));
  process.stdout.write(line('audit', checking));
  process.stdout.write(
    `ratio ${(perSecond(checking) / perSecond(reading)).toFixed(2)} (middle of ${values.rounds} rounds)\n`,
  );
} finally {
  documents.destroy();
  client.destroy();
  database.process.disconnect();
}
