import { configurationInForce } from '../domain/diff.ts';
import { undeliveredOf } from '../domain/fleet/undelivered.ts';
import { lastLookOf, viewOfEnded, viewOfLive } from '../domain/fleet/view.ts';
import type { Snapshot, TaskFacts } from '../domain/task.ts';
import type { LastLook, LiveTask, TrackedTask } from '../domain/tracked.ts';
import { UnreadableItemError } from '../errors.ts';
import type { Configuration, TaskDetail } from './generated/api.ts';
import { causeIn, pastTask } from './past-task.ts';
import type { Fleet, HistoryPages } from './ports.ts';
import { ProblemError } from './problem.ts';
import { createTaskRules, type TaskRulesDeps } from './task-rules.ts';

export interface ShowTaskDeps extends TaskRulesDeps {
  readonly fleet: Pick<Fleet, 'one'>;
  readonly history: Pick<HistoryPages, 'ofTask' | 'first'>;
}

/** In the last look of a task, all of its breaches close after its change of status. */
const LAST_ROWS = 50;

/** What is found out about a task; the rest is as for one that is over. */
type Found = Pick<TaskDetail, 'task'> & Partial<TaskDetail>;

/**
 * Shows all that is known of a task now. What the service says of it is remembered for a minute.
 *
 * @returns a function that gives undefined for a task of which neither table knows, and throws what the database answers, and a
 * ProblemError for a task of which nothing can be understood
 */
export function createShowTask(deps: ShowTaskDeps): (taskId: string) => Promise<TaskDetail | undefined> {
  const { fleet, history, now } = deps;
  const rulesOf = createTaskRules(deps);

  const lastRows = async (taskId: string) => {
    const page = await history.ofTask(taskId, { filter: {}, order: 'desc', limit: LAST_ROWS });
    return page.rows;
  };

  const causeOf = async ({ taskId, status }: TaskFacts, outbox: readonly object[]) =>
    status === 'CANCELED' ? (causeIn(outbox.toReversed()) ?? causeIn(await lastRows(taskId))) : undefined;

  const showLive = async (item: LiveTask): Promise<Found> => {
    const { snapshot, stopped, outbox } = item;
    const task = viewOfLive(item, now());
    if (stopped !== undefined) return foundOf(task, snapshot.facts, await causeOf(snapshot.facts, outbox));
    const configuration = configurationOf(snapshot);
    return {
      ...foundOf(task, snapshot.facts),
      ...(configuration && { configuration }),
      ...(await rulesOf(snapshot)),
    };
  };

  const showEnded = async (last: LastLook): Promise<Found> =>
    foundOf(viewOfEnded(last), last.facts, await causeOf(last.facts, []));

  const showPast = async (taskId: string): Promise<Found | undefined> => {
    const [first, [last, ...before]] = await Promise.all([history.first(taskId), lastRows(taskId)]);
    return first && last && pastTask(first, [last, ...before]);
  };

  /** An item of another version says that its task is tracked, or was until a few days ago; the history says which. */
  const showUnreadable = async (taskId: string): Promise<Found> => {
    const found = await showPast(taskId);
    if (found === undefined) throw nothingReadable(taskId);
    const state = found.task.stopped === undefined ? 'live' : 'ended';
    return { ...found, task: { ...found.task, state }, rulesUnknown: OF_ANOTHER_VERSION };
  };

  const find = (taskId: string, item: TrackedTask | undefined) => {
    if (item?.state === 'live') return showLive(item);
    const last = item && lastLookOf(item, now());
    return last === undefined ? showPast(taskId) : showEnded(last);
  };

  const show = async (taskId: string): Promise<TaskDetail | undefined> => {
    const item = await readItem(taskId, fleet);
    if (item === 'unreadable') return detailOf(await showUnreadable(taskId), undefined);
    const found = await find(taskId, item);
    return found && detailOf(found, item);
  };

  return async (taskId) => {
    try {
      return await show(taskId);
    } catch (error) {
      throw error instanceof UnreadableItemError ? nothingReadable(taskId, error) : error;
    }
  };
}

const OF_ANOTHER_VERSION =
  'What the poll knows of the task is of another version of ota-watch. What is shown is from its history, which does not tell which breaches are open.';

function nothingReadable(taskId: string, cause?: Error): ProblemError {
  return new ProblemError('not-found', `What is stored of task ${taskId} cannot be understood`, {
    cause,
  });
}

async function readItem(
  taskId: string,
  fleet: Pick<Fleet, 'one'>,
): Promise<TrackedTask | 'unreadable' | undefined> {
  try {
    return await fleet.one(taskId);
  } catch (error) {
    if (error instanceof UnreadableItemError) return 'unreadable';
    throw error;
  }
}

function detailOf(found: Found, item: TrackedTask | undefined): TaskDetail {
  const { head } = item ?? {};
  return { rules: [], undelivered: undeliveredOf(item), ...(head && { head }), ...found };
}

function foundOf(
  task: TaskDetail['task'],
  { taskArn, accountId, region, endBehavior }: TaskFacts,
  inferredCause?: TaskDetail['inferredCause'],
): Found {
  return {
    task,
    taskArn,
    accountId,
    region,
    ...(endBehavior !== undefined && { endBehavior }),
    ...(inferredCause !== undefined && { inferredCause }),
  };
}

function configurationOf({ facts, configuration }: Snapshot): Configuration | undefined {
  const inForce = configurationInForce(facts, undefined, configuration);
  if (inForce === undefined) return undefined;
  const { configurationId, criteria, pace, inProgressTimeoutMinutes } = inForce;
  return {
    configurationId,
    criteria: [...criteria],
    ...pace,
    ...(inProgressTimeoutMinutes !== undefined && { inProgressTimeoutMinutes }),
  };
}
