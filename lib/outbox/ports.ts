import type { HistoryRow } from '../domain/events.ts';
import { OtaWatchError } from '../errors.ts';
import type { SetAsideNote } from './notes.ts';

/** The history, as far as outboxes are looked at and repaired. */
export interface OutboxHistory {
  /**
   * The row of an event, strongly consistent.
   *
   * @throws UnreadableItemError
   */
  row(taskId: string, sequence: number): Promise<HistoryRow | undefined>;
  /** Hashes of the rows of a task by sequence, both ends included; strongly consistent. */
  hashes(taskId: string, from: number, to: number): Promise<ReadonlyMap<number, string>>;
  /** Notes on events of all tasks that were set aside at or after `since` (epoch milliseconds), oldest first. */
  notes(since: number): Promise<readonly SetAsideNote[]>;
}

/** An item of the tasks table as it is stored, whatever version of this code made it. */
export interface StoredItem {
  readonly taskId: string;
  /** Attribute by attribute, in DynamoDB's own JSON. */
  readonly attributes: Readonly<Record<string, unknown>>;
  /** Deletes the item; false when it is not as it was read any more. */
  remove(): Promise<boolean>;
}

/** Items of the tasks table, for people who repair them. */
export interface ItemStore {
  read(taskId: string): Promise<StoredItem | undefined>;
}

/** What was asked for cannot be done to an outbox. */
export class OutboxError extends OtaWatchError {
  override readonly name = 'OutboxError';
}
