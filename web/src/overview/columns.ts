import type { Sort } from './view.ts';

export interface Column {
  readonly id: string;
  readonly name: string;
  /** What it is sorted by; left out, it is not. */
  readonly sort?: Sort;
  /** What its numbers are. */
  readonly about?: string;
}

export const COLUMNS: readonly Column[] = [
  { id: 'name', name: 'Rollout', sort: 'taskId' },
  { id: 'breaches', name: 'Trouble', sort: 'trouble', about: 'Open breaches, then failures, then age' },
  { id: 'status', name: 'Status', sort: 'status' },
  { id: 'things', name: 'Things' },
  { id: 'done', name: 'Done', sort: 'progress', about: 'Things that are finished in any way' },
  {
    id: 'failed',
    name: 'Failed',
    sort: 'failed',
    about: 'Things that failed, timed out or rejected the task; of those that received it',
  },
  { id: 'rate', name: 'Rate', sort: 'rate', about: 'Things finished, over the last 15 minutes' },
  { id: 'age', name: 'Age', sort: 'since', about: 'How long it has been tracked' },
  { id: 'end', name: 'End', sort: 'end', about: 'When it ended, or will end at the present rate' },
];

/** Of all columns, and the one of the buttons that open details. */
export const COLUMN_COUNT = COLUMNS.length + 1;
