import type { CriteriaReader } from './criteria.ts';
import type { ChainContext } from './domain/chain.ts';
import {
  type Diff,
  type DiffContext,
  diff,
  isWorthWriting,
  type ProgressEvents,
  startTracking,
  taskDeleted,
  untrack,
} from './domain/diff.ts';
import type { Look } from './domain/selection.ts';
import { type ConfigurationCriteria, isEnding, type TaskFacts } from './domain/task.ts';
import { applyDiff, forgetRequest, type LiveTask } from './domain/tracked.ts';
import type { HistoryStore, Log, ObservedTask, OtaService, TaskStore } from './ports.ts';

export interface ObserveDeps {
  readonly service: OtaService;
  readonly tasks: TaskStore;
  readonly history: HistoryStore;
  readonly criteria: CriteriaReader;
  readonly log: Log;
  readonly now: () => number;
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
 * @throws what the service, the network or the database answer; nothing is written then
 */
export function observe(look: Look, deps: ObserveDeps, signal: AbortSignal): Promise<Observed> {
  switch (look.kind) {
    case 'untrack':
      return commit(look.task, untrack(look.task.snapshot), deps.now(), deps);
    case 'known':
      return observeKnown(look, deps, signal);
    case 'new':
      return observeNew(look, deps, signal);
    default:
      return look satisfies never;
  }
}

async function observeKnown(
  look: Extract<Look, { kind: 'known' }>,
  deps: ObserveDeps,
  signal: AbortSignal,
): Promise<Observed> {
  const { task } = look;
  const observed = await deps.service.getTask(task.taskId, signal);
  const now = deps.now();
  if (observed === undefined) {
    if (look.gone)
      return commit(task, taskDeleted(task.snapshot, context(look, now, undefined, deps)), now, deps);
    deps.log.info('A task cannot be found, and no complete list lacks it: the next poll decides', {
      taskId: task.taskId,
    });
    return UNCHANGED;
  }
  const criteria = await criteriaFor(observed.facts, task.snapshot.criteria, deps, signal);
  const result = diff(task.snapshot, observed.facts, context(look, now, criteria, deps));
  return isWorthWriting(task.snapshot, result) ? commit(task, result, now, deps) : UNCHANGED;
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
  const criteria = await criteriaFor(facts, undefined, deps, signal);
  const result = startTracking(facts, reason, context(look, now, criteria, deps));
  const next = applyDiff(task, head, result, { ...deps.chain, now });
  return write(next, result, deps);
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

function context(
  look: Exclude<Look, { kind: 'untrack' }>,
  now: number,
  criteria: ConfigurationCriteria | undefined,
  { progressEvents }: ObserveDeps,
): DiffContext {
  const listedLastUpdatedAt = look.listed?.lastUpdatedAt;
  return {
    now,
    progressEvents,
    ...(criteria !== undefined && { criteria }),
    ...(listedLastUpdatedAt !== undefined && { listedLastUpdatedAt }),
  };
}

async function criteriaFor(
  { configurationId }: TaskFacts,
  known: ConfigurationCriteria | undefined,
  { criteria }: ObserveDeps,
  signal: AbortSignal,
): Promise<ConfigurationCriteria | undefined> {
  if (configurationId === undefined || known?.configurationId === configurationId) return known;
  return criteria.read(configurationId, signal);
}
