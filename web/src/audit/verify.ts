import type { ChainProblem, ChainReport, HistoryPage, TaskList } from '../../../lib/api/generated/api.ts';
import type { Query } from '../query.ts';
import { type Wait, withRetries } from './retry.ts';

/** Whose chain is not as it was written, or lacks rows. */
export interface FaultyChain {
  readonly taskId: string;
  readonly problems: readonly ChainProblem[];
}

export interface NotChecked {
  readonly taskId: string;
  readonly why: Error;
}

/** How far a verification has come. */
export interface Verification {
  /** `finding` its tasks, `checking` them; at last `done`, `stopped` by people, or `failed`: its tasks could not be found. */
  readonly phase: 'finding' | 'checking' | 'done' | 'stopped' | 'failed';
  /** That are to be checked, as far as they were found. */
  readonly tasks: number;
  readonly intact: number;
  /** Rows that were checked. */
  readonly rows: number;
  /** Of those that are intact: older rows of so many tasks have expired. */
  readonly expired: number;
  /** Of those that are intact: where the history of so many tasks has to end is no longer known. */
  readonly openEnded: number;
  readonly broken: readonly FaultyChain[];
  /** Rows are missing that may have expired. */
  readonly incomplete: readonly FaultyChain[];
  readonly notChecked: readonly NotChecked[];
  readonly error?: Error;
}

export const NOT_VERIFIED: Verification = {
  phase: 'finding',
  tasks: 0,
  intact: 0,
  rows: 0,
  expired: 0,
  openEnded: 0,
  broken: [],
  incomplete: [],
  notChecked: [],
};

export interface VerifyDeps {
  readonly history: (query: Query, signal: AbortSignal) => Promise<HistoryPage>;
  readonly tasks: (query: Query, signal: AbortSignal) => Promise<TaskList>;
  readonly audit: (taskId: string, query: Query, signal: AbortSignal) => Promise<ChainReport>;
  readonly wait: Wait;
}

/**
 * Certain tasks; or what an earlier verification could not check, on top of what it could; or all tasks that have begun, ended or
 * changed their status in a time, and all that are in `/tasks`. Instants are ISO 8601.
 */
export type VerifyRequest =
  | { readonly taskIds: readonly string[] }
  | { readonly notCheckedOf: Verification }
  | { readonly from?: string; readonly to?: string };

/** Checks at the same time. */
const AT_ONCE = 4;
const LIMIT = 500;

/** Rows by which the tasks of a time are found: those of other types are many, and belong to tasks that have these too. */
const TELLING_TYPES = ['OTA Task Tracking Started', 'OTA Task Status Changed', 'OTA Task Tracking Stopped'];

/** How many were checked, with whatever outcome. */
export const checkedOf = ({ intact, broken, incomplete, notChecked }: Verification) =>
  intact + broken.length + incomplete.length + notChecked.length;

/** Checks the chains of tasks. Tells each step. A task that cannot be checked, after some tries, does not stop the others. */
export async function verify(
  of: VerifyRequest,
  signal: AbortSignal,
  tell: (verification: Verification) => void,
  deps: VerifyDeps,
): Promise<void> {
  let state: Verification =
    'notCheckedOf' in of ? { ...of.notCheckedOf, phase: 'checking', notChecked: [] } : NOT_VERIFIED;
  const change = (next: Partial<Verification>) => {
    state = { ...state, ...next };
    tell(state);
  };
  tell(state);
  try {
    const taskIds = await tasksOf(of, signal, (tasks) => change({ tasks }), deps);
    change({ phase: 'checking', tasks: checkedOf(state) + taskIds.length });
    await checkAll(taskIds, signal, (outcome) => change(withOutcome(state, outcome)), deps);
    change({ phase: signal.aborted ? 'stopped' : 'done' });
  } catch (thrown) {
    if (signal.aborted) change({ phase: 'stopped' });
    else change({ phase: 'failed', error: asError(thrown) });
  }
}

async function tasksOf(
  of: VerifyRequest,
  signal: AbortSignal,
  tell: (found: number) => void,
  deps: VerifyDeps,
): Promise<readonly string[]> {
  if ('taskIds' in of) return of.taskIds;
  if ('notCheckedOf' in of) return of.notCheckedOf.notChecked.map(({ taskId }) => taskId);
  return findTasks(of, signal, tell, deps);
}

async function findTasks(
  { from, to }: { readonly from?: string; readonly to?: string },
  signal: AbortSignal,
  tell: (found: number) => void,
  { history, tasks, wait }: VerifyDeps,
): Promise<string[]> {
  const found = new Set<string>();
  const readAll = async (read: (query: Query, signal: AbortSignal) => Promise<Page>, query: Query) => {
    let cursor: string | undefined;
    do {
      const attempt = () => read({ ...query, limit: LIMIT, cursor }, signal);
      const { items, next } = await withRetries(attempt, { wait, signal });
      for (const { taskId } of items) found.add(taskId);
      tell(found.size);
      cursor = next;
    } while (cursor !== undefined);
  };
  await readAll(tasks, { sort: 'taskId' });
  await readAll(history, { from, to, type: TELLING_TYPES });
  return [...found].sort();
}

interface Page {
  readonly items: readonly { readonly taskId: string }[];
  readonly next?: string;
}

/** The last report of a task, rows that a report tells of and the one before did not, or why there is none. */
type Outcome =
  | { readonly kind: 'rows'; readonly rows: number }
  | { readonly kind: 'report'; readonly report: ChainReport }
  | { readonly kind: 'error'; readonly taskId: string; readonly why: Error };

async function checkAll(
  taskIds: readonly string[],
  signal: AbortSignal,
  tell: (outcome: Outcome) => void,
  deps: VerifyDeps,
): Promise<void> {
  const queue = taskIds.values();
  const work = async () => {
    for (const taskId of queue) {
      try {
        tell({ kind: 'report', report: await check(taskId, signal, tell, deps) });
      } catch (error) {
        if (signal.aborted) return;
        tell({ kind: 'error', taskId, why: asError(error) });
      }
      if (signal.aborted) return;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function check(
  taskId: string,
  signal: AbortSignal,
  tell: (outcome: Outcome) => void,
  { audit, wait }: VerifyDeps,
): Promise<ChainReport> {
  let rows = 0;
  let cursor: string | undefined;
  try {
    for (;;) {
      const report = await withRetries(() => audit(taskId, { cursor }, signal), { wait, signal });
      tell({ kind: 'rows', rows: report.rows - rows });
      if (report.next === undefined) return report;
      rows = report.rows;
      cursor = report.next;
    }
  } catch (error) {
    // Rows of a chain that was not checked to its end are not said to be checked.
    tell({ kind: 'rows', rows: -rows });
    throw error;
  }
}

function withOutcome(state: Verification, outcome: Outcome): Partial<Verification> {
  if (outcome.kind === 'rows') return { rows: state.rows + outcome.rows };
  if (outcome.kind === 'error')
    return { notChecked: [...state.notChecked, { taskId: outcome.taskId, why: outcome.why }] };
  const { taskId, verdict, problems, beginsAtFirst, end } = outcome.report;
  if (verdict === 'incomplete') return { incomplete: [...state.incomplete, { taskId, problems }] };
  if (verdict !== 'intact') return { broken: [...state.broken, { taskId, problems }] };
  return {
    intact: state.intact + 1,
    expired: state.expired + (beginsAtFirst ? 0 : 1),
    openEnded: state.openEnded + (end === 'known' ? 0 : 1),
  };
}

const asError = (error: unknown) => (error instanceof Error ? error : new Error(String(error)));
