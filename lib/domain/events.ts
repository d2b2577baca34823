import type {
  CommonDetail,
  ConfigurationChangedDetail,
  EventSetAsideDetail,
  ProgressedDetail,
  StatusChangedDetail,
  ThresholdBreachedDetail,
  ThresholdRecoveredDetail,
  TrackingStartedDetail,
  TrackingStoppedDetail,
} from './generated/events.ts';

export type { InferredCause, StartReason, StopReason } from './generated/events.ts';

/** `source` of every event on the bus. */
export const SOURCE = 'ota-watch';

/** The detail that goes with each detail-type. `OTA Task Event Set Aside` is a history row only. */
interface Details {
  'OTA Task Tracking Started': TrackingStartedDetail;
  'OTA Task Status Changed': StatusChangedDetail;
  'OTA Task Configuration Changed': ConfigurationChangedDetail;
  'OTA Task Progressed': ProgressedDetail;
  'OTA Task Threshold Breached': ThresholdBreachedDetail;
  'OTA Task Threshold Recovered': ThresholdRecoveredDetail;
  'OTA Task Tracking Stopped': TrackingStoppedDetail;
  'OTA Task Event Set Aside': EventSetAsideDetail;
}

export type DetailType = keyof Details;

/** The detail-types that go on the bus. */
export type PublishedType = Exclude<DetailType, 'OTA Task Event Set Aside'>;

/** An event of one type as the bus carries it to subscribers. */
export interface EventOf<Type extends PublishedType> {
  readonly detailType: Type;
  readonly detail: Readonly<Details[Type]>;
}

/** An event as the bus carries it to subscribers. */
export type PublishedEvent = { [Type in PublishedType]: EventOf<Type> }[PublishedType];

/** A difference that was observed, before it has its place in the task's history: only the fields of its own kind. */
export type TaskEvent = {
  [Type in DetailType]: {
    readonly detailType: Type;
    readonly published: boolean;
    readonly body: Omit<Details[Type], keyof CommonDetail>;
  };
}[DetailType];

/**
 * A row of the history table: the event's detail with the fields of its own kind, and what the table adds. Only the fields
 * that every row has are named here; the others travel along.
 */
export interface HistoryRow extends Readonly<CommonDetail> {
  readonly detailType: DetailType;
  readonly published: boolean;
  /** Hash of the row before; left out in the first one. */
  readonly previousHash?: string;
  /** UTC day of `observedAt`, the key of the index by time. */
  readonly day: string;
  /** When the row may be forgotten, epoch seconds; left out when it is kept for good. */
  readonly expiresAt?: number;
}

/** The detail that goes on the bus: the row without what concerns only the table. */
export function detailOf(row: HistoryRow): CommonDetail {
  const { detailType, published, previousHash, day, expiresAt, ...detail } = row;
  return detail;
}
