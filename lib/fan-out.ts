import * as z from 'zod/mini';
import type { Sweep } from './domain/selection.ts';
import { placeOf, type Range, split, WHOLE } from './domain/shards.ts';
import type { TaskSummary } from './domain/task.ts';
import { OtaWatchError, placesText } from './errors.ts';
import type { MeteredReport } from './poll-report.ts';
import type { Parts } from './ports.ts';

/** What polls of parts know of the polls before. */
export interface SharedState {
  /** Epoch milliseconds of the first poll ever. */
  readonly watchingSince: number;
  /** Into how many parts the polls before were cut: those noted what they have watched. */
  readonly parts?: Parts;
}

/** What a poll hands to others. Instants are epoch milliseconds. */
export interface Work {
  readonly startedAt: number;
  /** When the next poll begins: from then on nobody needs this one. */
  readonly deadline: number;
  /** How many tasks are to be looked at, at most. */
  readonly looks: number;
  readonly sweep: Sweep;
  readonly state: SharedState;
}

/** Other functions that poll, each a part of the tasks. */
export interface FanOut {
  /** So many looks are not worth sharing. */
  readonly above: number;
  /**
   * Hands the work over, in parts that are all of it together. Never throws.
   *
   * @returns how many parts there are, and how many of them nobody got
   */
  split(work: Work): Promise<{ readonly shards: number; readonly failed: number }>;
}

/** A part of a poll: what one worker does. */
export interface ShardMessage extends Omit<Work, 'looks'> {
  readonly range: Range;
  /** Workers that are at work at once, this one included. */
  readonly share: number;
}

/** Polls a part; keeps connections and what does not change from one to the next. */
export type ShardPoller = (message: ShardMessage, remainingMs: () => number) => Promise<MeteredReport>;

export interface SplitOptions {
  /** Looks of a part, about. */
  readonly looksPerShard: number;
  /** Parts that are worked on at once, at most. */
  readonly workers: number;
  /** Bytes of a message, at most. */
  readonly maxBytes?: number;
}

/** A message is not of the form that a poll gives it. The text says where, never what stood there. */
export class ShardMessageError extends OtaWatchError {
  override readonly name = 'ShardMessageError';
}

/** Any queue takes 256 KB of a message. */
const MAX_BYTES = 200_000;
/** Far more than a list of a million tasks needs. */
const MAX_SHARDS = 2 ** 12;
/** Multiples of it, modulo 1, are spread evenly however many there are. */
const GOLDEN_RATIO = (Math.sqrt(5) - 1) / 2;

/**
 * Cuts the work of a poll into parts by the places of the tasks. Each has its slice of the list whole, tasks that are over too: what
 * a part of a complete list lacks is gone. They are a power of two, so that a part has the same borders in most polls: polls of it
 * leave notes for each other.
 */
export function splitWork(
  work: Work,
  { looksPerShard, workers, maxBytes = MAX_BYTES }: SplitOptions,
): readonly ShardMessage[] {
  let count = 2 ** Math.ceil(Math.log2(Math.max(1, work.looks / looksPerShard)));
  for (;;) {
    const shards = cut(work, count, workers);
    const isTooLarge = (shard: ShardMessage) => Buffer.byteLength(shardMessageText(shard)) > maxBytes;
    if (count >= MAX_SHARDS || !shards.some(isTooLarge)) return inTurn(shards, work);
    count *= 2;
  }
}

function cut({ startedAt, deadline, sweep, state }: Work, count: number, workers: number): ShardMessage[] {
  const slices = Array.from({ length: count }, (): Map<string, TaskSummary> => new Map());
  for (const task of sweep.tasks.values()) {
    const index = Math.floor((placeOf(task.taskId) / WHOLE.to) * count);
    slices[index]?.set(task.taskId, task);
  }
  return split(count).map((range, index) => ({
    startedAt,
    deadline,
    range,
    share: Math.min(count, workers),
    state,
    sweep: { complete: sweep.complete, tasks: slices[index] ?? new Map() },
  }));
}

/** Where there are too few workers the last parts come too late: they are other ones in each poll. */
function inTurn(shards: readonly ShardMessage[], { startedAt, deadline }: Work): readonly ShardMessage[] {
  const poll = Math.floor(startedAt / Math.max(1, deadline - startedAt));
  const first = Math.floor(((poll * GOLDEN_RATIO) % 1) * shards.length);
  return [...shards.slice(first), ...shards.slice(0, first)];
}

const instant = z.int().check(z.gte(0), z.lte(8_640_000_000_000_000));
const place = z.int().check(z.gte(WHOLE.from), z.lte(WHOLE.to));
const index = z.int().check(z.gte(0));
const count = z.int().check(z.positive());

/** Texts that many tasks have in common are there once, and tasks have their indexes. */
const Message = z.object({
  version: z.literal(1),
  startedAt: instant,
  deadline: instant,
  range: z.tuple([place, place]).check(z.refine(([from, to]) => from < to)),
  share: z.int().check(z.positive()),
  state: z.object({
    watchingSince: instant,
    parts: z.exactOptional(z.object({ now: count, before: count, changedAt: instant })),
  }),
  sweep: z
    .object({
      complete: z.boolean(),
      statuses: z.array(z.string()),
      configurations: z.array(z.string()),
      tasks: z.array(
        z.tuple([
          z.string().check(z.minLength(1)),
          index, // of the status
          z.nullable(index), // of the configuration
          z.nullable(instant), // of creation
          z.nullable(instant), // of the last update
        ]),
      ),
    })
    .check(
      z.refine(({ statuses, tasks }) => tasks.every(([, status]) => status < statuses.length), {
        path: ['statuses'],
      }),
      z.refine(
        ({ configurations, tasks }) =>
          tasks.every(([, , own]) => own === null || own < configurations.length),
        { path: ['configurations'] },
      ),
    ),
});

/** A part of a poll as the text that goes through a queue. */
export function shardMessageText({ range, sweep, ...shard }: ShardMessage): string {
  const statuses = new Dictionary();
  const configurations = new Dictionary();
  const tasks = [...sweep.tasks.values()].map(
    ({ taskId, status, configurationId, createdAt, lastUpdatedAt }): TaskRow => [
      taskId,
      statuses.indexOf(status),
      configurationId === undefined ? null : configurations.indexOf(configurationId),
      epochOf(createdAt),
      epochOf(lastUpdatedAt),
    ],
  );
  const message: z.input<typeof Message> = {
    version: 1,
    ...shard,
    range: [range.from, range.to],
    sweep: {
      complete: sweep.complete,
      statuses: statuses.texts,
      configurations: configurations.texts,
      tasks,
    },
  };
  return JSON.stringify(message);
}

type TaskRow = z.infer<typeof Message>['sweep']['tasks'][number];

/** Texts, each once, in the order in which they came. */
class Dictionary {
  readonly #indexes = new Map<string, number>();

  get texts(): string[] {
    return [...this.#indexes.keys()];
  }

  indexOf(text: string): number {
    const known = this.#indexes.get(text) ?? this.#indexes.size;
    this.#indexes.set(text, known);
    return known;
  }
}

const epochOf = (time: string | undefined) => (time === undefined ? null : Date.parse(time));

/** @throws ShardMessageError */
export function parseShardMessage(text: string): ShardMessage {
  const parsed = z.safeParse(Message, parseJson(text));
  if (!parsed.success) {
    const where = parsed.error.issues.map(({ path, code }) => `${path.join('.') || 'all of it'} (${code})`);
    throw new ShardMessageError(`This is no part of a poll: ${placesText(where)}`);
  }
  const { startedAt, deadline, range, share, state, sweep } = parsed.data;
  const summaries = sweep.tasks.map((row) => summaryOf(row, sweep));
  return {
    startedAt,
    deadline,
    range: { from: range[0], to: range[1] },
    share,
    state,
    sweep: { complete: sweep.complete, tasks: new Map(summaries.map((task) => [task.taskId, task])) },
  };
}

function summaryOf(
  [taskId, status, configuration, createdAt, lastUpdatedAt]: TaskRow,
  { statuses, configurations }: z.infer<typeof Message>['sweep'],
): TaskSummary {
  const configurationId = configuration === null ? undefined : configurations[configuration];
  return {
    taskId,
    status: statuses[status] ?? '',
    ...(configurationId !== undefined && { configurationId }),
    ...(createdAt !== null && { createdAt: new Date(createdAt).toISOString() }),
    ...(lastUpdatedAt !== null && { lastUpdatedAt: new Date(lastUpdatedAt).toISOString() }),
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
