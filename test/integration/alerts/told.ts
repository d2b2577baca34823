import { z } from 'zod';
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

/**
 * The breaches that an open incident stands for, as PagerDuty was told: `task rule`. In a group, those that it was told of since
 * the incident was opened.
 */
export function represented(world: NotifierWorld): Set<string> {
  const open = world.pagerDuty.incidents().filter(({ status }) => status === 'triggered');
  return new Set(
    open.flatMap(({ dedupKey, openedAt }) =>
      world.pagerDuty.requests
        .filter(({ event, at }) => event?.dedup_key === dedupKey && at >= openedAt)
        .flatMap(({ event }) => breachesOf(event)),
    ),
  );
}

const Trigger = z.object({
  event_action: z.literal('trigger'),
  payload: z.object({
    custom_details: z.union([
      z.object({ list: z.array(z.object({ taskId: z.string(), ruleId: z.string() })) }),
      z.object({ taskId: z.string(), rule: z.object({ id: z.string() }) }),
    ]),
  }),
});

function breachesOf(event: unknown): string[] {
  const { data } = Trigger.safeParse(event);
  if (data === undefined) return [];
  const { custom_details: told } = data.payload;
  return 'list' in told
    ? told.list.map(({ taskId, ruleId }) => `${taskId} ${ruleId}`)
    : [`${told.taskId} ${told.rule.id}`];
}
