import { configurationInForce } from '../domain/diff.ts';
import { undeliveredOf } from '../domain/fleet/undelivered.ts';
import { lastLookOf, viewOfEnded, viewOfLive } from '../domain/fleet/view.ts';
import type { Snapshot, TaskFacts } from '../domain/task.ts';
import type { LastLook, LiveTask, TrackedTask } from '../domain/tracked.ts';
import type { Configuration, TaskDetail } from './generated/api.ts';
import { causeIn, pastTask } from './past-task.ts';
import type { Fleet, HistoryPages } from './ports.ts';
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
 * @returns a function that gives undefined for a task of which neither table knows, and throws what the database answers
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

  const find = (taskId: string, item: TrackedTask | undefined) => {
    if (item?.state === 'live') return showLive(item);
    const last = item && lastLookOf(item, now());
    return last === undefined ? showPast(taskId) : showEnded(last);
  };

  return async (taskId) => {
    const item = await fleet.one(taskId);
    const found = await find(taskId, item);
    const { head } = item ?? {};
    return found && { rules: [], undelivered: undeliveredOf(item), ...(head && { head }), ...found };
  };
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
