import type { ConfigurationReader } from './configurations.ts';
import type { ChainContext } from './domain/chain.ts';
import {
  configurationInForce,
  type Diff,
  type DiffContext,
  diff,
  isWorthWriting,
  type ProgressEvents,
  startTracking,
  taskDeleted,
  taskUnread,
  untrack,
} from './domain/diff.ts';
import { type RuleSubject, ruleSubjectOf } from './domain/rules/match.ts';
import type { TaskRule } from './domain/rules/rule.ts';
import { failureStatuses } from './domain/rules/sampled.ts';
import type { Look } from './domain/selection.ts';
import { isEnding, type TaskConfiguration } from './domain/task.ts';
import { applyDiff, forgetRequest, type LiveTask } from './domain/tracked.ts';
import { summarizeError, TaskReadError } from './errors.ts';
import { windowAt } from './maintenance-windows.ts';
import type { OddityLog } from './oddities.ts';
import type { HistoryStore, Log, ObservedTask, OtaService, TaskStore } from './ports.ts';
import { pickSamples, type ThingSampler } from './sample-things.ts';

export interface ObserveDeps {
  readonly service: OtaService;
  readonly tasks: TaskStore;
  readonly history: HistoryStore;
  readonly configurations: ConfigurationReader;
  readonly samples: ThingSampler;
  readonly oddities: OddityLog;
  /** Names the rule set in force. */
  readonly ruleSet: string;
  /** The rules that apply to a task. */
  readonly rulesFor: (subject: RuleSubject) => readonly TaskRule[];
  readonly log: Log;
  readonly now: () => number;
  /** Milliseconds from poll to poll. */
  readonly periodMs: number;
  readonly writeId: string;
  readonly chain: Omit<ChainContext, 'now'>;
  readonly progressEvents: ProgressEvents;
  /** Whether a discovered task is one of those to be tracked, by its tags. */
  readonly isWanted: (task: ObservedTask) => boolean;
}

/** What came of a look: nothing to write, an item that was written, or another poller that was faster. */
export type Observed =
  | { readonly kind: 'unchanged' }
  /** The task is none of those to be tracked. */
  | { readonly kind: 'not-wanted' }
  | { readonly kind: 'lost-race' }
  | { readonly kind: 'changed'; readonly task: LiveTask; readonly events: number };

const UNCHANGED: Observed = { kind: 'unchanged' };

/**
 * Looks at one task and commits what changed, in one conditional write: the new snapshot together with its events.
 *
 * @throws TaskReadError for a task that is tracked and cannot be read; else what the service, the network or the database
 *   answer. Nothing is written then
 */
export function observe(look: Look, deps: ObserveDeps, signal: AbortSignal): Promise<Observed> {
  switch (look.kind) {
    case 'untrack':
      return commit(look.task, untrack(look.task.snapshot, deps.now()), deps.now(), deps);
    case 'known':
      return observeKnown(look, deps, signal);
    case 'new':
      return observeNew(look, deps, signal);
    default:
      return look satisfies never;
  }
}

/**
 * Notes in a task's snapshot that it could not be read: there are rules about that.
 *
 * @throws what the database answers; nothing is written then
 */
export async function observeUnreadable(
  { task }: Extract<Look, { kind: 'known' }>,
  { cause }: TaskReadError,
  deps: ObserveDeps,
): Promise<Observed> {
  return noteUnread(task, summarizeError(cause).name, deps);
}

async function noteUnread(task: LiveTask, reason: string, deps: ObserveDeps): Promise<Observed> {
  const now = deps.now();
  const { periodMs } = deps;
  const result = taskUnread(task.snapshot, reason, { now, periodMs });
  return isWorthWriting(task.snapshot, result, periodMs) ? commit(task, result, now, deps) : UNCHANGED;
}

async function observeKnown(
  look: Extract<Look, { kind: 'known' }>,
  deps: ObserveDeps,
  signal: AbortSignal,
): Promise<Observed> {
  const { task } = look;
  const observed = await readTask(task.taskId, deps, signal);
  const now = deps.now();
  if (observed === undefined) return observeMissing(look, now, deps);
  deps.oddities.report(observed);
  const configuration = await configurationFor(observed, task.snapshot.configuration, deps, signal);
  const context = contextOf(look, observed, configuration, now, deps);
  const result = diff(task.snapshot, observed.facts, context);
  if (!isWorthWriting(task.snapshot, result, deps.periodMs)) return UNCHANGED;
  return commit(task, await withSamples(result, context.rules, deps, signal), now, deps);
}

/** What fails here and nowhere else is that the task cannot be read. */
async function readTask(
  taskId: string,
  { service }: ObserveDeps,
  signal: AbortSignal,
): Promise<ObservedTask | undefined> {
  try {
    return await service.getTask(taskId, signal);
  } catch (error) {
    throw new TaskReadError(`Task ${taskId} could not be read`, { cause: error });
  }
}

/** The service does not know a task that is tracked: only a complete list that lacks it makes that true. */
async function observeMissing(
  { task, gone }: Extract<Look, { kind: 'known' }>,
  now: number,
  deps: ObserveDeps,
): Promise<Observed> {
  const { snapshot, taskId } = task;
  if (!gone) {
    deps.log.info('A task cannot be found, and no complete list lacks it: the next poll decides', { taskId });
    return noteUnread(task, 'ResourceNotFoundException', deps);
  }
  const known = { facts: snapshot.facts, tags: {} };
  const rules = deps.rulesFor(ruleSubjectOf(known, snapshot.configuration));
  const { periodMs, progressEvents } = deps;
  return commit(task, taskDeleted(snapshot, { now, periodMs, progressEvents, rules }), now, deps);
}

async function observeNew(
  look: Extract<Look, { kind: 'new' }>,
  deps: ObserveDeps,
  signal: AbortSignal,
): Promise<Observed> {
  const { taskId, task, reason } = look;
  const observed = await deps.service.getTask(taskId, signal);
  const now = deps.now();
  if (observed === undefined) return forget(look, deps);
  const { facts } = observed;
  if (reason === 'discovered' && !deps.isWanted(observed)) return { kind: 'not-wanted' };
  // The list may lag behind: a task whose end was told is not started again only to end again.
  if (task?.state === 'ended' && isEnding(facts.status)) return UNCHANGED;
  const head = task?.head ?? (await deps.history.head(taskId));
  if (task === undefined && head !== undefined && isEnding(facts.status)) return { kind: 'not-wanted' };
  deps.oddities.report(observed);
  const configuration = await configurationFor(observed, undefined, deps, signal);
  const context = contextOf(look, observed, configuration, now, deps);
  const result = startTracking(facts, reason, context);
  const sampled = await withSamples(result, context.rules, deps, signal);
  return write(applyDiff(task, head, sampled, { ...deps.chain, now }), sampled, deps);
}

/** A task that was asked for and is gone before it was ever seen. */
async function forget(
  { task, taskId, gone }: Extract<Look, { kind: 'new' }>,
  deps: ObserveDeps,
): Promise<Observed> {
  if (task?.state !== 'requested' || !gone) return UNCHANGED;
  deps.log.warn('A task that was to be tracked does not exist', { taskId });
  await deps.tasks.write(forgetRequest(task, deps.now()), deps.writeId);
  return UNCHANGED;
}

function commit(task: LiveTask, result: Diff, now: number, deps: ObserveDeps): Promise<Observed> {
  const next = applyDiff(task, task.head, result, { ...deps.chain, now });
  return write(next, result, deps);
}

async function write(
  next: LiveTask,
  { events }: Diff,
  { tasks, writeId, log }: ObserveDeps,
): Promise<Observed> {
  const task = await tasks.write(next, writeId);
  if (task === undefined) {
    log.info('Another poller was faster', { taskId: next.taskId });
    return { kind: 'lost-race' };
  }
  return { kind: 'changed', task, events: events.length };
}

function contextOf(
  look: Exclude<Look, { kind: 'untrack' }>,
  observed: ObservedTask,
  configuration: TaskConfiguration | undefined,
  now: number,
  { progressEvents, periodMs, ruleSet, rulesFor }: ObserveDeps,
): DiffContext {
  const listedLastUpdatedAt = look.listed?.lastUpdatedAt;
  const window = windowAt(observed.maintenanceWindows, now);
  return {
    now,
    periodMs,
    ruleSet,
    progressEvents,
    rules: rulesFor(ruleSubjectOf(observed, configuration)),
    ...(configuration !== undefined && { configuration }),
    ...(window !== undefined && { window }),
    ...(listedLastUpdatedAt !== undefined && { listedLastUpdatedAt }),
  };
}

/** The configuration in force, read only where the one that is known is another. */
async function configurationFor(
  { facts }: ObservedTask,
  known: TaskConfiguration | undefined,
  { configurations }: ObserveDeps,
  signal: AbortSignal,
): Promise<TaskConfiguration | undefined> {
  const { configurationId } = facts;
  if (configurationId === undefined || known?.configurationId === configurationId)
    return configurationInForce(facts, undefined, known);
  return configurationInForce(facts, await configurations.read(configurationId, signal), known);
}

/** All events of a look go into one item with its snapshot, which has room for so many lists of things. */
const MAX_SAMPLED_EVENTS = 10;

/** Adds to new breaches the things that failed last, as far as they can be read at once. */
async function withSamples(
  result: Diff,
  rules: readonly TaskRule[],
  { samples }: ObserveDeps,
  signal: AbortSignal,
): Promise<Diff> {
  const statuses = new Map(rules.map((rule) => [rule.id, failureStatuses(rule)]));
  const isNew = (event: Diff['events'][number]) =>
    event.detailType === 'OTA Task Threshold Breached' &&
    event.body.reminder === undefined &&
    (statuses.get(event.body.rule.id)?.size ?? 0) > 0;
  if (!result.events.some(isNew)) return result;
  const executions = await samples.read(result.snapshot.facts.taskId, signal);
  let sampled = 0;
  const events = result.events.map((event) => {
    if (event.detailType !== 'OTA Task Threshold Breached' || !isNew(event)) return event;
    if (sampled === MAX_SAMPLED_EVENTS) return event;
    sampled += 1;
    const sampleThings = pickSamples(executions, statuses.get(event.body.rule.id) ?? new Set());
    return sampleThings.length === 0
      ? event
      : { ...event, body: { ...event.body, sampleThings: [...sampleThings] } };
  });
  return { ...result, events };
}
