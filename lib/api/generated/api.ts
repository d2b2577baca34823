// Generated from api/openapi.yml by `npm run generate`. Do not edit.

/**
 * @minItems 1
 * @maxItems 4
 */
export type Severities = ('info' | 'warning' | 'error' | 'critical')[];
/**
 * @minItems 1
 * @maxItems 8
 */
export type DetailTypes = (
  | 'OTA Task Tracking Started'
  | 'OTA Task Status Changed'
  | 'OTA Task Configuration Changed'
  | 'OTA Task Progressed'
  | 'OTA Task Threshold Breached'
  | 'OTA Task Threshold Recovered'
  | 'OTA Task Tracking Stopped'
  | 'OTA Task Event Set Aside'
)[];

export interface Api {
  Instant: string;
  /**
   * ISO 8601 with a time zone, for example `2026-11-22T12:00:00Z`.
   */
  GivenInstant: string;
  TaskId: string;
  Order: 'asc' | 'desc';
  Severity: 'info' | 'warning' | 'error' | 'critical';
  Severities: Severities;
  DetailType:
    | 'OTA Task Tracking Started'
    | 'OTA Task Status Changed'
    | 'OTA Task Configuration Changed'
    | 'OTA Task Progressed'
    | 'OTA Task Threshold Breached'
    | 'OTA Task Threshold Recovered'
    | 'OTA Task Tracking Stopped'
    | 'OTA Task Event Set Aside';
  DetailTypes: DetailTypes;
  Counts: Counts;
  Count: number;
  OpenBreach: OpenBreach;
  Task: Task;
  TaskList: TaskList;
  /**
   * The `cursor` of the next page; left out on the last one.
   */
  NextCursor: string;
  AbortCriterion: AbortCriterion;
  Configuration: Configuration;
  Observed: Observed;
  RuleStanding: RuleStanding;
  Undelivered: Undelivered;
  Head: Head;
  TaskDetail: TaskDetail;
  Rule: Rule;
  SampleThing: SampleThing;
  HistoryRow: HistoryRow;
  HistoryPage: HistoryPage;
  SeriesPoint: SeriesPoint;
  Series: Series;
  ChainProblem: ChainProblem;
  ChainReport: ChainReport;
  Health: Health;
  BadParameter: BadParameter;
  Problem: Problem;
  ListTasksQuery: ListTasksQuery;
  GetTaskHistoryQuery: GetTaskHistoryQuery;
  GetTaskSeriesQuery: GetTaskSeriesQuery;
  ListHistoryQuery: ListHistoryQuery;
  ExportHistoryQuery: ExportHistoryQuery;
  AuditTaskQuery: AuditTaskQuery;
}
/**
 * Things by state; `total` is the sum of the eight.
 */
export interface Counts {
  queued: number;
  inProgress: number;
  succeeded: number;
  failed: number;
  rejected: number;
  timedOut: number;
  removed: number;
  canceled: number;
  total: number;
}
/**
 * A breach that goes on.
 */
export interface OpenBreach {
  /**
   * Id of the rule, unique in the task.
   */
  rule: string;
  kind: string;
  severity: 'info' | 'warning' | 'error' | 'critical';
  since: string;
  /**
   * What was observed when it was breached; in the unit of the rule's kind.
   */
  value: number;
  limit: number;
  numerator?: number;
  denominator?: number;
  /**
   * It is in the history only.
   */
  muted?: true;
}
/**
 * How a task stands, or how it ended.
 */
export interface Task {
  taskId: string;
  /**
   * `live`: tracked; `ended`: over within the last seven days; `past`: known from its history only.
   *
   */
  state: 'live' | 'ended' | 'past';
  status: string;
  counts: Counts;
  /**
   * Share of things that are finished in any way. Left out while the task has no things.
   */
  percentComplete?: number;
  configurationId?: string;
  otaType?: string;
  description?: string;
  trackedSince?: string;
  /**
   * From the task's schedule.
   */
  startTime?: string;
  /**
   * From the task's schedule.
   */
  endTime?: string;
  /**
   * As the API of the service reports it.
   */
  lastUpdatedAt?: string;
  endedAt?: string;
  /**
   * Why it is no longer tracked.
   */
  stopped?: 'completed' | 'canceled' | 'deleted' | 'requested';
  /**
   * Things finished per minute over the last 15 minutes. Left out where nothing was measured.
   */
  ratePerMinute?: number;
  estimatedEndAt?: string;
  /**
   * Since when the service does not answer for it.
   */
  unreadableSince?: string;
  /**
   * Of its open breaches; of muted ones only if there are no others.
   */
  worstSeverity?: 'info' | 'warning' | 'error' | 'critical';
  /**
   * Worst first, muted ones last.
   */
  breaches: OpenBreach[];
  /**
   * Events that the bus has not accepted yet, and rows that the history does not have yet.
   */
  undelivered: number;
}
export interface TaskList {
  items: Task[];
  /**
   * Tasks that the filters let through, on all pages.
   */
  total: number;
  /**
   * Items of the table that this version cannot understand. They are in no page.
   */
  unreadable: number;
  /**
   * The `cursor` of the next page; left out on the last one.
   */
  next?: string;
}
export interface AbortCriterion {
  failureType: string;
  thresholdPercentage: number;
  minExecutedThings: number;
}
/**
 * What rules know of the task's configuration.
 */
export interface Configuration {
  configurationId: string;
  /**
   * At which AWS cancels the rollout.
   */
  criteria: AbortCriterion[];
  maximumPerMinute?: number;
  basePerMinute?: number;
  inProgressTimeoutMinutes?: number;
}
export interface Observed {
  value: number;
  limit: number;
  unit: 'percent' | 'things' | 'seconds' | 'tags';
  numerator?: number;
  denominator?: number;
}
/**
 * A rule that applies to the task, and how far it is from a breach.
 */
export interface RuleStanding {
  id: string;
  kind: string;
  severity: 'info' | 'warning' | 'error' | 'critical';
  description: string;
  /**
   * `breached`; `holding`: it will be breached if that lasts; `clear`; `silent`: it says nothing now, whatever the numbers;
   * `told`: once and for all.
   *
   */
  standing: 'breached' | 'holding' | 'clear' | 'silent' | 'told';
  /**
   * How far it is from a breach.
   */
  words: string;
  observed: Observed;
}
/**
 * What of the task's events is on its way.
 */
export interface Undelivered {
  count: number;
  /**
   * Rows that the history does not have yet.
   */
  unrecorded: number;
  /**
   * Events that the bus has not accepted yet.
   */
  unpublished: number;
  oldestObservedAt?: string;
}
/**
 * The end of the task's history, as the poll knows it.
 */
export interface Head {
  sequence: number;
  hash: string;
  publishedSequence?: number;
}
export interface TaskDetail {
  task: Task;
  taskArn?: string;
  accountId?: string;
  region?: string;
  endBehavior?: string;
  /**
   * Of a cancellation. The service gives no reason; this is what the facts point to.
   */
  inferredCause?: 'abort-criteria' | 'end-time' | 'operator';
  configuration?: Configuration;
  /**
   * Of a live task; none of one that is over.
   */
  rules: RuleStanding[];
  /**
   * Why the rules are not shown although the task is live. The open breaches are, save for a task of which the poll knows what this
   * version cannot read: that is shown from its history.
   *
   */
  rulesUnknown?: string;
  undelivered: Undelivered;
  head?: Head;
}
export interface Rule {
  id: string;
  kind: string;
  severity: 'info' | 'warning' | 'error' | 'critical';
  description: string;
}
export interface SampleThing {
  managedThingId: string;
  status: string;
  retryAttempt?: number;
  lastUpdatedAt?: string;
}
/**
 * A row of the history as it is stored: the detail of the event (`events/schemas` has all of its fields), what kind it is,
 * and its place in the chain. Later versions may add fields.
 *
 */
export interface HistoryRow {
  schemaVersion: string;
  eventId: string;
  taskId: string;
  sequence: number;
  previousSequence?: number;
  observedAt: string;
  detailType:
    | 'OTA Task Tracking Started'
    | 'OTA Task Status Changed'
    | 'OTA Task Configuration Changed'
    | 'OTA Task Progressed'
    | 'OTA Task Threshold Breached'
    | 'OTA Task Threshold Recovered'
    | 'OTA Task Tracking Stopped'
    | 'OTA Task Event Set Aside';
  published: boolean;
  status: string;
  counts: Counts;
  taskArn?: string;
  accountId?: string;
  region?: string;
  configurationId?: string;
  otaType?: string;
  description?: string;
  lastUpdatedAt?: string;
  previousHash?: string;
  hash: string;
  day: string;
  expiresAt?: number;
  reason?: string;
  previousStatus?: string;
  terminal?: boolean;
  inferredCause?: string;
  previousConfigurationId?: string;
  previousCounts?: Counts;
  percentComplete?: number;
  ratePerMinute?: number;
  estimatedCompletionAt?: string;
  rule?: Rule;
  observed?: Observed;
  summary?: string;
  breachedAt?: string;
  durationSeconds?: number;
  reminder?: number;
  flapping?: boolean;
  sampleThings?: SampleThing[];
  setAsideSequence?: number;
  errorCode?: string;
  errorMessage?: string;
}
export interface HistoryPage {
  items: HistoryRow[];
  /**
   * The `cursor` of the next page; left out on the last one.
   */
  next?: string;
  /**
   * On an answer with `next`, the time up to which the search has come.
   */
  searchedThrough?: string;
}
export interface SeriesPoint {
  sequence: number;
  observedAt: string;
  status: string;
  counts: Counts;
}
export interface Series {
  taskId: string;
  /**
   * Rows that the points are taken from.
   */
  rows: number;
  points: SeriesPoint[];
}
export interface ChainProblem {
  /**
   * Of the row at which it was found. No whole number where somebody put a row between two places.
   */
  sequence: number;
  /**
   * `hash`: the row is not what was hashed; `link`: it does not continue the row before it; `gap`: rows are missing before
   * it; `identity`: it is another event than its place says; `head`: the history ends elsewhere than the poll knows.
   *
   */
  kind: 'hash' | 'link' | 'gap' | 'identity' | 'head';
  message: string;
}
export interface ChainReport {
  taskId: string;
  /**
   * `intact`: every row is as it was written and continues the one before; `incomplete`: so are those that are there, and
   * others are missing, see `problems`, which may have expired, as the time for which rows are kept was changed or is over;
   * `broken`: see `problems`; `checking`: not broken so far, and there is more (`next`).
   *
   */
  verdict: 'intact' | 'incomplete' | 'broken' | 'checking';
  /**
   * Rows that were checked so far.
   */
  rows: number;
  firstSequence?: number;
  lastSequence?: number;
  /**
   * Hash of the last row; the event of that row that any subscriber has says the same.
   */
  lastHash?: string;
  /**
   * Whether the rows begin with the first one. If not, older rows have expired.
   */
  beginsAtFirst: boolean;
  /**
   * `known`: the last row is the one that the poll knows as the last; `unknown`: the poll no longer knows; `not-yet`: there is
   * more to check.
   *
   */
  end: 'known' | 'unknown' | 'not-yet';
  /**
   * At most 100. Of a chain that is not broken, what may have expired.
   */
  problems: ChainProblem[];
  /**
   * The `cursor` of the next page; left out on the last one.
   */
  next?: string;
}
export interface Health {
  poller: {
    /**
     * `polling`; `silent`: no poll has ended well for more than three periods and a half; `unknown`: that cannot be told.
     *
     */
    state: 'polling' | 'silent' | 'unknown';
    periodSeconds: number;
    /**
     * When a poll last ended well, to the minute at most.
     */
    lastPollAt?: string;
  };
  tasks: {
    live: number;
    ended: number;
    /**
     * Items that this version cannot understand.
     */
    unreadable: number;
    /**
     * Events that wait for the history or the bus.
     */
    undelivered: number;
    oldestUndeliveredAt?: string;
  };
  caller: {
    roles: ('reader' | 'exporter')[];
  };
}
export interface BadParameter {
  name: string;
  in: 'query' | 'path';
  message: string;
}
/**
 * RFC 9457.
 */
export interface Problem {
  type: string;
  title: string;
  status: number;
  detail?: string;
  /**
   * Of the request, those that are wrong.
   */
  parameters?: BadParameter[];
  /**
   * For the log.
   */
  requestId?: string;
}
export interface ListTasksQuery {
  /**
   * Those that are tracked, or those that have ended. Left out, both.
   */
  state?: 'live' | 'ended';
  /**
   * Any of these statuses.
   *
   * @minItems 1
   * @maxItems 20
   */
  status?: string[];
  severity?: Severities;
  configurationId?: string;
  /**
   * Text that the task id, the description or the configuration id contains, whatever the case.
   */
  q?: string;
  /**
   * `trouble`: worst open breach first, then failures, then the rest by age. `end`: by estimated or actual end.
   * Tasks for which the sorted value is not known come last, in either order.
   *
   */
  sort: 'trouble' | 'taskId' | 'status' | 'since' | 'progress' | 'failed' | 'rate' | 'end';
  order?: 'asc' | 'desc';
  limit: number;
  /**
   * Where to go on, `next` of an earlier answer to the same request.
   */
  cursor?: string;
}
export interface GetTaskHistoryQuery {
  type?: DetailTypes;
  /**
   * ISO 8601 with a time zone, for example `2026-11-22T12:00:00Z`.
   */
  from?: string;
  /**
   * ISO 8601 with a time zone, for example `2026-11-22T12:00:00Z`.
   */
  to?: string;
  order: 'asc' | 'desc';
  limit: number;
  /**
   * Where to go on, `next` of an earlier answer to the same request.
   */
  cursor?: string;
}
export interface GetTaskSeriesQuery {
  /**
   * At most so many points.
   */
  points: number;
}
export interface ListHistoryQuery {
  /**
   * ISO 8601 with a time zone, for example `2026-11-22T12:00:00Z`.
   */
  from?: string;
  /**
   * ISO 8601 with a time zone, for example `2026-11-22T12:00:00Z`.
   */
  to?: string;
  type?: DetailTypes;
  severity?: Severities;
  taskId?: string;
  order: 'asc' | 'desc';
  limit: number;
  /**
   * Where to go on, `next` of an earlier answer to the same request.
   */
  cursor?: string;
}
export interface ExportHistoryQuery {
  format: 'csv' | 'jsonl';
  /**
   * ISO 8601 with a time zone, for example `2026-11-22T12:00:00Z`.
   */
  from?: string;
  /**
   * ISO 8601 with a time zone, for example `2026-11-22T12:00:00Z`.
   */
  to?: string;
  type?: DetailTypes;
  severity?: Severities;
  taskId?: string;
  order: 'asc' | 'desc';
  /**
   * Where to go on, `next` of an earlier answer to the same request.
   */
  cursor?: string;
}
export interface AuditTaskQuery {
  /**
   * Where to go on, `next` of an earlier answer to the same request.
   */
  cursor?: string;
}
