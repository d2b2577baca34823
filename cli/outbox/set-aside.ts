import { randomUUID } from 'node:crypto';
import { open } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { createClients } from '../../lib/aws/clients.ts';
import { outboxHistory } from '../../lib/aws/outbox-history.ts';
import { itemTable } from '../../lib/aws/outbox-items.ts';
import { taskTable } from '../../lib/aws/task-table.ts';
import { canonicalHash } from '../../lib/canonical-hash.ts';
import { OutboxError, type StoredItem } from '../../lib/outbox/ports.ts';
import { setAsideByHand } from '../../lib/outbox/set-aside.ts';
import { setAsideItem } from '../../lib/outbox/set-aside-item.ts';
import { type ChosenStack, UsageError, usage } from '../connect.ts';
import { printable } from '../lines.ts';
import { expectEventId } from './options.ts';
import { aboutRemoved } from './removed.ts';
import { STACK_OPTIONS, stackOf } from './stack.ts';

/**
 * Takes an event out of the way that a task's outbox waits for, or an item that cannot be understood.
 *
 * @throws UsageError, OutboxError, and what the database answers
 */
export async function setAside(args: readonly string[]): Promise<void> {
  const { what, ...options } = parseOptions(args);
  const stack = await stackOf(options);
  if (what.kind === 'event') await eventAside(what.eventId, what.reason, stack);
  else await itemAside(what.item, what.keep, stack);
}

/** @throws UsageError for a command line that makes no sense */
function parseOptions(args: readonly string[]) {
  const { values, positionals } = usage(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        ...STACK_OPTIONS,
        reason: { type: 'string' },
        item: { type: 'string' },
        keep: { type: 'string' },
      },
    }),
  );
  const { reason, item, keep, ...stack } = values;
  return { ...stack, what: whatOf(positionals, { reason, item, keep }) };
}

interface What {
  readonly reason: string | undefined;
  readonly item: string | undefined;
  readonly keep: string | undefined;
}

function whatOf([eventId, ...others]: readonly string[], { reason, item, keep }: What) {
  if (item !== undefined) {
    if (eventId !== undefined || reason !== undefined || !keep || item === '')
      throw new UsageError('set-aside --item TASK takes --keep FILE, and nothing else');
    return { kind: 'item' as const, item, keep };
  }
  if (eventId === undefined || others.length > 0 || keep !== undefined)
    throw new UsageError('set-aside needs one event id, or --item TASK --keep FILE');
  expectEventId(eventId);
  return { kind: 'event' as const, eventId, reason: reason ?? '' };
}

async function eventAside(eventId: string, reason: string, stack: ChosenStack): Promise<void> {
  const { dynamodb } = createClients(1);
  await setAsideByHand(eventId, reason, {
    tasks: taskTable(dynamodb, stack.tasksTable),
    history: outboxHistory(dynamodb, stack.historyTable),
    hash: canonicalHash,
    now: Date.now,
    writeId: randomUUID(),
  });
  console.log(printable(`Event ${eventId} is set aside; "outbox resend" sends it (${stack.name})`));
}

async function itemAside(taskId: string, file: string, stack: ChosenStack): Promise<void> {
  const { dynamodb } = createClients(1);
  const removed = await setAsideItem(taskId, {
    items: itemTable(new DynamoDBClient({ maxAttempts: 3 }), stack.tasksTable),
    tasks: taskTable(dynamodb, stack.tasksTable),
    history: outboxHistory(dynamodb, stack.historyTable),
    keep: (item) => keepIn(file, item),
  });
  console.log(printable(`The item of task ${taskId} is in ${file}, and deleted (${stack.name})`));
  for (const line of aboutRemoved(taskId, removed)) console.log(printable(line));
}

/** @throws OutboxError where the file exists or cannot be written */
async function keepIn(file: string, { attributes }: StoredItem): Promise<void> {
  try {
    // Descriptions of rollouts are for few.
    const handle = await open(file, 'wx', 0o600);
    try {
      await handle.writeFile(`${JSON.stringify(attributes, base64, 2)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch (error) {
    const why =
      error instanceof Error && Reflect.get(error, 'code') === 'EEXIST'
        ? 'exists already'
        : 'cannot be written';
    throw new OutboxError(`${file} ${why}: nothing was done`, { cause: error });
  }
}

/** Bytes as DynamoDB's JSON has them. */
function base64(_: string, value: unknown): unknown {
  return value instanceof Uint8Array ? Buffer.from(value).toString('base64') : value;
}
