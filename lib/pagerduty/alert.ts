import type { Links } from '../alerts/links.ts';
import type { EventOf } from '../domain/events.ts';
import type { SampleThing } from '../domain/generated/events.ts';
import { commonDetails, linksOf, MAX_WORD, nameOf, ruleDetails, sourceOf, summaryOf } from './details.ts';
import type { PagerDutyEvent } from './payload.ts';
import { plain } from './text.ts';

/** What PagerDuty names as the sender. */
export const CLIENT = 'ota-watch';

/** The contract allows as many. */
const MAX_SAMPLES = 20;

/**
 * Opens the incident of a breach, or adds to it.
 *
 * @param dedupKey at most 255 characters: the resolve has the same
 */
export function triggerOf(
  { detail }: EventOf<'OTA Task Threshold Breached'>,
  dedupKey: string,
  links: Links,
): PagerDutyEvent {
  const { rule, observed, breachedAt, reminder, flapping, sampleThings, configurationId } = detail;
  const ways = linksOf(links, detail);
  return {
    event_action: 'trigger',
    dedup_key: dedupKey,
    payload: {
      summary: summaryOf(detail, detail.summary),
      source: sourceOf(detail),
      severity: rule.severity,
      timestamp: detail.observedAt,
      component: nameOf(detail),
      ...(configurationId !== undefined && { group: plain(configurationId, MAX_WORD) }),
      class: rule.kind,
      custom_details: {
        ...ruleDetails(rule, observed),
        ...(breachedAt !== undefined && { breachedAt }),
        ...(reminder !== undefined && { reminder }),
        ...(flapping && { flapping }),
        ...(sampleThings && { sampleThings: sampleThings.slice(0, MAX_SAMPLES).map(sampleOf) }),
        ...commonDetails(detail),
      },
    },
    links: ways,
    ...clientOf(ways[0]?.href),
  };
}

/** Resolves the incident of a dedup key; PagerDuty drops it where none is open. */
export function resolveOf(dedupKey: string): PagerDutyEvent {
  return { event_action: 'resolve', dedup_key: dedupKey };
}

/** The sender, and where it has more to say. */
export function clientOf(url: string | undefined): { readonly client: string; readonly client_url?: string } {
  return { client: CLIENT, ...(url !== undefined && { client_url: url }) };
}

function sampleOf({ managedThingId, status, retryAttempt, lastUpdatedAt }: SampleThing): SampleThing {
  return {
    managedThingId: plain(managedThingId, MAX_WORD),
    status: plain(status, MAX_WORD),
    ...(retryAttempt !== undefined && { retryAttempt }),
    ...(lastUpdatedAt !== undefined && { lastUpdatedAt }),
  };
}
