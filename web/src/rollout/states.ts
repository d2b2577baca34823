import type { Counts } from '../../../lib/api/generated/api.ts';
import { THING_STATES, type ThingState } from '../thing-states.ts';

/** How the chart stacks things, from the bottom: failures stand on the zero line, so that their height can be read. */
export const STACK: readonly ThingState[] = [
  'failed',
  'timedOut',
  'rejected',
  'succeeded',
  'inProgress',
  'queued',
  'removed',
  'canceled',
];

const NAMES = new Map<string, string>(THING_STATES.map(({ state, name }) => [state, name]));

export const stateName = (state: ThingState): string => NAMES.get(state) ?? state;

/** The name of its color in style sheets. */
export const stateColor = (state: ThingState): string => `--${stateName(state).replace(' ', '-')}`;

/** Things that have received the task: what abort criteria take their share of. */
export function executed({ inProgress, succeeded, failed, rejected, timedOut }: Counts): number {
  return inProgress + succeeded + failed + rejected + timedOut;
}

export interface Change {
  readonly state: ThingState;
  readonly by: number;
}

/** Which counts differ, and by how much. */
export function changes(before: Counts, after: Counts): Change[] {
  return THING_STATES.map(({ state }) => ({ state, by: after[state] - before[state] })).filter(
    ({ by }) => by !== 0,
  );
}
