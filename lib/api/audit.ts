import { z } from 'zod';
import type { Hash } from '../domain/chain.ts';
import {
  type ChainCheckContext,
  type ChainProblem,
  type CheckedChain,
  checkRow,
  expiredIn,
  NOTHING_CHECKED,
} from '../domain/chain-check.ts';
import { checkEnd, type Findings, missingEnd, type TaskAtEnd } from '../domain/chain-end.ts';
import type { TrackedTask } from '../domain/tracked.ts';
import { UnreadableItemError } from '../errors.ts';
import { readPosition } from './cursor.ts';
import type { ChainReport } from './generated/api.ts';
import type { Fleet, HistoryPages, Position } from './ports.ts';

export interface AuditDeps {
  readonly history: Pick<HistoryPages, 'every'>;
  readonly fleet: Pick<Fleet, 'one'>;
  readonly hash: Hash;
  readonly now: () => number;
  /** False once time is short: what is left is checked by the next request. */
  readonly mayGoOn: () => boolean;
}

export interface AuditAnswer {
  readonly report: Omit<ChainReport, 'next'>;
  readonly next?: Position;
}

const ROWS_AT_ONCE = 500;
const MAX_PROBLEMS = 100;

const CheckedRow = z.object({
  sequence: z.int(),
  observedAt: z.exactOptional(z.number()),
  keptFor: z.exactOptional(z.number()),
});

/** A check that goes on in another request. So far nothing is broken: a check that finds that ends with its request. */
const Progress = z.object({
  chain: z.object({
    rows: z.int(),
    first: z.exactOptional(CheckedRow.extend({ startsTracking: z.boolean() })),
    last: z.exactOptional(CheckedRow.extend({ hash: z.string(), endsTracking: z.boolean() })),
    missing: z.array(z.tuple([z.int(), z.int()])),
  }),
  /** The sequence that was read last. */
  after: z.exactOptional(z.union([z.number(), z.string()])),
});

/**
 * Checks the hash chain of a task: as many rows as there is time for, and at their end whether the poll knows it as the end.
 * Rows that are appended meanwhile are checked, too.
 *
 * @returns undefined for a task of which nothing is known
 * @throws BadCursorError
 */
export async function auditTask(
  taskId: string,
  after: Position | undefined,
  deps: AuditDeps,
): Promise<AuditAnswer | undefined> {
  const check = new ChainCheck(taskId, after && readPosition(Progress, after), deps);
  for (;;) {
    const end = (await check.page()) ? await check.end() : undefined;
    if (end === 'none') return undefined;
    if (end !== undefined || check.isFull || !deps.mayGoOn()) return check.answer(end ?? 'not-yet');
  }
}

class ChainCheck {
  readonly #taskId: string;
  readonly #deps: AuditDeps;
  readonly #context: ChainCheckContext;
  #chain: CheckedChain;
  #after: number | string | undefined;
  readonly #broken: ChainProblem[] = [];
  readonly #expired: ChainProblem[] = [];

  constructor(taskId: string, progress: z.infer<typeof Progress> | undefined, deps: AuditDeps) {
    this.#taskId = taskId;
    this.#deps = deps;
    this.#context = { taskId, hash: deps.hash, now: deps.now() };
    this.#chain = progress?.chain ?? NOTHING_CHECKED;
    this.#after = progress?.after;
  }

  /** Checks a page of rows. @returns whether it is the last one */
  async page(): Promise<boolean> {
    const { rows, isLast, through } = await this.#deps.history.every(this.#taskId, ROWS_AT_ONCE, this.#after);
    for (const row of rows) {
      const { chain, problems } = checkRow(this.#chain, row, this.#context);
      this.#chain = chain;
      this.#broken.push(...problems);
      this.#after = Number(row.sequence);
    }
    if (through !== undefined) this.#after = through;
    return isLast;
  }

  /** @returns undefined where rows have been recorded since; `none` where there is nothing at all */
  async end(): Promise<ChainReport['end'] | 'none' | undefined> {
    const task = await readTask(this.#taskId, this.#deps.fleet);
    if (task === 'none' && this.#chain.rows === 0) return 'none';
    const end = checkEnd(this.#chain, task, this.#context.now);
    if (end.kind === 'behind') return this.#goOn(end.recordedThrough, end.task);
    this.#find(end);
    return end.kind;
  }

  /** The rows that are missing have come since the last page was read, or they are not there. */
  async #goOn(recordedThrough: number, task: TrackedTask): Promise<'known' | undefined> {
    const isAtEnd = await this.page();
    if (!isAtEnd || (this.#chain.last?.sequence ?? 0) >= recordedThrough) return undefined;
    this.#find(missingEnd(this.#chain, recordedThrough, task, this.#context.now));
    return 'known';
  }

  #find({ broken, expired }: Findings): void {
    this.#broken.push(...broken);
    this.#expired.push(...expired);
  }

  get isFull(): boolean {
    return this.#broken.length >= MAX_PROBLEMS;
  }

  answer(end: ChainReport['end']): AuditAnswer {
    const { rows, first, last } = this.#chain;
    const expired = [...expiredIn(this.#chain), ...this.#expired];
    const problems = [...this.#broken.slice(0, MAX_PROBLEMS - expired.length), ...expired];
    const isBroken = this.#broken.length > 0;
    const isDone = isBroken || end !== 'not-yet';
    const report = {
      taskId: this.#taskId,
      verdict: verdictOf({ broken: this.#broken, expired }, isDone),
      rows,
      ...(first &&
        last && { firstSequence: first.sequence, lastSequence: last.sequence, lastHash: last.hash }),
      beginsAtFirst: first === undefined ? problems.length === 0 : first.sequence === 1,
      end,
      problems: problems.sort((a, b) => a.sequence - b.sequence),
    };
    if (isDone) return { report };
    return {
      report,
      next: { chain: this.#chain, ...(this.#after !== undefined && { after: this.#after }) },
    };
  }
}

function verdictOf({ broken, expired }: Findings, isDone: boolean): ChainReport['verdict'] {
  if (broken.length > 0) return 'broken';
  if (!isDone) return 'checking';
  return expired.length > 0 ? 'incomplete' : 'intact';
}

/** @returns `unreadable` for an item that this version does not understand */
async function readTask(taskId: string, fleet: Pick<Fleet, 'one'>): Promise<TaskAtEnd> {
  try {
    return (await fleet.one(taskId)) ?? 'none';
  } catch (error) {
    if (error instanceof UnreadableItemError) return 'unreadable';
    throw error;
  }
}
