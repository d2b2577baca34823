import type { Severity } from '../generated/events.ts';
import type { Match } from '../rules/rule-set.ts';

/** Kinds of events that routes choose by. A recovery goes where its breach went. */
export const EVENT_KINDS = ['tracking', 'status', 'configuration', 'progress', 'breach'] as const;
export type EventKind = (typeof EVENT_KINDS)[number];

/** Stands for the channel or service that the owner of a task named in a tag, else for the default one. */
export const OWNER = 'owner';

/** An entry of `alerts.routes`. Every condition that is given has to hold. */
export interface Route {
  /** The tasks that it is for: all of them if left out. `abortCriteria` is never set. */
  readonly match?: Match;
  /** Breaches and recoveries of these severities; events that have none are not affected. */
  readonly severity?: readonly Severity[];
  readonly events?: readonly EventKind[];
  /** Channels: names with `#`, ids, or OWNER. Empty: nowhere. Left out: the route says nothing about Slack. */
  readonly slack?: readonly string[];
  /** Services, or OWNER. */
  readonly pagerduty?: readonly string[];
}

/** The part `alerts` of the rule file. */
export interface AlertSettings {
  /** More alerts than this at once in one place become one message. */
  readonly groupAbove: number;
  /** Key of the tag in which a task names the channel of its owner. */
  readonly channelTag: string;
  /** Key of the tag in which a task names the PagerDuty service of its owner. */
  readonly serviceTag: string;
  readonly routes: readonly Route[];
}

export const DESTINATIONS = ['slack', 'pagerduty'] as const;
export type Destination = (typeof DESTINATIONS)[number];
