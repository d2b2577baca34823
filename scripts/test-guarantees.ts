// Proves the guarantees with their full numbers, or `--share PERCENT` of them, by random scripts; docs/guarantees.md says how.
//   [--only 2,4] [--seed S] [--path P] [--share PERCENT] [--engine embedded|dynamodb-local] [--workers N]
//   [--summary FILE] [--write-docs] [--json-report FILE] [--guarantees MODULE]
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Guarantee } from '../test/guarantees/guarantee.ts';
import { GuaranteeOptionError } from '../test/guarantees/run/errors.ts';
import { type RunOptions, readOptions } from '../test/guarantees/run/options.ts';
import { plan, type Row } from '../test/guarantees/run/plan.ts';
import { progressOn } from '../test/guarantees/run/progress.ts';
import { type Result, run } from '../test/guarantees/run/run.ts';
import {
  fullSeconds,
  hasFailed,
  intoDocument,
  jsonReport,
  line,
  markdown,
} from '../test/guarantees/run/summary.ts';
import { AptError } from './apt.ts';
import { emulatorFolder } from './dynamodb-local/emulator.ts';
import { DynamoDbLocalError } from './dynamodb-local/errors.ts';
import { needJava } from './dynamodb-local/java.ts';
import { startDynamoDbLocal } from './dynamodb-local/server.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const DOCUMENT = path.join(ROOT, 'docs/guarantees.md');

async function main(args: readonly string[]): Promise<number> {
  const options = readOptions(args);
  const module = path.resolve(ROOT, options.guarantees);
  const { GUARANTEES }: { GUARANTEES: readonly Guarantee[] } = await import(pathToFileURL(module).href);
  const rows = plan(GUARANTEES, options);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
  const url = await dynamodbLocalFor(rows);
  const startedAt = Date.now();
  const results = await run(
    rows,
    progressOn(process.stdout, rows, () => performance.now()),
    {
      module,
      workers: options.workers,
      path: options.path,
      dynamodbUrl: (engine) => (engine === 'dynamodb-local' ? url : undefined),
      onStart: (stop) => process.once('exit', stop),
    },
  );
  conclude(results, options, startedAt);
  return results.some(hasFailed) ? 1 : 0;
}

/** Starts DynamoDB Local where a row needs it. */
async function dynamodbLocalFor(rows: readonly Row[]): Promise<string | undefined> {
  if (rows.every(({ engine }) => engine === 'embedded')) return undefined;
  needJava(process.env);
  const { url } = await startDynamoDbLocal(emulatorFolder());
  return url;
}

function conclude(results: readonly Result[], options: RunOptions, startedAt: number): void {
  const summary = markdown(results, {
    startedAt,
    seconds: (Date.now() - startedAt) / 1_000,
    node: process.version.slice(1),
    workers: options.workers,
    cpu: cpus()[0]?.model ?? 'an unknown processor',
  });
  console.log(['', ...results.map(line)].join('\n'));
  if (options.share < 100)
    console.log(`The full numbers would take ${(fullSeconds(results) / 60).toFixed(1)} minutes.`);
  write(options.summary, summary);
  if (options.jsonReport !== undefined) write(options.jsonReport, JSON.stringify(jsonReport(results)));
  if (options.writeDocs) write(DOCUMENT, intoDocument(readFileSync(DOCUMENT, 'utf8'), summary));
}

function write(file: string, text: string): void {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, text);
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  const isPlain =
    error instanceof GuaranteeOptionError || error instanceof DynamoDbLocalError || error instanceof AptError;
  if (!isPlain) throw error;
  console.error(error.message);
  process.exit(1);
}
