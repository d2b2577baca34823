import type { Counts } from '../../lib/api/generated/api.ts';

export type ThingState = Exclude<keyof Counts, 'total'>;

/** The eight states, in the order of bars and lists, and how people call them. */
export const THING_STATES: readonly { readonly state: ThingState; readonly name: string }[] = [
  { state: 'succeeded', name: 'succeeded' },
  { state: 'inProgress', name: 'in progress' },
  { state: 'queued', name: 'queued' },
  { state: 'failed', name: 'failed' },
  { state: 'timedOut', name: 'timed out' },
  { state: 'rejected', name: 'rejected' },
  { state: 'canceled', name: 'canceled' },
  { state: 'removed', name: 'removed' },
];
