// Tracks and untracks OTA tasks by id: npm run track -- add|remove ID …, npm run track -- list
import { randomUUID } from 'node:crypto';
import { parseArgs } from 'node:util';
import { createClients } from '../lib/aws/clients.ts';
import { otaService } from '../lib/aws/managed-integrations.ts';
import { taskTable } from '../lib/aws/task-table.ts';
import { describeError } from '../lib/errors.ts';
import {
  listTracked,
  type TrackDeps,
  type TrackedLine,
  type TrackResult,
  trackTask,
  untrackTask,
} from '../lib/track.ts';
import { chooseStack, UsageError, usage } from './connect.ts';
import { columns } from './lines.ts';

const USAGE = `Usage: npm run track -- add ID …      track tasks, whatever discovery says
       npm run track -- remove ID …   track tasks no longer, nor let them be discovered
       npm run track -- list          show what is tracked

Works on the stack that "npm start" runs on this machine, or on a deployed one:
  --stage STAGE     the stage that was deployed
  --region REGION   its region, where AWS_REGION does not say
  --help            this text
Credentials of a deployed stack come from where the AWS SDK looks for them.`;

const ADDED: Readonly<Record<TrackResult, string>> = {
  requested: 'will be tracked from the next poll on',
  resumed: 'goes on being tracked',
  already: 'is tracked already',
};
const REMOVED: Readonly<Record<TrackResult, string>> = {
  requested: 'will be tracked no longer from the next poll on',
  resumed: 'will be tracked no longer',
  already: 'is not tracked already',
};

function parseCommand(args: readonly string[]) {
  const { values, positionals } = usage(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        stage: { type: 'string' },
        region: { type: 'string' },
        help: { type: 'boolean', default: false },
      },
    }),
  );
  const [command, ...taskIds] = positionals;
  return { ...values, command, taskIds };
}

/** A command line that makes sense: a list, or an action on tasks. */
function understand({ command, taskIds }: ReturnType<typeof parseCommand>) {
  if (command === 'list') {
    if (taskIds.length > 0) throw new UsageError('list takes no task id');
    return undefined;
  }
  if (command !== 'add' && command !== 'remove')
    throw new UsageError(`Not a command: ${command ?? '(none)'}`);
  if (taskIds.length === 0) throw new UsageError(`${command} needs a task id`);
  return command === 'add' ? { act: trackTask, said: ADDED } : { act: untrackTask, said: REMOVED };
}

async function main(args: readonly string[]): Promise<void> {
  const parsed = parseCommand(args);
  if (parsed.help) {
    console.log(USAGE);
    return;
  }
  const action = understand(parsed);
  const stack = await chooseStack(parsed.stage, parsed.region, process.env);
  const { managedIntegrations, dynamodb } = createClients(1);
  const deps: TrackDeps = {
    service: otaService(managedIntegrations, { partition: 'aws', region: stack.region ?? '', accountId: '' }),
    tasks: taskTable(dynamodb, stack.tasksTable),
    writeId: randomUUID(),
  };
  if (action === undefined) printList(await listTracked(deps), stack.name);
  for (const taskId of parsed.taskIds) {
    const result = await action?.act(taskId, deps);
    if (result !== undefined) console.log(`Task ${taskId} ${action?.said[result]} (${stack.name})`);
  }
}

function printList(lines: readonly TrackedLine[], stack: string): void {
  if (lines.length === 0) console.log(`Nothing is tracked (${stack})`);
  const rows = lines.map((line) => [
    line.taskId,
    line.status,
    line.percentComplete === undefined ? '' : `${line.percentComplete} %`,
    line.breaches.join(' '),
    line.undelivered === 0 ? '' : `${line.undelivered} on their way`,
    line.description ?? '',
  ]);
  for (const line of columns(rows)) console.log(line);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(describeError(error));
  if (error instanceof UsageError) console.error(`\n${USAGE}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
