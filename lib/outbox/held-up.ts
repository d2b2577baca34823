import type { HistoryRow } from '../domain/events.ts';
import type { LiveTask } from '../domain/tracked.ts';

/**
 * What holds a row up, as far as the data tells: `unrecorded`: its row is not in the history yet; `conflict`: another row holds
 * its place there; `earlier`: one of the same task goes before it; `size`: EventBridge takes no entry of its size; `bus`: the bus
 * has not taken it.
 */
export type HeldUpBy = 'unrecorded' | 'conflict' | 'earlier' | 'size' | 'bus';

/** A row on its way. */
export interface WaitingRow {
  readonly row: HistoryRow;
  /** Whether it is in the history. */
  readonly recorded: boolean;
  readonly heldUpBy: HeldUpBy;
}

/** PutEvents takes so many bytes. */
const MAX_ENTRY_BYTES = 262_144;

/**
 * The rows of a task that are not delivered, oldest first. One that is recorded, and not for the bus, is.
 *
 * @param hashes of the history's rows from behind `recordedThrough` on, by sequence
 */
export function waitingRows(
  task: LiveTask,
  hashes: ReadonlyMap<number, string>,
  entryBytes: (row: HistoryRow) => number,
): WaitingRow[] {
  const waiting: WaitingRow[] = [];
  for (const row of task.outbox) {
    const place = placeOf(row, task, hashes);
    const recorded = place === 'recorded';
    if (recorded && !row.published) continue;
    const isBehind = waiting.some((earlier) => earlier.recorded === recorded);
    const own = recorded ? busOrSize(row, entryBytes) : place;
    waiting.push({ row, recorded, heldUpBy: isBehind ? 'earlier' : own });
  }
  return waiting;
}

function placeOf(row: HistoryRow, { recordedThrough }: LiveTask, hashes: ReadonlyMap<number, string>) {
  if (row.sequence <= recordedThrough) return 'recorded';
  const stored = hashes.get(row.sequence);
  if (stored === undefined) return 'unrecorded';
  return stored === row.hash ? 'recorded' : 'conflict';
}

function busOrSize(row: HistoryRow, entryBytes: (row: HistoryRow) => number): 'bus' | 'size' {
  return entryBytes(row) > MAX_ENTRY_BYTES ? 'size' : 'bus';
}
