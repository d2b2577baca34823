import type { TaskStore } from '../ports.ts';
import type { RepublishedHistory, RowPlace, RowSelection } from './ports.ts';
import { isSettled, type RunState } from './run-state.ts';

/** What a run is to publish. */
export interface Plan {
  readonly places: readonly RowPlace[];
  /** Events that are, or may be, yet to be published for the first time: a poll does that. */
  readonly waiting: number;
}

export interface PlanDeps {
  readonly history: Pick<RepublishedHistory, 'places'>;
  readonly tasks: Pick<TaskStore, 'readAll'>;
}

/**
 * Finds the rows of a selection that a run has not dealt with.
 *
 * @throws what the database answers
 */
export async function planRun(
  selection: RowSelection,
  state: RunState,
  { history, tasks }: PlanDeps,
): Promise<Plan> {
  const left: RowPlace[] = [];
  for await (const page of history.places(selection))
    left.push(...page.filter((place) => !isSettled(state, place)));
  // After the rows, which are in outboxes before they are in the history: one that is not there went out.
  const waitingFrom = await outboxes(tasks);
  const isWaiting = ({ taskId, sequence }: RowPlace) =>
    sequence >= (waitingFrom.get(taskId) ?? Number.POSITIVE_INFINITY);
  const places = left.filter((place) => !isWaiting(place));
  return { places, waiting: left.length - places.length };
}

/** The first event of each outbox; of one that cannot be understood, all may be in it. */
async function outboxes(tasks: PlanDeps['tasks']): Promise<ReadonlyMap<string, number>> {
  const stored = await tasks.readAll();
  const known = stored.tasks.flatMap((task) => {
    const first = task.state === 'live' ? task.outbox.find(({ published }) => published) : undefined;
    return first === undefined ? [] : [[task.taskId, first.sequence] as const];
  });
  return new Map([...known, ...stored.unreadable.map(({ taskId }) => [taskId, 1] as const)]);
}
