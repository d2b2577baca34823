import type { Hash } from '../domain/chain.ts';
import { type ChainProblem, PERHAPS } from '../domain/chain-check.ts';
import type { StoredRow } from '../ports.ts';
import type { Finding } from './finding.ts';
import type { TaskTestimony, Testimony } from './witness.ts';

/** How long rows are kept, as those say that were seen. */
export interface Keeping {
  /** Milliseconds that the row is kept that is kept longest; left out where rows are kept for good. */
  longest?: number;
  /** Whether all rows were seen. */
  isWhole: boolean;
}

export interface TrailContext {
  readonly taskId: string;
  readonly hash: Hash;
  /** Epoch milliseconds. */
  readonly now: number;
  readonly testimony: TaskTestimony;
  /** Events observed before it are not looked for. Epoch milliseconds. */
  readonly since: number;
  /** Of all tasks. */
  readonly keeping: Keeping;
}

interface Place {
  readonly sequence: number;
  /** Milliseconds; left out for a row that is kept for good. */
  readonly keptFor?: number;
}

/** What the rows of one task tell besides whether each continues the one before it. They come in order. */
export class Trail {
  readonly #context: TrailContext;
  /** The first row that continues the one of a hash. */
  readonly #continuedBy = new Map<unknown, number>();
  readonly #forks = new Map<number, number>();
  /** The place that a row had when it was written, by the place it has now. */
  readonly #moves = new Map<number, number>();
  readonly #events: Finding[] = [];
  /** Only of tasks of which events tell. */
  readonly #places: Place[] = [];

  constructor(context: TrailContext) {
    this.#context = context;
  }

  note(row: StoredRow): void {
    const sequence = Number(row.sequence);
    const keptFor = keptForOf(row);
    const { keeping, testimony } = this.#context;
    if (keptFor !== undefined) keeping.longest = Math.max(keeping.longest ?? 0, keptFor);
    this.#noteFork(row, sequence);
    this.#noteMove(row, sequence);
    if (testimony.size === 0) return;
    this.#places.push({ sequence, ...(keptFor !== undefined && { keptFor }) });
    const heard = testimony.get(sequence);
    if (heard !== undefined) this.#compare(row, sequence, heard);
  }

  #noteFork({ previousHash }: StoredRow, sequence: number): void {
    if (previousHash === undefined) return;
    const other = this.#continuedBy.get(previousHash);
    if (other === undefined) this.#continuedBy.set(previousHash, sequence);
    else this.#forks.set(sequence, other);
  }

  /** A row that is what it was when it was written, save for the place it has. */
  #noteMove(row: StoredRow, sequence: number): void {
    const { taskId, hash } = this.#context;
    if (typeof row.eventId !== 'string') return;
    const [id, place = ''] = row.eventId.split(':');
    const was = Number(place);
    if (!isPlace(sequence) || !isPlace(was) || was === sequence || id !== taskId) return;
    const { hash: stated, ...content } = row;
    if (hash({ ...content, sequence: was }) === stated) this.#moves.set(sequence, was);
  }

  #compare({ hash }: StoredRow, sequence: number, { hashes }: Testimony): void {
    if (hashes.every((heard) => heard === hash)) return;
    const words =
      hashes.length > 1 ? 'events of it carried different hashes' : 'its event carried another hash';
    this.#find(sequence, `Row ${sequence} is not the one that was published: ${words}.`);
  }

  #find(sequence: number, message: string): void {
    this.#events.push({ taskId: this.#context.taskId, sequence, kind: 'event', message });
  }

  /** Says more exactly what the check of the chain found, where these rows tell. */
  explain(problems: readonly ChainProblem[]): Finding[] {
    const { taskId } = this.#context;
    const told = new Set<number>();
    return problems.flatMap((problem): Finding[] => {
      const { sequence, kind } = problem;
      const other = this.#forks.get(sequence);
      if (kind === 'link' && other !== undefined) {
        const message = `The history forks: row ${sequence} continues the same row as row ${other}.`;
        return [{ taskId, sequence, kind: 'fork', message }];
      }
      const was = this.#moves.get(sequence);
      if (was === undefined || (kind !== 'hash' && kind !== 'identity')) return [{ taskId, ...problem }];
      if (told.has(sequence)) return [];
      told.add(sequence);
      const message = `In the place of row ${sequence} is what was written as row ${was}.`;
      return [{ taskId, sequence, kind: 'moved', message }];
    });
  }

  /** What events tell that the rows do not: rows that are others, and rows that are not there and cannot have expired. */
  contradictions(): { readonly findings: readonly Finding[]; readonly unchecked: readonly string[] } {
    const missing = this.#missing();
    const { taskId, keeping } = this.#context;
    if (missing.length > 0 && this.#places.length === 0 && !keeping.isWhole)
      return {
        findings: [],
        unchecked: [`Task ${taskId}: no row is there of those that events tell of${PERHAPS}`],
      };
    for (const sequence of missing)
      this.#find(sequence, `Row ${sequence} is missing, of which an event was published.`);
    return { findings: this.#events, unchecked: [] };
  }

  #missing(): number[] {
    const { testimony, since } = this.#context;
    const seen = new Set(this.#places.map(({ sequence }) => sequence));
    return [...testimony]
      .filter(([sequence, { observedAt }]) => !seen.has(sequence) && !(observedAt < since))
      .filter(([sequence, { observedAt }]) => !this.#mayHaveExpired(sequence, observedAt))
      .map(([sequence]) => sequence);
  }

  /** The row after it tells how long it was kept; where there is no row at all, those of other tasks do. */
  #mayHaveExpired(sequence: number, observedAt: number): boolean {
    const { keeping, now } = this.#context;
    const last = this.#places.at(-1);
    const next = this.#places.find((place) => place.sequence > sequence) ?? last;
    const keptFor = next === undefined ? keeping.longest : next.keptFor;
    return keptFor !== undefined && observedAt + keptFor <= now;
  }
}

const isPlace = (sequence: number) => Number.isSafeInteger(sequence) && sequence > 0;

function keptForOf({ observedAt, expiresAt }: StoredRow): number | undefined {
  const at = typeof observedAt === 'string' ? Date.parse(observedAt) : Number.NaN;
  return typeof expiresAt === 'number' && !Number.isNaN(at) ? expiresAt * 1_000 - at : undefined;
}
