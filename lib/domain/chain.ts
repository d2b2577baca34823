import type { HistoryRow, TaskEvent } from './events.ts';
import type { TaskFacts } from './task.ts';

/** SHA-256, in hexadecimal, over the canonical JSON (RFC 8785) of a value. */
export type Hash = (value: object) => string;

/** The end of a task's history: what the next row continues. */
export interface Head {
  readonly sequence: number;
  readonly hash: string;
  /** Sequence of the newest published row. */
  readonly publishedSequence?: number;
}

const DAY_SECONDS = 86_400;

/** What rows are made with. */
export interface ChainContext {
  /** Epoch milliseconds of the observation. */
  readonly now: number;
  readonly hash: Hash;
  /** Days that rows are kept; undefined for ever. */
  readonly retentionDays?: number;
}

/** Gives events their place in the task's history: sequence, identity and hash. */
export function appendRows(
  head: Head | undefined,
  facts: TaskFacts,
  events: readonly TaskEvent[],
  context: ChainContext,
): { head: Head | undefined; rows: HistoryRow[] } {
  const observedAt = new Date(context.now).toISOString();
  const { startTime, endTime, endBehavior, ...common } = facts;
  const drafts = events.map(({ body, detailType, published }) => ({
    schemaVersion: '1' as const,
    observedAt,
    ...common,
    ...body,
    detailType,
    published,
    day: observedAt.slice(0, 10),
    ...(context.retentionDays !== undefined && {
      expiresAt: Math.floor(context.now / 1000) + context.retentionDays * DAY_SECONDS,
    }),
  }));
  return link(head, drafts, context.hash);
}

/**
 * Numbers rows anew behind another end of the history. Only for rows that are in no history yet, and so on no bus: their
 * identity has not been seen by anybody.
 */
export function relinkRows(head: Head | undefined, rows: readonly HistoryRow[], hash: Hash) {
  const drafts = rows.map(
    ({ sequence, eventId, previousSequence, previousHash, hash: _, ...draft }) => draft,
  );
  return link(head, drafts, hash);
}

/** What a row is before it has its place. */
type Draft = Omit<HistoryRow, 'sequence' | 'eventId' | 'previousSequence' | 'previousHash' | 'hash'>;

function link(start: Head | undefined, drafts: readonly Draft[], hash: Hash) {
  let head = start;
  const rows = drafts.map((draft) => {
    const row = linkRow(head, draft, hash);
    const publishedSequence = row.published ? row.sequence : head?.publishedSequence;
    head = {
      sequence: row.sequence,
      hash: row.hash,
      ...(publishedSequence !== undefined && { publishedSequence }),
    };
    return row;
  });
  return { head, rows };
}

function linkRow(head: Head | undefined, draft: Draft, hash: Hash): HistoryRow {
  const sequence = (head?.sequence ?? 0) + 1;
  const row = {
    ...draft,
    sequence,
    eventId: `${draft.taskId}:${sequence}`,
    ...(head?.publishedSequence !== undefined && { previousSequence: head.publishedSequence }),
    ...(head !== undefined && { previousHash: head.hash }),
  };
  return { ...row, hash: hash(row) };
}
