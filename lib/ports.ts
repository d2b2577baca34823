import type { Lap } from './domain/cadence.ts';
import type { Head } from './domain/chain.ts';
import type { HistoryRow } from './domain/events.ts';
import type { Range } from './domain/shards.ts';
import type { TaskConfiguration, TaskFacts, TaskSummary } from './domain/task.ts';
import type { LiveTask, RequestedTask, TrackedTask } from './domain/tracked.ts';
import type { Resume } from './domain/turns.ts';
import type { Watched } from './domain/watched.ts';

/** An entry of `OtaSchedulingConfig.MaintenanceWindows`, as the service has it: an AWS cron expression or one time, in UTC. */
export interface ScheduledWindow {
  readonly startTime: string;
  readonly durationMinutes: number;
}

/** A task as `GetOtaTask` shows it. Tags decide on tracking and on rules, and go no further. */
export interface ObservedTask {
  readonly facts: TaskFacts;
  readonly tags: Readonly<Record<string, string>>;
  readonly maintenanceWindows: readonly ScheduledWindow[];
  /** Members that are missing where they are expected, or that are not of the form that we know. Without what they hold. */
  readonly oddities: readonly string[];
}

/** One page of `ListOtaTasks`; `unreadable` counts entries that name no task. */
export interface TaskPage {
  readonly tasks: readonly TaskSummary[];
  readonly unreadable: number;
}

/** A configuration, and how many of its parts (criteria, rates, timeouts) are left out since they make no sense to us. */
export interface ReadConfiguration {
  readonly configuration: TaskConfiguration;
  readonly unreadable: number;
}

/** One thing in a task, as `ListOtaTaskExecutions` shows it. */
export interface ThingExecution {
  /** At most 64 characters. */
  readonly managedThingId: string;
  /** In the API's spelling, for example `TIMED_OUT`. */
  readonly status: string;
  readonly retryAttempt?: number;
  /** ISO 8601. */
  readonly lastUpdatedAt?: string;
}

/** The managed integrations API. Every method throws what the service or the network answers, and UnreadableAnswerError. */
export interface OtaService {
  listTasks(signal: AbortSignal): AsyncIterable<TaskPage>;
  /** @returns undefined when the service does not know the task. */
  getTask(taskId: string, signal: AbortSignal): Promise<ObservedTask | undefined>;
  /** @returns undefined when the service does not know the configuration. */
  getConfiguration(configurationId: string, signal: AbortSignal): Promise<ReadConfiguration | undefined>;
  /** Pages of the things of a task, without entries that name no thing or no status. */
  listExecutions(taskId: string, signal: AbortSignal): AsyncIterable<readonly ThingExecution[]>;
}

/** Key of the state of polls in the tasks table; that of a part of them begins with it. A task id has no such character. */
export const POLL_STATE_KEY = '#poll';

/** Whether an item of the tasks table is no task. */
export function isPollState(key: string): boolean {
  return key.startsWith(POLL_STATE_KEY);
}

/** What polls leave for each other. */
export interface PollState {
  /** Epoch milliseconds of the first poll ever. */
  readonly watchingSince: number;
  /** Where a poll ran out of time. */
  readonly resume?: Resume;
  /** How long it took then to look at every task. */
  readonly lap?: Lap;
  /** Up to when live tasks were watched. */
  readonly watched?: Watched;
  /** Into how many parts polls are cut, if they ever were into more than one. */
  readonly parts?: Parts;
  /** When the index of live tasks was last found to have every task that it is to have: items of earlier versions are not in it. */
  readonly indexedAt?: number;
}

/** How many parts polls are cut into, and were before. Each part has a state of its own. */
export interface Parts {
  readonly now: number;
  readonly before: number;
  /** Epoch milliseconds. */
  readonly changedAt: number;
}

/** Items of the tasks table. */
export interface Items<Task extends TrackedTask = TrackedTask> {
  readonly tasks: readonly Task[];
  /** Items that cannot be understood: left alone, and reported. */
  readonly unreadable: readonly { readonly taskId: string; readonly error: Error }[];
}

/** The whole `tasks` table. The item of POLL_STATE_KEY may be among those that cannot be understood. */
export interface StoredTasks extends Items {
  readonly pollState?: PollState;
}

/** What came of a write: another writer may have been faster. */
export type WriteOutcome<Task> =
  | { readonly kind: 'written'; readonly task: Task }
  | { readonly kind: 'lost-race' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Snapshots with their outboxes: the `tasks` table. */
export interface TaskStore {
  /** Reads every item, strongly consistent. */
  readAll(): Promise<StoredTasks>;
  /**
   * Reads the tasks of a range that are watched, asked for, or not delivered. What is known of them from before is used again
   * where its version is still the one that is stored; a version that is stored since a moment may be missed, which the next
   * write of the task notices.
   *
   * @param atMost so many tasks; nothing is read of more
   */
  readLive(
    range: Range,
    atMost?: number,
  ): Promise<Items<LiveTask | RequestedTask> | { readonly tooMany: number }>;
  /**
   * Reads those of the tasks that are stored, whatever their state: among those that `readLive` did not find, a few may be live
   * since a moment. Remembers those that are over or not to be watched.
   */
  readOthers(taskIds: readonly string[]): Promise<Items>;
  /**
   * Has `readLive` find tasks that an earlier version stored, which had no index.
   *
   * @returns whether it finds all of them now
   */
  indexAll(writeId: string): Promise<boolean>;
  read(taskId: string): Promise<TrackedTask | undefined>;
  /**
   * Writes an item if its version is still `task.version`.
   *
   * @param writeId names the writer, so that a write that was applied and then reported lost is known as our own
   * @returns the item as stored, with its new version; undefined when somebody else was faster
   */
  write<Task extends TrackedTask>(task: Task, writeId: string): Promise<Task | undefined>;
  /** Writes items of different tasks, each as `write` does, in few requests. Never throws: one outcome a task, in order. */
  writeAll<Task extends TrackedTask>(
    tasks: readonly Task[],
    writeId: string,
  ): Promise<readonly WriteOutcome<Task>[]>;
  /**
   * Reads what polls of all tasks, or of a range of them, left for the next one.
   *
   * @throws UnreadableItemError
   */
  readPollState(range: Range): Promise<PollState | undefined>;
  writePollState(range: Range, state: PollState): Promise<void>;
}

/** What came of adding a row to the history. */
export type AppendOutcome =
  | { readonly kind: 'appended' }
  | { readonly kind: 'failed'; readonly error: unknown };

/** The append-only `history` table. */
export interface HistoryStore {
  /**
   * Adds rows of different tasks, in few requests; adding the same row again does nothing. Never throws: an outcome a row, in
   * order, which is a HistoryConflictError where another row has its place.
   */
  appendAll(rows: readonly HistoryRow[]): Promise<readonly AppendOutcome[]>;
  /** The end of a task's history; undefined when it has none. */
  head(taskId: string): Promise<Head | undefined>;
  /**
   * The newest rows for the bus of a task from a sequence on, as many as can be undelivered at once, in order; `unreadable`
   * counts those between them that cannot be understood, such as a later version makes.
   */
  newestFrom(
    taskId: string,
    sequence: number,
  ): Promise<{ readonly rows: readonly HistoryRow[]; readonly unreadable: number }>;
}

/** A row of the history as it is stored: any version of this code may have made it. */
export type StoredRow = Readonly<Record<string, unknown>>;

/** The history, for people who look back. */
export interface HistoryReader {
  /** Rows of a task in order, page by page; those before `sequence` if given. */
  rowsOf(taskId: string, sequence?: number): AsyncIterable<readonly StoredRow[]>;
  /** Rows of all tasks that were observed at or after `from` and before `to` (epoch milliseconds), day by day. */
  rowsBetween(from: number, to: number): AsyncIterable<readonly StoredRow[]>;
}

/** What the bus made of one event. */
export type PublishOutcome =
  | { readonly kind: 'accepted' }
  /** Refused for now: worth another try. */
  | { readonly kind: 'refused'; readonly code: string }
  /** Malformed or too large: no try will ever succeed. */
  | { readonly kind: 'refused-for-good'; readonly code: string; readonly message: string }
  /** Permission is missing: nothing can be published. */
  | { readonly kind: 'denied'; readonly code: string }
  /** The request as a whole failed, or was not made after others failed: it may have been accepted. */
  | { readonly kind: 'unavailable'; readonly error: unknown };

/** The event bus. */
export interface EventBus {
  /**
   * Offers rows (at most one of each task), in as many requests as it takes. Never throws: one outcome a row, in order.
   *
   * @param mayGoOn false once time is short: no new request begins
   */
  publish(rows: readonly HistoryRow[], mayGoOn: () => boolean): Promise<readonly PublishOutcome[]>;
}

/** Requests that went out, retries included, and how many of them the service throttled. */
export interface CallCount {
  readonly calls: number;
  readonly throttles: number;
}

/** Structured log. Values are for people: never tags, configuration names, URLs or targets. */
export interface Log {
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}
