import { canonicalHash } from '../canonical-hash.ts';
import type { HistoryRow } from '../domain/events.ts';
import { UnreadableItemError } from '../errors.ts';
import type { EventBus, PublishOutcome, TaskStore } from '../ports.ts';
import { parseEventId } from './event-id.ts';
import type { OutboxHistory } from './ports.ts';

export interface ResendDeps {
  readonly tasks: Pick<TaskStore, 'read'>;
  readonly history: Pick<OutboxHistory, 'row'>;
  readonly bus: EventBus;
}

/** What became of an event that was to be sent again. */
export interface Resent {
  readonly eventId: string;
  readonly outcome:
    | PublishOutcome
    /** Not offered to the bus, for a reason that will last. */
    | { readonly kind: 'unfit'; readonly reason: string }
    /** Not offered to the bus, as an earlier event of its task was not taken. */
    | { readonly kind: 'behind'; readonly earlier: string };
}

/**
 * Offers events to the bus as their history rows have them, each task's in the order of its sequence. Only those that no poll
 * will offer: an event in an outbox goes out from there, after the ones before it.
 *
 * @returns what became of each, in the order of the ids without repetitions
 * @throws OutboxError for what is no event id, and what the database answers
 */
export async function resend(eventIds: readonly string[], deps: ResendDeps): Promise<Resent[]> {
  const results = new Map<string, Resent['outcome']>();
  const rows: HistoryRow[] = [];
  for (const eventId of new Set(eventIds)) {
    const found = await fitRow(eventId, deps);
    if (typeof found === 'string') results.set(eventId, { kind: 'unfit', reason: found });
    else rows.push(found);
  }
  const ofTasks = [...Map.groupBy(rows, ({ taskId }) => taskId).values()].map((ofTask) =>
    ofTask.sort((a, b) => a.sequence - b.sequence),
  );
  await offerInRounds(ofTasks, deps.bus, results);
  return [...new Set(eventIds)].flatMap((eventId) => {
    const outcome = results.get(eventId);
    return outcome === undefined ? [] : [{ eventId, outcome }];
  });
}

/** The row to be offered; else the reason why it may not be. */
async function fitRow(eventId: string, { tasks, history }: ResendDeps): Promise<HistoryRow | string> {
  const { taskId, sequence } = parseEventId(eventId);
  const stored = await storedRow(taskId, sequence, history);
  try {
    // After the row, which is in the outbox before it is in the history: if it is not there, it went out.
    const task = await tasks.read(taskId);
    if (task?.state === 'live' && task.outbox.some((row) => row.sequence === sequence))
      return 'it waits in the outbox of its task: the next poll offers it';
  } catch (error) {
    if (!(error instanceof UnreadableItemError)) throw error;
    return 'the item of its task cannot be understood, so it may wait there: see "outbox list"';
  }
  return typeof stored === 'string' ? stored : (flawOf(stored) ?? stored);
}

async function storedRow(
  taskId: string,
  sequence: number,
  history: ResendDeps['history'],
): Promise<HistoryRow | string> {
  try {
    return (await history.row(taskId, sequence)) ?? 'it is not in the history';
  } catch (error) {
    if (!(error instanceof UnreadableItemError)) throw error;
    return `its row: ${error.message}`;
  }
}

function flawOf(row: HistoryRow): string | undefined {
  const { hash, ...content } = row;
  if (canonicalHash(content) !== hash) return 'its row is not what was recorded: see "audit verify"';
  return row.published ? undefined : 'it was recorded only, and is not for the bus';
}

async function offerInRounds(
  ofTasks: readonly (readonly HistoryRow[])[],
  bus: EventBus,
  results: Map<string, Resent['outcome']>,
): Promise<void> {
  let queues = ofTasks;
  while (queues.length > 0) {
    const outcomes = await bus.publish(
      queues.flatMap(([row]) => row ?? []),
      () => true,
    );
    queues = queues
      .map((queue, index) => settle(queue, outcomes[index] ?? { kind: 'refused', code: 'NoAnswer' }, results))
      .filter((queue) => queue.length > 0);
  }
}

/** @returns what is to be offered next of a task */
function settle(
  [row, ...later]: readonly HistoryRow[],
  outcome: PublishOutcome,
  results: Map<string, Resent['outcome']>,
): readonly HistoryRow[] {
  if (row === undefined) return [];
  results.set(row.eventId, outcome);
  // As in a poll: what the bus will never take holds nothing up.
  if (outcome.kind === 'accepted' || outcome.kind === 'refused-for-good') return later;
  for (const { eventId } of later) results.set(eventId, { kind: 'behind', earlier: row.eventId });
  return [];
}
