import type { NotifierWorld } from '../../support/notifier-world.ts';

/** What PagerDuty was sent, in order: `service action key` of alerts, `service change summary` of changes, and its answer. */
export function sent({ pagerDuty }: NotifierWorld): string[] {
  return pagerDuty.requests.map(({ service, event = {}, status }) => {
    const { event_action, dedup_key, payload } = event;
    const what = event_action === undefined ? `change ${summaryOf(payload)}` : `${event_action} ${dedup_key}`;
    return `${service} ${what}${status === 202 ? '' : ` → ${status ?? 'no answer'}`}`;
  });
}

/** Incidents as `service key status`, with the number of triggers where that is not one. */
export function incidents({ pagerDuty }: NotifierWorld): string[] {
  return pagerDuty
    .incidents()
    .map(
      ({ service, dedupKey, status, triggers }) =>
        `${service} ${dedupKey} ${status}${triggers === 1 ? '' : ` (${triggers} triggers)`}`,
    );
}

function summaryOf(payload: unknown): unknown {
  return typeof payload === 'object' && payload !== null && 'summary' in payload
    ? payload.summary
    : undefined;
}
