/** Things by state, as the service counts them. */
export const THING_STATES = [
  'queued',
  'inProgress',
  'succeeded',
  'failed',
  'rejected',
  'timedOut',
  'removed',
  'canceled',
] as const;
export type Things = Readonly<Record<(typeof THING_STATES)[number], number>>;
export type Counts = Things & { readonly total: number };

/** A task as the simulated service has it. Instants are epoch milliseconds. */
export interface TaskState {
  readonly status: string;
  readonly things: Things;
  readonly configurationId: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** When the service cancels what is left; in whole minutes. */
  readonly endsAt?: number;
}

export const NO_THINGS: Things = {
  queued: 0,
  inProgress: 0,
  succeeded: 0,
  failed: 0,
  rejected: 0,
  timedOut: 0,
  removed: 0,
  canceled: 0,
};

export function countsOf(things: Things): Counts {
  return { ...things, total: THING_STATES.reduce((total, state) => total + things[state], 0) };
}

export function isSame(some: Things, others: Things): boolean {
  return THING_STATES.every((state) => some[state] === others[state]);
}

/** Statuses of the contract that are an end. */
export function isOver(status: string): boolean {
  return status === 'COMPLETED' || status === 'CANCELED' || status === 'DELETED';
}
