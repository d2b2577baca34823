import { parseArgs } from 'node:util';
import type { Finding, TaskFindings } from '../../lib/audit/finding.ts';
import { verifyHistory } from '../../lib/audit/verify.ts';
import type { Witness } from '../../lib/audit/witness.ts';
import { aboutHowMany, auditedHistory, withoutLog } from '../../lib/aws/audit/audited-history.ts';
import { createApiClients } from '../../lib/aws/clients.ts';
import { taskTable } from '../../lib/aws/task-table.ts';
import { canonicalHash } from '../../lib/canonical-hash.ts';
import { describeError, placesText } from '../../lib/errors.ts';
import { type ChosenStack, chooseStack, UsageError, usage } from '../connect.ts';
import { printJson, printResult } from './print.ts';
import { Progress } from './progress.ts';
import { readEvents, UnreadableEventsError } from './read-events.ts';
import { readInstant } from './since.ts';

/** A page of rows may take a slow database so long. */
const TIMEOUT_MS = 30_000;
const CONNECTIONS = 16;

/** What came of a check. */
export interface VerifyResult {
  readonly stack: string;
  readonly tasks: number;
  readonly rows: number;
  /** Published events that the rows were held against, and entries of other sources among them. */
  readonly events?: number;
  readonly foreignEvents?: number;
  /** By task and sequence. */
  readonly findings: readonly Finding[];
  /** What could not be checked, a sentence each. */
  readonly unchecked: readonly string[];
  readonly seconds: number;
  readonly rowsPerSecond: number;
}

/**
 * Checks the history. The status of the process tells what came of it.
 *
 * @throws UsageError
 */
export async function verify(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  const since = options.since === undefined ? undefined : readInstant('since', options.since, Date.now());
  const stack = await chooseStack(options.stage, options.region, process.env);
  const result = await check(stack, { ...options, since });
  if (options.json) printJson(result);
  else printResult(result);
  if (result.findings.length > 0) process.exitCode = 1;
  else if (result.unchecked.length > 0) process.exitCode = 3;
}

/** @throws UsageError for a command line that makes no sense */
function parseOptions(args: readonly string[]) {
  const { values, positionals } = usage(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        task: { type: 'string', multiple: true, default: [] },
        since: { type: 'string' },
        events: { type: 'string', multiple: true, default: [] },
        stage: { type: 'string' },
        region: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    }),
  );
  const [unknown] = positionals;
  if (unknown !== undefined) throw new UsageError(`verify takes options only, not ${unknown}`);
  return values;
}

interface Options {
  readonly task: readonly string[];
  readonly since: number | undefined;
  readonly events: readonly string[];
}

async function check(stack: ChosenStack, { task, since, events }: Options): Promise<VerifyResult> {
  const tasks: TaskFindings[] = [];
  const unchecked: string[] = [];
  const witness = await hear(events, unchecked);
  const dynamodb = withoutLog(createApiClients(CONNECTIONS, { timeoutMs: TIMEOUT_MS }).dynamodb);
  const isWhole = task.length === 0 && since === undefined;
  const total = isWhole ? await aboutHowMany(dynamodb, stack.historyTable) : undefined;
  const progress = new Progress(process.stderr, Date.now, total, 'rows');
  const startedAt = performance.now();
  try {
    const more = await verifyHistory(
      { taskIds: task, ...(since !== undefined && { since }) },
      {
        history: auditedHistory(dynamodb, stack.historyTable),
        tasks: taskTable(dynamodb, stack.tasksTable),
        hash: canonicalHash,
        now: Date.now,
        ...(witness !== undefined && { witness }),
        onRows: (rows) => progress.add(rows),
        onTask: (found) => tasks.push(found),
      },
    );
    unchecked.push(...more);
  } catch (error) {
    unchecked.push(`The check was broken off: ${describeError(error)}`);
  } finally {
    progress.end();
    dynamodb.destroy();
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  return resultOf({ stack: stack.name, tasks, unchecked, witness, seconds });
}

/** What cannot be read of the events leaves the rest of the check as it is. */
async function hear(places: readonly string[], unchecked: string[]): Promise<Witness | undefined> {
  if (places.length === 0) return undefined;
  try {
    const { witness, unreadable } = await readEvents(places);
    if (unreadable.length > 0)
      unchecked.push(
        `Of the published events, ${witness.unreadable} could not be understood (${placesText(unreadable)})`,
      );
    if (witness.events === 0) unchecked.push('There is no event of ota-watch among the published events');
    return witness;
  } catch (error) {
    if (error instanceof UnreadableEventsError) throw new UsageError(error.message, { cause: error });
    throw error;
  }
}

interface Parts {
  readonly stack: string;
  readonly tasks: readonly TaskFindings[];
  readonly unchecked: readonly string[];
  readonly witness: Witness | undefined;
  readonly seconds: number;
}

function resultOf({ stack, tasks, unchecked, witness, seconds }: Parts): VerifyResult {
  const rows = tasks.reduce((sum, task) => sum + task.rows, 0);
  const byPlace = (a: Finding, b: Finding) =>
    a.taskId < b.taskId ? -1 : Number(a.taskId > b.taskId) || a.sequence - b.sequence;
  return {
    stack,
    tasks: tasks.length,
    rows,
    ...(witness && { events: witness.events, foreignEvents: witness.foreign }),
    findings: tasks.flatMap(({ findings }) => findings).sort(byPlace),
    unchecked: [...new Set([...unchecked, ...tasks.flatMap((task) => task.unchecked)])].sort(),
    seconds: Math.round(seconds * 1_000) / 1_000,
    rowsPerSecond: Math.round(rows / Math.max(seconds, 0.001)),
  };
}
