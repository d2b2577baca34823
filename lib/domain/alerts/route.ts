import type { PublishedEvent } from '../events.ts';
import type { Severity } from '../generated/events.ts';
import { matches, type RuleSubject } from '../rules/match.ts';
import { SEVERITIES } from '../rules/rule-set.ts';
import { readChannel, readService } from './names.ts';
import { type AlertSettings, type Destination, EVENT_KINDS, type EventKind, OWNER } from './routing.ts';

/** The task that addresses are looked up for. */
export type RoutingSubject = Pick<RuleSubject, 'taskId' | 'otaType' | 'configurationId' | 'tags' | 'things'>;

/** Where alerts of a task without an owner of its own go. Left out: nowhere. */
export interface DefaultAddresses {
  readonly channel?: string;
  readonly service?: string;
}

/** A channel or a service that some events of a task are told at. */
export interface Address {
  /** `slack:<channel>` or `pagerduty:<service>`. */
  readonly target: string;
  readonly name: string;
  tells(event: PublishedEvent): boolean;
}

/** Where a task's events go at one destination. */
export interface Addresses {
  /** Each once, in the order of their names. */
  readonly addresses: readonly Address[];
  /** Key of the tag that should name the owner's address, and does not: the default stands in. */
  readonly malformedTag?: string;
}

/** Kinds that are told without being named. Progress shows in Slack as a message that is edited. */
const TOLD_UNNAMED: Readonly<Record<Destination, readonly EventKind[]>> = {
  slack: EVENT_KINDS.filter((kind) => kind !== 'progress'),
  pagerduty: EVENT_KINDS,
};

/** What of an event decides where it goes. */
interface Occasion {
  readonly kind: EventKind;
  /** Of breaches and recoveries. */
  readonly severity?: Severity;
}

const OCCASIONS = EVENT_KINDS.flatMap((kind): readonly Occasion[] =>
  kind === 'breach' ? SEVERITIES.map((severity) => ({ kind, severity })) : [{ kind }],
);

/** What a route says about one destination. */
interface Way {
  readonly events: readonly EventKind[];
  readonly severity?: readonly Severity[];
  readonly names: readonly string[];
}

/**
 * Where the events of a task go. An event goes to all that is named by the routes that fit it; where none does that says
 * anything about the destination, to the owner.
 */
export function addressesOf(
  settings: AlertSettings,
  subject: RoutingSubject,
  destination: Destination,
  defaults: DefaultAddresses,
): Addresses {
  const { owner, ...trouble } = ownerOf(settings, subject.tags, destination, defaults);
  const ways = waysOf(settings, subject, destination);
  const otherwise: Way = { events: TOLD_UNNAMED[destination], names: [OWNER] };
  const namesOf = (occasion: Occasion) => {
    const fitting = ways.filter((way) => fits(way, occasion));
    const chosen = fitting.length > 0 ? fitting : [otherwise].filter((way) => fits(way, occasion));
    return chosen.flatMap(({ names }) => names).flatMap((name) => (name === OWNER ? owner : name));
  };
  const addresses = [...new Set(OCCASIONS.flatMap(namesOf))].sort().map((name) => ({
    target: `${destination}:${name}`,
    name,
    tells: (event: PublishedEvent) => namesOf(occasionOf(event)).includes(name),
  }));
  return { addresses, ...trouble };
}

function waysOf({ routes }: AlertSettings, subject: RoutingSubject, destination: Destination): Way[] {
  return routes.flatMap(({ match, events = TOLD_UNNAMED[destination], severity, [destination]: names }) =>
    names !== undefined && matches(match, { ...subject, criteria: [] })
      ? [{ events, ...(severity !== undefined && { severity }), names }]
      : [],
  );
}

function fits(way: Way, { kind, severity }: Occasion): boolean {
  if (!way.events.includes(kind)) return false;
  return way.severity === undefined || severity === undefined || way.severity.includes(severity);
}

/** @returns the owner's address in a list, which is empty where there is none */
function ownerOf(
  { channelTag, serviceTag }: AlertSettings,
  tags: RoutingSubject['tags'],
  destination: Destination,
  defaults: DefaultAddresses,
): { readonly owner: readonly string[]; readonly malformedTag?: string } {
  const [tag, read, otherwise] =
    destination === 'slack'
      ? [channelTag, readChannel, defaults.channel]
      : [serviceTag, readService, defaults.service];
  const value = Object.hasOwn(tags, tag) ? tags[tag] : undefined;
  const named = value === undefined ? undefined : read(value);
  const owner = named ?? otherwise;
  return {
    owner: owner === undefined ? [] : [owner],
    ...(value !== undefined && named === undefined && { malformedTag: tag }),
  };
}

function occasionOf(event: PublishedEvent): Occasion {
  switch (event.detailType) {
    case 'OTA Task Tracking Started':
    case 'OTA Task Tracking Stopped':
      return { kind: 'tracking' };
    case 'OTA Task Status Changed':
      return { kind: 'status' };
    case 'OTA Task Configuration Changed':
      return { kind: 'configuration' };
    case 'OTA Task Progressed':
      return { kind: 'progress' };
    case 'OTA Task Threshold Breached':
    case 'OTA Task Threshold Recovered':
      return { kind: 'breach', severity: event.detail.rule.severity };
  }
}
