import { z } from 'zod';
import type { TaskStore } from '../ports.ts';
import { type ItemStore, OutboxError, type OutboxHistory, type StoredItem } from './ports.ts';

export interface SetAsideItemDeps {
  readonly items: ItemStore;
  readonly tasks: Pick<TaskStore, 'readAll'>;
  readonly history: Pick<OutboxHistory, 'hashes'>;
  /** Keeps an item, before it is deleted; throws where that cannot be done. */
  readonly keep: (item: StoredItem) => Promise<void>;
}

/** An event that was in an item, and that nobody delivers any more. */
export interface LeftEvent {
  readonly eventId: string;
  readonly detailType: string;
  readonly published: boolean;
  /** Whether the history has its row; then whether the bus took it is not known. */
  readonly recorded: boolean;
}

export interface RemovedItem {
  /** As the item says: `live`, `excluded`, …; left out where it says nothing. */
  readonly state?: string;
  readonly left: readonly LeftEvent[];
  /** Entries of the outbox of which not even the event can be told. */
  readonly unknown: number;
}

/**
 * Keeps an item that this version does not understand elsewhere, and deletes it, so that the next poll finds its task anew and
 * continues its history.
 *
 * @throws OutboxError for an item that is understood or not there, and for one that was written meanwhile; nothing is deleted then
 */
export async function setAsideItem(taskId: string, deps: SetAsideItemDeps): Promise<RemovedItem> {
  await expectUnreadable(taskId, deps);
  const item = await deps.items.read(taskId);
  if (item === undefined) throw new OutboxError(`There is no item of task ${taskId}`);
  const { rows, unknown } = outboxOf(item);
  const left = await leftEvents(taskId, rows, deps);
  await deps.keep(item);
  if (!(await item.remove()))
    throw new OutboxError(`The item of task ${taskId} was written meanwhile, and is left alone: try again`);
  const state = State.safeParse(item.attributes.state);
  return { ...(state.success && { state: state.data.S }), left, unknown };
}

/** Of all items, as that of the state of polls is no task. */
async function expectUnreadable(taskId: string, { tasks }: SetAsideItemDeps): Promise<void> {
  const { unreadable } = await tasks.readAll();
  if (unreadable.some((item) => item.taskId === taskId)) return;
  throw new OutboxError(`There is no item of task ${taskId} that cannot be understood`);
}

const text = z.object({ S: z.string() });
const State = text;
const Outbox = z.object({ L: z.array(z.unknown()) });
const Row = z.object({
  M: z.object({
    eventId: text,
    detailType: text,
    hash: text,
    sequence: z.object({ N: z.string().transform(Number).pipe(z.int().positive()) }),
    published: z.object({ BOOL: z.boolean() }),
  }),
});
type Row = z.infer<typeof Row>['M'];

function outboxOf({ attributes: { outbox } }: StoredItem) {
  const list = Outbox.safeParse(outbox);
  const entries = list.success ? list.data.L : outbox === undefined ? [] : [outbox];
  const rows = entries.flatMap((entry) => Row.safeParse(entry).data?.M ?? []);
  return { rows, unknown: entries.length - rows.length };
}

async function leftEvents(
  taskId: string,
  rows: readonly Row[],
  { history }: SetAsideItemDeps,
): Promise<LeftEvent[]> {
  const sequences = rows.map(({ sequence }) => sequence.N);
  const [from, to] = [Math.min(...sequences), Math.max(...sequences)];
  const hashes = rows.length > 0 ? await history.hashes(taskId, from, to) : undefined;
  return rows.map(({ eventId, detailType, published, sequence, hash }) => ({
    eventId: eventId.S,
    detailType: detailType.S,
    published: published.BOOL,
    recorded: hashes?.get(sequence.N) === hash.S,
  }));
}
