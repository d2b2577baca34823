import { auditTask } from '../api/audit.ts';
import type { HistoryPages, Position } from '../api/ports.ts';
import type { Hash } from '../domain/chain.ts';
import { type ChainProblem, checkRow, NOTHING_CHECKED, PERHAPS } from '../domain/chain-check.ts';
import { describeError, UnreadableItemError } from '../errors.ts';
import type { StoredRow, TaskStore } from '../ports.ts';
import type { Finding, TaskFindings } from './finding.ts';
import type { AuditedHistory } from './ports.ts';
import { type Keeping, Trail } from './trail.ts';
import type { Witness } from './witness.ts';

export interface TaskCheckDeps {
  readonly history: AuditedHistory;
  readonly tasks: Pick<TaskStore, 'readAll' | 'read'>;
  readonly hash: Hash;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Events that somebody kept. */
  readonly witness?: Witness;
  readonly keeping: Keeping;
  /** Events observed before it are not looked for. Epoch milliseconds. */
  readonly since: number;
  /** Told how many rows were read. */
  readonly onRows: (rows: number) => void;
}

/** Where the check of a task begins: with its first row, or with one that is held against the row before it. */
export interface Start {
  readonly taskId: string;
  /** A sequence; that of a row that is not there stands for the end of the history. */
  readonly from?: number;
}

const ROWS_AT_ONCE = 500;

/** Checks one task, by the rules of the API's audit. */
export class TaskCheck {
  readonly #deps: TaskCheckDeps;
  readonly #start: Start;
  readonly #trail: Trail;
  readonly #unchecked: string[] = [];
  #rows = 0;
  /** The sequence that was read last. */
  #after: number | string | undefined;

  constructor(deps: TaskCheckDeps, start: Start) {
    const { hash, witness, keeping, since } = deps;
    const { taskId } = start;
    this.#deps = deps;
    this.#start = start;
    const testimony = witness?.of(taskId) ?? new Map();
    this.#trail = new Trail({ taskId, hash, now: deps.now(), testimony, since, keeping });
  }

  /**
   * @param every gives the rows
   * @returns undefined for a task of which nothing is known
   */
  async run(every: HistoryPages['every']): Promise<TaskFindings | undefined> {
    const { taskId } = this.#start;
    let findings: readonly Finding[] = [];
    try {
      const broken = await this.#problems(every);
      const heard = this.#trail.contradictions();
      this.#unchecked.push(...heard.unchecked);
      if (broken === undefined && heard.findings.length + heard.unchecked.length === 0) return undefined;
      findings = [...this.#trail.explain(broken ?? []), ...heard.findings];
    } catch (error) {
      this.#unchecked.push(`Task ${taskId} could not be read: ${describeError(error)}`);
    }
    return { taskId, rows: this.#rows, findings, unchecked: this.#unchecked };
  }

  async #problems(every: HistoryPages['every']): Promise<readonly ChainProblem[] | undefined> {
    const { taskId } = this.#start;
    const { hash, now } = this.#deps;
    const anchor = await this.#anchor();
    const answer = await auditTask(taskId, anchor?.position, {
      history: { every: this.#noted(every) },
      fleet: { one: (id) => this.#task(id) },
      hash,
      now,
      mayGoOn: () => true,
    });
    if (answer === undefined) return undefined;
    const { end, problems } = answer.report;
    // A check gives up a task of which too much is broken.
    if (end === 'not-yet') await this.#readOn(every);
    const isDoubt = ({ message }: ChainProblem) => message.includes(PERHAPS);
    this.#unchecked.push(...problems.filter(isDoubt).map(({ message }) => `Task ${taskId}: ${message}`));
    return [...(anchor?.problems ?? []), ...problems.filter((problem) => !isDoubt(problem))];
  }

  /** The rest of the rows is held against the events only. */
  async #readOn(every: HistoryPages['every']): Promise<void> {
    const { taskId } = this.#start;
    this.#unchecked.push(`Task ${taskId}: so many rows are broken that the rest was not checked`);
    for (let before: unknown; ; ) {
      before = this.#after;
      if ((await this.#noted(every)(taskId, ROWS_AT_ONCE, this.#after)).isLast) return;
      if (this.#after === before) break;
    }
    this.#unchecked.push(`Task ${taskId}: the rows behind ${this.#after} could not be read`);
  }

  #noted(every: HistoryPages['every']): HistoryPages['every'] {
    return async (taskId, limit, after) => {
      const page = await every(taskId, limit, after);
      for (const row of page.rows) this.#trail.note(row);
      this.#after = page.through ?? (page.rows.length > 0 ? Number(page.rows.at(-1)?.sequence) : after);
      this.#rows += page.rows.length;
      this.#deps.onRows(page.rows.length);
      return page;
    };
  }

  /** An item that cannot be understood does not tell where the history ends. */
  async #task(taskId: string) {
    try {
      return await this.#deps.tasks.read(taskId);
    } catch (error) {
      if (error instanceof UnreadableItemError)
        this.#unchecked.push(
          `Task ${taskId}: whether this is the end of its history is not known, since ${error.message}`,
        );
      throw error;
    }
  }

  /** The row before the first one of interest: what comes before that is not looked at. */
  async #anchor(): Promise<{ position: Position; problems: readonly ChainProblem[] } | undefined> {
    const { taskId, from } = this.#start;
    if (from === undefined) return undefined;
    const row = await this.#deps.history.before(taskId, from);
    if (row === undefined) return undefined;
    this.#trail.note(row);
    const { hash, now } = this.#deps;
    const { chain, problems } = checkRow(NOTHING_CHECKED, row, { taskId, hash, now: now() });
    return {
      position: positionAfter(row, chain),
      problems: problems.filter(({ kind }) => kind === 'hash' || kind === 'identity'),
    };
  }
}

/** Goes on behind a row as if all before it had been checked, back to the first row of all. */
function positionAfter(row: StoredRow, chain: ReturnType<typeof checkRow>['chain']): Position {
  const first = chain.first && { ...chain.first, sequence: 1 };
  return { chain: { ...chain, rows: 0, ...(first && { first }) }, after: Number(row.sequence) };
}
