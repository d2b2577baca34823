import { alertHash } from '../../lib/alerts/hash.ts';
import { dedupKeyOf } from '../../lib/domain/alerts/dedup-key.ts';
import type { EventOf, PublishedEvent } from '../../lib/domain/events.ts';
import { milestoneOf } from '../../lib/domain/progress.ts';
import { type ChangeSource, changeOf } from '../../lib/pagerduty/change.ts';
import type { Change } from '../../local/pagerduty/incidents.ts';
import type { PagerDutyStandIn } from '../../local/pagerduty/pagerduty.ts';
import type { Audit } from './alert-audit.ts';
import { viewOf } from './alert-events.ts';
import type { NotifierWorld } from './notifier-world.ts';

const GROUP = 'ota-watch-group:';

type Seen = Pick<NotifierWorld, 'pagerDuty' | 'heldUp'>;

export interface PagerDutyAudit extends Audit {
  /** Breaches that came when they were known to be over, since a process died with them or those before: nobody is paged. */
  readonly overtaken: readonly string[];
}

/** Looks for every event of the streams (one for each task) in all that PagerDuty shows. */
export function auditPagerDuty(seen: Seen, streams: readonly (readonly PublishedEvent[])[]): PagerDutyAudit {
  const { pagerDuty } = seen;
  const changes = findings(changesIn(pagerDuty, streams.flat().filter(isChange)));
  const breaches = findings(streams.flatMap((stream) => breachesIn(seen, stream)));
  return {
    told: changes.told + breaches.told,
    doubled: [...changes.doubled, ...breaches.doubled],
    lost: [...changes.lost, ...breaches.lost],
    overtaken: breaches.overtaken,
    problems: [
      ...streams.flatMap((stream) => auditEnd(pagerDuty, stream)),
      ...auditGroups(pagerDuty, streams.flatMap(openIn)),
    ],
  };
}

type Breach = EventOf<'OTA Task Threshold Breached'>;

interface Count {
  readonly what: string;
  readonly published: number;
  /** Of those, events that have to be told whatever happens. */
  readonly owed: number;
  readonly shown: number;
}

function changesIn({ changes }: PagerDutyStandIn, events: readonly ChangeSource[]): Count[] {
  const all = changes();
  return events.map((event) => {
    const { summary, timestamp, source } = changeOf(event, {}).payload;
    const isIt = (change: Change) =>
      change.summary === summary && change.timestamp === timestamp && change.source === source;
    return {
      what: `${event.detail.eventId} (change)`,
      published: 1,
      owed: 1,
      shown: all.filter(isIt).length,
    };
  });
}

function breachesIn({ pagerDuty, heldUp }: Seen, stream: readonly PublishedEvent[]): Count[] {
  const open = new Set(openIn(stream));
  const bodies = [...heldUp];
  const isHeldUp = ({ detail }: PublishedEvent) =>
    bodies.some((body) => body.includes(`"${detail.eventId}"`));
  // Those that wait for an event that is held up go on without it after a while, and may come by each other.
  const heldUpFrom = Math.min(...stream.filter(isHeldUp).map(({ detail }) => detail.sequence));
  const mayBeLate = ({ detail }: Breach) => detail.sequence >= heldUpFrom;
  const byKey = Map.groupBy(stream.filter(isBreach), keyOf);
  return [...byKey].map(([what, breaches]) => {
    const triggers = incidentsOf(pagerDuty, what).reduce((sum, incident) => sum + incident.triggers, 0);
    const owed = Math.max(open.has(what) ? 1 : 0, breaches.filter((breach) => !mayBeLate(breach)).length);
    if (triggers > 0) return { what, published: breaches.length, owed, shown: triggers };
    return { what, published: 1, owed: Math.min(1, owed), shown: groupsWith(pagerDuty, breaches) };
  });
}

function findings(counts: readonly Count[]): Omit<PagerDutyAudit, 'problems'> {
  const repeated = (times: (count: Count) => number) =>
    counts.flatMap((count) => Array.from({ length: Math.max(0, times(count)) }, () => count.what));
  return {
    told: counts.reduce((sum, { shown }) => sum + shown, 0),
    lost: repeated(({ owed, shown }) => owed - shown),
    overtaken: repeated(({ published, owed, shown }) => published - Math.max(owed, shown)),
    doubled: repeated(({ published, shown }) => shown - published),
  };
}

/** Each incident that is not of a group is open, or resolved, as its breach is in the end. */
function auditEnd(pagerDuty: PagerDutyStandIn, stream: readonly PublishedEvent[]): string[] {
  const open = new Set(openIn(stream));
  return [...new Set(stream.filter(isBreach).map(keyOf))].flatMap((key) => {
    const status = incidentsOf(pagerDuty, key).at(-1)?.status;
    const expected = open.has(key) ? 'triggered' : 'resolved';
    return status === undefined || status === expected ? [] : [`${key} is ${status}, not ${expected}`];
  });
}

/** A group is resolved unless it may stand for a breach that is open. */
function auditGroups(pagerDuty: PagerDutyStandIn, open: readonly string[]): string[] {
  if (open.some((key) => incidentsOf(pagerDuty, key).length === 0)) return [];
  const groups = pagerDuty.incidents().filter(({ dedupKey }) => dedupKey.startsWith(GROUP));
  return groups.flatMap(({ dedupKey, status }) => (status === 'resolved' ? [] : [`${dedupKey} is open`]));
}

const incidentsOf = ({ incidents }: PagerDutyStandIn, key: string) =>
  incidents().filter(({ dedupKey }) => dedupKey === key);

/** 1 if a group that was told has one of the breaches, else 0. */
function groupsWith({ requests }: PagerDutyStandIn, breaches: readonly Breach[]): 0 | 1 {
  const told = requests
    .filter(({ event }) => String(event?.dedup_key).startsWith(GROUP))
    .map(({ event }) => JSON.stringify(event));
  const isIn = ({ detail }: Breach) => {
    const member = `"taskId":"${detail.taskId}","ruleId":"${detail.rule.id}"`;
    return told.some((text) => text.includes(member));
  };
  return breaches.some(isIn) ? 1 : 0;
}

function openIn([first, ...others]: readonly PublishedEvent[]): string[] {
  if (first === undefined) return [];
  const { taskId, open } = viewOf(first, ...others);
  return open.map(({ ruleId }) => dedupKeyOf(taskId, ruleId, alertHash));
}

const keyOf = ({ detail }: Breach) => dedupKeyOf(detail.taskId, detail.rule.id, alertHash);

function isBreach(event: PublishedEvent): event is Breach {
  return event.detailType === 'OTA Task Threshold Breached' && event.detail.rule.kind !== 'milestone';
}

function isChange(event: PublishedEvent): event is ChangeSource {
  switch (event.detailType) {
    case 'OTA Task Status Changed':
      return true;
    case 'OTA Task Progressed':
      return milestoneOf(event.detail.counts) > milestoneOf(event.detail.previousCounts);
    case 'OTA Task Threshold Breached':
      return event.detail.rule.kind === 'milestone';
    default:
      return false;
  }
}
