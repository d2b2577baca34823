import { parseArgs } from 'node:util';
import { createClients } from '../../lib/aws/clients.ts';
import { outboxHistory } from '../../lib/aws/outbox-history.ts';
import { entryOf, entrySize } from '../../lib/aws/put-events.ts';
import { taskTable } from '../../lib/aws/task-table.ts';
import { listOutboxes } from '../../lib/outbox/list.ts';
import { UsageError, usage } from '../connect.ts';
import { parseSince } from './options.ts';
import { isNothingWaiting, jsonLines, sentences } from './report.ts';
import { STACK_OPTIONS, stackOf } from './stack.ts';

const SOMETHING_WAITS = 3;
const CONCURRENCY = 10;

/**
 * Shows what is not delivered.
 *
 * @throws UsageError, and what the database answers
 */
export async function list(args: readonly string[]): Promise<void> {
  const now = Date.now();
  const options = parseOptions(args);
  const since = parseSince(options.since, now);
  const stack = await stackOf(options);
  const { dynamodb } = createClients(CONCURRENCY);
  const report = await listOutboxes(
    { taskId: options.task, since },
    {
      tasks: taskTable(dynamodb, stack.tasksTable),
      history: outboxHistory(dynamodb, stack.historyTable),
      entryBytes: (row) => entrySize(entryOf(row, '')),
    },
  );
  for (const line of options.json ? jsonLines(report, now) : sentences(report, now, stack.name))
    console.log(line);
  if (!isNothingWaiting(report)) process.exitCode = SOMETHING_WAITS;
}

/** @throws UsageError for a command line that makes no sense */
function parseOptions(args: readonly string[]) {
  const { values, positionals } = usage(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...STACK_OPTIONS,
        task: { type: 'string' },
        since: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    }),
  );
  if (positionals.length > 0) throw new UsageError('list takes no event id');
  return values;
}
