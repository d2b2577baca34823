import type { ChainProblem } from '../domain/chain-check.ts';

/**
 * Something that is wrong with the history of a task. Besides what the check of a chain finds: `fork`, two rows that continue the
 * same row; `moved`, a row in the place of another; `event`, a row that is not the one that an event told of.
 */
export interface Finding {
  readonly taskId: string;
  readonly sequence: number;
  readonly kind: ChainProblem['kind'] | 'fork' | 'moved' | 'event';
  /** For people. */
  readonly message: string;
}

/** What was found out about a task. */
export interface TaskFindings {
  readonly taskId: string;
  /** How many of its rows were checked. */
  readonly rows: number;
  readonly findings: readonly Finding[];
  /** What could not be checked, a sentence each. */
  readonly unchecked: readonly string[];
}
