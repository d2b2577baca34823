import type { PublishedEvent } from '../../../lib/domain/events.ts';
import { pinnedTask, type Simulator } from '../../../local/simulator/simulator.ts';
import { aRule, events } from '../../support/alert-events.ts';
import { validateDetail } from '../../support/event-schemas.ts';

/** A rollout with a channel and a service of its own, so that nothing waits for what another had to tell. */
export interface BenchRollout {
  readonly taskId: string;
  readonly started: PublishedEvent;
  readonly breached: PublishedEvent;
}

/** Name of the channel and of the service of a rollout. */
export const placeOf = (taskId: string) => `ota-${taskId}`;

/** A routing key that PagerDuty might have made. */
export const routingKeyOf = (taskId: string) => Buffer.from(taskId).toString('hex').padEnd(32, '0');

export const taskIdsOf = (name: string, count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${name}-${index}`);

/** Puts a rollout into the account, and builds its first two events. */
export function putRollout({ account }: Simulator, taskId: string): BenchRollout {
  const Tags = { 'ota-watch:slack-channel': placeOf(taskId), 'ota-watch:pagerduty-service': placeOf(taskId) };
  account.putTask(pinnedTask({ taskId, counts: { queued: 88, failed: 12 }, members: { Tags } }), taskId);
  const started = valid(events.started({ taskId }));
  const breached = valid(events.breached({ taskId, sequence: 2, rule: aRule() }));
  return { taskId, started, breached };
}

function valid(event: PublishedEvent): PublishedEvent {
  const problems = validateDetail(event.detailType, event.detail);
  if (problems.length > 0) throw new Error(`${event.detailType}: ${problems.join(', ')}`);
  return event;
}
