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
import { type LastSeen, lastSeenOf } from './domain/last-seen.ts';
import { type RuleSubject, ruleSubjectOf } from './domain/rules/match.ts';
import type { TaskRule } from './domain/rules/rule.ts';
import { failureStatuses } from './domain/rules/sampled.ts';
import type { Look } from './domain/selection.ts';
import { isEnding, type TaskConfiguration } from './domain/task.ts';
import { applyDiff, type EndedTask, forgetRequest, type LiveTask } from './domain/tracked.ts';
import { isLie } from './domain/trust.ts';
import { summarizeError, TaskReadError } from './errors.ts';
import { windowAt } from './maintenance-windows.ts';
import type { OddityLog } from './oddities.ts';
import type { HistoryStore, Log, ObservedTask, OtaService } from './ports.ts';
import { pickSamples, type ThingSampler } from './sample-things.ts';

export interface ObserveDeps {
  readonly service: OtaService;
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
  readonly chain: Omit<ChainContext, 'now'>;
  readonly progressEvents: ProgressEvents;
  /** Whether a discovered task is one of those to be tracked, by its tags. */
  readonly isWanted: (task: ObservedTask) => boolean;
}

/** What came of a look: nothing to write, or an item that is to be, the new snapshot together with its events. */
export type Observed =
  | { readonly kind: 'unchanged'; readonly seen?: LastSeen }
  /** The task is none of those to be tracked. */
  | { readonly kind: 'not-wanted' }
  | {
      readonly kind: 'changed';
      readonly next: LiveTask | EndedTask;
      readonly events: number;
      readonly seen?: LastSeen;
      /** `LastUpdatedAt` has not moved although the counts have changed. */
      readonly isLie?: true;
    };

type Changed = Extract<Observed, { kind: 'changed' }>;

const UNCHANGED = { kind: 'unchanged' } as const;

/**
 * Looks at one task, and makes its next item of what changed.
 *
 * @throws TaskReadError for a task that is tracked and cannot be read; else what the service, the network or the database
 *   answer
 */
export async function observe(look: Look, deps: ObserveDeps, signal: AbortSignal): Promise<Observed> {
  switch (look.kind) {
    case 'untrack':
      return changed(look.task, untrack(look.task.snapshot, deps.now()), deps.now(), deps);
    case 'known':
      return observeKnown(look, deps, signal);
    case 'new':
      return observeNew(look, deps, signal);
    default:
      return look satisfies never;
  }
}

/** Notes in a task's snapshot that it could not be read: there are rules about that. */
export function observeUnreadable(
  { task }: Extract<Look, { kind: 'known' }>,
  { cause }: TaskReadError,
  deps: ObserveDeps,
): Observed {
  return noteUnread(task, summarizeError(cause).name, deps);
}

function noteUnread(task: LiveTask, reason: string, deps: ObserveDeps): Observed {
  const now = deps.now();
  const { periodMs } = deps;
  const result = taskUnread(task.snapshot, reason, { now, periodMs });
  return isWorthWriting(task.snapshot, result, periodMs) ? changed(task, result, now, deps) : UNCHANGED;
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
  const last = lastSeenOf(observed.facts, result.snapshot, context);
  const seen = last === undefined ? {} : { seen: last };
  if (!isWorthWriting(task.snapshot, result, deps.periodMs)) return { ...UNCHANGED, ...seen };
  const isFoundOut =
    look.unmoved === true && isLie(task.snapshot.facts, look.listed?.lastUpdatedAt, observed.facts);
  return {
    ...changed(task, await withSamples(result, context.rules, deps, signal), now, deps),
    ...seen,
    ...(isFoundOut && { isLie: true }),
  };
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
function observeMissing(
  { task, gone }: Extract<Look, { kind: 'known' }>,
  now: number,
  deps: ObserveDeps,
): Observed {
  const { snapshot, taskId } = task;
  if (!gone) {
    deps.log.info('A task cannot be found, and no complete list lacks it: the next poll decides', { taskId });
    return noteUnread(task, 'ResourceNotFoundException', deps);
  }
  const known = { facts: snapshot.facts, tags: {} };
  const rules = deps.rulesFor(ruleSubjectOf(known, snapshot.configuration));
  const { periodMs, progressEvents } = deps;
  return changed(task, taskDeleted(snapshot, { now, periodMs, progressEvents, rules }), now, deps);
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
  const next = applyDiff(task, head, sampled, { ...deps.chain, now });
  const seen = lastSeenOf(facts, sampled.snapshot, context);
  return { kind: 'changed', next, events: sampled.events.length, ...(seen && { seen }) };
}

/** A task that was asked for and is gone before it was ever seen. */
function forget({ task, taskId, gone }: Extract<Look, { kind: 'new' }>, deps: ObserveDeps): Observed {
  if (task?.state !== 'requested' || !gone) return UNCHANGED;
  deps.log.warn('A task that was to be tracked does not exist', { taskId });
  return { kind: 'changed', next: forgetRequest(task, deps.now()), events: 0 };
}

function changed(task: LiveTask, result: Diff, now: number, deps: ObserveDeps): Changed {
  const next = applyDiff(task, task.head, result, { ...deps.chain, now });
  return { kind: 'changed', next, events: result.events.length };
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
