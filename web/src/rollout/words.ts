import type { Task, TaskDetail } from '../../../lib/api/generated/api.ts';

const CAUSES: Readonly<Record<NonNullable<TaskDetail['inferredCause']>, string>> = {
  'abort-criteria': 'Canceled by AWS, as it seems: so many things failed that an abort criterion held.',
  'end-time': 'Canceled by AWS, as it seems: its end time had passed, and its end behavior is to cancel.',
  operator: 'Canceled by hand, as it seems: no abort criterion held, and its end time had not passed.',
};

/** What a cancellation is put down to. The service gives no reason. */
export function causeWords({ inferredCause }: Pick<TaskDetail, 'inferredCause'>): string | undefined {
  return inferredCause === undefined ? undefined : (CAUSES[inferredCause] ?? inferredCause);
}

const STOPPED: Readonly<Record<NonNullable<Task['stopped']>, string>> = {
  completed: 'It completed.',
  canceled: 'It was canceled.',
  deleted: 'It was deleted.',
  requested: 'Somebody asked for it to be tracked no longer.',
};

/** Why a task is no longer tracked. */
export function stoppedWords({ stopped }: Pick<Task, 'stopped'>): string | undefined {
  return stopped === undefined ? undefined : (STOPPED[stopped] ?? stopped);
}

const END_BEHAVIORS: Readonly<Record<string, string>> = {
  STOP_ROLLOUT: 'then no more things are notified',
  CANCEL: 'then things that have not begun are canceled',
  FORCE_CANCEL: 'then all that is not finished is canceled',
};

/** What the service does at the end time. */
export function endBehaviorWords(endBehavior: string | undefined): string | undefined {
  return endBehavior === undefined ? undefined : (END_BEHAVIORS[endBehavior] ?? endBehavior);
}
