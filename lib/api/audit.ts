import { z } from 'zod';
import type { Hash } from '../domain/chain.ts';
import {
  type ChainCheckContext,
  type ChainProblem,
  type CheckedChain,
  checkEnd,
  checkRow,
  missingEnd,
  NOTHING_CHECKED,
} from '../domain/chain-check.ts';
import type { TrackedTask } from '../domain/tracked.ts';
import { UnreadableItemError } from '../errors.ts';
import { readPosition } from './cursor.ts';
import type { ChainReport } from './generated/api.ts';
import type { Fleet, HistoryPages, Position } from './ports.ts';

export interface AuditDeps {
  readonly history: Pick<HistoryPages, 'ofTask'>;
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

/** A check that goes on in another request. So far there is no problem: a check that finds one ends with its request. */
const Progress = z.object({
  chain: z.object({
    rows: z.int(),
    last: z.exactOptional(
      z.object({ sequence: z.int(), firstSequence: z.int(), hash: z.string(), hasExpired: z.boolean() }),
    ),
  }),
  page: z.exactOptional(z.record(z.string(), z.unknown())),
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
  /** Of the rows that are read next, those that have been checked included where rows have come since. */
  #page: Position | undefined;
  readonly #problems: ChainProblem[] = [];

  constructor(taskId: string, progress: z.infer<typeof Progress> | undefined, deps: AuditDeps) {
    this.#taskId = taskId;
    this.#deps = deps;
    this.#context = { taskId, hash: deps.hash, now: deps.now() };
    this.#chain = progress?.chain ?? NOTHING_CHECKED;
    this.#page = progress?.page;
  }

  /** Checks a page of rows. @returns whether it is the last one */
  async page(): Promise<boolean> {
    const { rows, next } = await this.#deps.history.ofTask(this.#taskId, {
      filter: {},
      order: 'asc',
      limit: ROWS_AT_ONCE,
      ...(this.#page && { after: this.#page }),
    });
    const checkedThrough = this.#checkedThrough;
    for (const row of rows) {
      if (Number(row.sequence) <= checkedThrough) continue;
      const { chain, problems } = checkRow(this.#chain, row, this.#context);
      this.#chain = chain;
      this.#problems.push(...problems);
    }
    if (next !== undefined) this.#page = next;
    return next === undefined;
  }

  /** @returns undefined where rows have been recorded since; `none` where there is nothing at all */
  async end(): Promise<ChainReport['end'] | 'none' | undefined> {
    const task = await readTask(this.#taskId, this.#deps.fleet);
    if (task === 'none' && this.#chain.rows === 0) return 'none';
    const end = checkEnd(this.#chain, typeof task === 'object' ? task : undefined);
    if (end.kind === 'behind') return this.#goOn(end.recordedThrough);
    if (end.kind === 'known') this.#problems.push(...end.problems);
    return end.kind;
  }

  /** The rows that are missing have come since the last page was read, or they are not there. */
  async #goOn(recordedThrough: number): Promise<'known' | undefined> {
    const isAtEnd = await this.page();
    if (!isAtEnd || this.#checkedThrough >= recordedThrough) return undefined;
    this.#problems.push(missingEnd(this.#chain, recordedThrough));
    return 'known';
  }

  get isFull(): boolean {
    return this.#problems.length >= MAX_PROBLEMS;
  }

  get #checkedThrough(): number {
    return this.#chain.last?.sequence ?? 0;
  }

  answer(end: ChainReport['end']): AuditAnswer {
    const { rows, last } = this.#chain;
    const isBroken = this.#problems.length > 0;
    const isDone = isBroken || end !== 'not-yet';
    const report = {
      taskId: this.#taskId,
      verdict: isBroken ? ('broken' as const) : isDone ? ('intact' as const) : ('checking' as const),
      rows,
      ...(last && { firstSequence: last.firstSequence, lastSequence: last.sequence, lastHash: last.hash }),
      beginsAtFirst: last === undefined ? !isBroken : last.firstSequence === 1,
      end,
      problems: this.#problems.slice(0, MAX_PROBLEMS),
    };
    if (isDone) return { report };
    return { report, next: { chain: this.#chain, ...(this.#page && { page: this.#page }) } };
  }
}

/** @returns `unreadable` for an item that this version does not understand */
async function readTask(
  taskId: string,
  fleet: Pick<Fleet, 'one'>,
): Promise<TrackedTask | 'none' | 'unreadable'> {
  try {
    return (await fleet.one(taskId)) ?? 'none';
  } catch (error) {
    if (error instanceof UnreadableItemError) return 'unreadable';
    throw error;
  }
}
