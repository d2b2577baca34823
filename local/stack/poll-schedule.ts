import { type ScheduleDefinition, schedulesOf } from '../template/events.ts';
import type { JsonObject } from '../template/json.ts';
import { applyInput } from '../template/targets.ts';
import type { Template } from '../template/template.ts';
import { ACCOUNT_ID, REGION } from './environment.ts';
import { StackError } from './stack-error.ts';

/** Logical id of the schedule that starts the poll. */
const POLL_SCHEDULE = 'PollSchedule';

/** What the schedule of the poll does each time. */
export interface PollSchedule {
  readonly functionLogicalId: string;
  /** The payload of an invocation at an instant (epoch milliseconds). */
  payload(id: string, now: number): unknown;
}

export function pollScheduleOf(template: Template): PollSchedule {
  const schedule = schedulesOf(template).find(({ logicalId }) => logicalId === POLL_SCHEDULE);
  if (schedule === undefined) throw new StackError(`The template has no schedule ${POLL_SCHEDULE}`);
  const { target } = schedule;
  if (target.kind !== 'function') {
    const reason = target.kind === 'queue' ? 'its target is a queue' : target.reason;
    throw new StackError(`${POLL_SCHEDULE}: ${reason}`);
  }
  return {
    functionLogicalId: target.functionLogicalId,
    payload: (id, now) => applyInput(target.input, scheduledEvent(schedule, id, now)),
  };
}

/** What EventBridge Scheduler sends to a target without an input of its own. */
function scheduledEvent({ name }: ScheduleDefinition, id: string, now: number): JsonObject {
  return {
    version: '0',
    id,
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account: ACCOUNT_ID,
    time: new Date(now).toISOString().replace(/\.\d+Z$/, 'Z'),
    region: REGION,
    resources: [`arn:aws:scheduler:${REGION}:${ACCOUNT_ID}:schedule/default/${name}`],
    detail: '{}',
  };
}
