import type { ClaimedPost } from '../domain/alerts/ledger.ts';
import type { RunEvent, TaskRun } from './run.ts';

const ROOT = 'rollout:';
const DIGEST = 'digest:';

/** The post that tells of one event. */
export function postOf({ received: { event } }: RunEvent): ClaimedPost {
  return { id: event.detail.eventId, sequences: [event.detail.sequence] };
}

/** The message of a rollout, which tells of no event in particular. */
export function rootOf({ ledger, events: [first] }: TaskRun): ClaimedPost {
  const sequence = first?.received.event.detail.sequence ?? ledger.applied;
  return { id: `${ROOT}${ledger.taskId}:${sequence}`, sequences: [] };
}

/** Id of the message that tells of all these events. */
export function digestIdOf(events: readonly RunEvent[], hash: (value: string) => string): string {
  return `${DIGEST}${hash(events.map((event) => postOf(event).id).join())}`;
}

export function isRoot({ id }: ClaimedPost): boolean {
  return id.startsWith(ROOT);
}

/** Whether a post is in a thread. */
export function isReply(post: ClaimedPost): boolean {
  return !isRoot(post) && !post.id.startsWith(DIGEST);
}
