import type { Hash } from '../domain/chain.ts';
import type { HistoryRow } from '../domain/events.ts';
import { type LiveTask, setAside } from '../domain/tracked.ts';
import type { TaskStore } from '../ports.ts';
import { parseEventId } from './event-id.ts';
import { OutboxError, type OutboxHistory } from './ports.ts';

export interface SetAsideDeps {
  readonly tasks: Pick<TaskStore, 'read' | 'write'>;
  readonly history: Pick<OutboxHistory, 'hashes'>;
  readonly hash: Hash;
  readonly now: () => number;
  /** Names the writer of the item. */
  readonly writeId: string;
}

/** `errorCode` of a note that a person left. */
export const BY_OPERATOR = 'SetAsideByOperator';

const DAY_SECONDS = 86_400;
/** Pollers write to the same items: a request that loses a race is made again. */
const MAX_TRIES = 5;

/**
 * Takes the event that a task's outbox waits for out of the way, as a poll does with what the bus refuses for good. Its row stays
 * in the history, and a note on it goes there.
 *
 * @throws OutboxError for any other event, and for one whose row is not in the history yet
 */
export async function setAsideByHand(eventId: string, reason: string, deps: SetAsideDeps): Promise<void> {
  const { taskId, sequence } = parseEventId(eventId);
  for (let tries = 0; tries < MAX_TRIES; tries += 1) {
    const task = await deps.tasks.read(taskId);
    if (task?.state !== 'live')
      throw new OutboxError(`Event ${eventId} does not wait: task ${taskId} has no outbox`);
    const row = oldest(task, sequence);
    await expectRecorded(row, task, deps);
    const chain = { now: deps.now(), hash: deps.hash, ...retentionOf(row) };
    const written = setAside(task, { sequence, code: BY_OPERATOR, message: reason }, chain);
    if ((await deps.tasks.write(written, deps.writeId)) !== undefined) return;
  }
  throw new OutboxError(`Task ${taskId} is being written by pollers all the time: try again`);
}

function oldest({ outbox, taskId }: LiveTask, sequence: number): HistoryRow {
  const eventId = `${taskId}:${sequence}`;
  const waiting = outbox.filter(({ published }) => published);
  const row = waiting.find((one) => one.sequence === sequence);
  if (row === undefined) throw new OutboxError(`Event ${eventId} does not wait for the bus`);
  const [first = row] = waiting;
  if (first !== row)
    throw new OutboxError(`Event ${eventId} is not the oldest that waits: ${first.eventId} goes before it`);
  return row;
}

/** Out of the outbox, a row is never written any more: the history would have a gap. */
async function expectRecorded(row: HistoryRow, { recordedThrough }: LiveTask, { history }: SetAsideDeps) {
  const { taskId, sequence, hash, eventId } = row;
  if (sequence <= recordedThrough) return;
  if ((await history.hashes(taskId, sequence, sequence)).get(sequence) === hash) return;
  throw new OutboxError(
    `Event ${eventId} is not in the history yet, which comes first: the next poll puts it there`,
  );
}

/** The note is kept for as long as the row that it is about. */
function retentionOf({ observedAt, expiresAt }: HistoryRow): { readonly retentionDays?: number } {
  if (expiresAt === undefined) return {};
  return { retentionDays: Math.round((expiresAt - Date.parse(observedAt) / 1_000) / DAY_SECONDS) };
}
