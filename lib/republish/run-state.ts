import { z } from 'zod';

const EventId = z.object({ taskId: z.string(), sequence: z.int().positive() });

/** How far a run has come. */
export const RunState = z.object({
  version: z.literal(1),
  /** What the run was asked for: another one does not go on with it. */
  selection: z.string(),
  /** Epoch milliseconds, the same for each process of the run. */
  since: z.number(),
  until: z.number(),
  /** Events that the bus took. */
  accepted: z.int(),
  /** The last event of each task that is dealt with. */
  settled: z.record(z.string(), z.int()),
  /** Events of the request that is on its way. */
  underway: z.array(EventId),
  /** Events of which nobody knows whether the bus took them. */
  inDoubt: z.array(EventId),
  /** Nothing is left but what is in doubt. */
  finished: z.boolean(),
});

export type RunState = z.infer<typeof RunState>;
export type EventId = z.infer<typeof EventId>;

export function newRun(selection: string, since: number, until: number): RunState {
  return {
    version: 1,
    selection,
    since,
    until,
    accepted: 0,
    settled: {},
    underway: [],
    inDoubt: [],
    finished: false,
  };
}

/** Goes on where a process ended: what it had on its way may have been taken or not. */
export function resumed(state: RunState): RunState {
  return doubted({ ...state, underway: [] }, state.underway);
}

export function sending(state: RunState, events: readonly EventId[]): RunState {
  return { ...state, underway: events.map(({ taskId, sequence }) => ({ taskId, sequence })) };
}

/** The bus took these: nobody doubts that any more. */
export function taken(state: RunState, events: readonly EventId[]): RunState {
  return {
    ...settle(state, events),
    accepted: state.accepted + events.length,
    inDoubt: state.inDoubt.filter((doubt) => !events.some((event) => isSame(event, doubt))),
  };
}

/** The bus may have taken these: they are not sent again unless somebody asks for it. */
export function doubted(state: RunState, events: readonly EventId[]): RunState {
  const others = state.inDoubt.filter((doubt) => !events.some((event) => isSame(event, doubt)));
  const inDoubt = [...others, ...events.map(({ taskId, sequence }) => ({ taskId, sequence }))];
  return { ...settle(state, events), inDoubt };
}

/** Nothing more is to be done about these. */
export function settle(state: RunState, events: readonly EventId[]): RunState {
  const settled = { ...state.settled };
  for (const { taskId, sequence } of events) settled[taskId] = Math.max(settled[taskId] ?? 0, sequence);
  return { ...state, settled };
}

export function isSettled({ settled }: RunState, { taskId, sequence }: EventId): boolean {
  return sequence <= (settled[taskId] ?? 0);
}

export const eventIdOf = ({ taskId, sequence }: EventId) => `${taskId}:${sequence}`;

const isSame = (a: EventId, b: EventId) => a.taskId === b.taskId && a.sequence === b.sequence;
