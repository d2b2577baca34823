import type { RolloutView } from './rollout-view.ts';

/** Sequences of events that were passed over because they did not come in time: from and to, both included. */
export type Gap = readonly [from: number, to: number];

/** An event waits for its destination to take it. Instants are epoch milliseconds. */
export interface Hold {
  readonly sequence: number;
  /** Not before then is it tried again. */
  readonly from: number;
  /** Those after it wait as well, until then. */
  readonly until: number;
}

/** Which events of a task have been dealt with. */
export interface Progress {
  /** Highest sequence that was dealt with; 0 for none. */
  readonly applied: number;
  /** Where earlier events may still come late, in order; the oldest are forgotten past a bound. */
  readonly gaps: readonly Gap[];
  /** When `applied` last grew, epoch milliseconds: while it does, those that wait for their predecessors go on waiting. */
  readonly appliedAt?: number;
  /** An event that its destination did not take. */
  readonly held?: Hold;
}

/** What is to be done with an event. */
export type Turn =
  /** It has been dealt with. */
  | 'duplicate'
  /** An earlier event is expected first. */
  | 'wait'
  /** It is next, or its predecessor did not come in time. */
  | 'next'
  /** It was passed over before: later ones have been dealt with. */
  | 'late';

/** The message of a rollout that is edited as it goes. */
export interface RolloutMessage {
  /** Id of the channel that the destination gave it. */
  readonly channel: string;
  readonly ts: string;
  /** Sequence of the view that it shows. */
  readonly shown: number;
}

/** An incident that was opened for a breach, until it is resolved. */
export interface Incident {
  readonly dedupKey: string;
  /** Of the event that opened it. */
  readonly sequence: number;
}

/** Says that somebody is about to send something, so that nobody else does, and what it was if they never finish. */
export interface Claim {
  /** Names who. */
  readonly by: string;
  /** Epoch milliseconds. */
  readonly since: number;
  /** When nobody is at work on it any more, epoch milliseconds. */
  readonly until: number;
  /** What may have been sent under it. */
  readonly posts: readonly ClaimedPost[];
}

/** A post that may have been sent: by its id, it can be looked for. */
export interface ClaimedPost {
  readonly id: string;
  /** Of the task's events that it tells. */
  readonly sequences: readonly number[];
}

/** What one destination (a channel, a service) has been told of one task. */
export interface Ledger extends Progress {
  /** `slack:#channel` or `pagerduty:service`. */
  readonly target: string;
  readonly taskId: string;
  /** Counts writes; 0 before the first. */
  readonly version: number;
  /** Left out before the first event. */
  readonly view?: RolloutView;
  readonly message?: RolloutMessage;
  /** By rule id. */
  readonly incidents: Readonly<Record<string, Incident>>;
  readonly claim?: Claim;
  /** Sequences that were sent by somebody who did not come to write it down: of events that are to come again. */
  readonly sent?: readonly number[];
}
