import type { DetailType, HistoryRow } from '../domain/events.ts';
import type { RunState } from './run-state.ts';

/** Which rows are published again. Instants are epoch milliseconds, both included. */
export interface RowSelection {
  readonly since: number;
  readonly until: number;
  /** All tasks where it is empty. */
  readonly taskIds: readonly string[];
  /** All types where it is empty. */
  readonly types: readonly DetailType[];
  /** Whether rows are taken as well that were not for the bus. */
  readonly unpublished: boolean;
}

/** The place of a row, and what is needed to put it in order. */
export interface RowPlace {
  readonly taskId: string;
  readonly sequence: number;
  /** ISO 8601. */
  readonly observedAt: string;
  readonly detailType: string;
}

/** The history, for whoever publishes it again. */
export interface RepublishedHistory {
  /** Rows of a selection, page by page, in any order. */
  places(selection: RowSelection): AsyncIterable<readonly RowPlace[]>;
  /**
   * A whole row, strongly consistent; undefined where it is not there any more.
   *
   * @throws UnreadableItemError
   */
  row(taskId: string, sequence: number): Promise<HistoryRow | undefined>;
}

/** Keeps the state of a run, so that it outlives its process. */
export interface RunStore {
  /** Returns once the state is safe. */
  write(state: RunState): Promise<void>;
}
