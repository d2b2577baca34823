import type { LeftEvent, RemovedItem } from '../../lib/outbox/set-aside-item.ts';
import { isPollState } from '../../lib/ports.ts';
import { count } from '../lines.ts';

/** What there is to know after an item was deleted. */
export function aboutRemoved(taskId: string, { state, left, unknown }: RemovedItem): string[] {
  // What is recorded, and not for the bus, is delivered.
  return [
    ...left.filter(({ published, recorded }) => published || !recorded).map(aboutEvent),
    ...(unknown > 0 ? [`Its outbox has ${count(unknown, 'row')} more, of which only the file tells`] : []),
    nextStep(taskId, state),
  ];
}

function nextStep(taskId: string, state: string | undefined): string {
  if (isPollState(taskId))
    return 'It was the state of the polls. The next one begins anew: what ended before it is no news';
  return state === 'excluded'
    ? `It was kept from being tracked. Keep it so: npm run track -- remove ${taskId}`
    : `The next poll finds the task anew, where discovery does; else: npm run track -- add ${taskId}`;
}

function aboutEvent({ eventId, detailType, recorded }: LeftEvent): string {
  const about = `Event ${eventId} (${detailType})`;
  return recorded
    ? `${about} is recorded, and may not have reached the bus: npm run outbox -- resend ${eventId}`
    : `${about} was not recorded: only the file has it, and the next poll tells how the task is then`;
}
