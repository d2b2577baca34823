import { type DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { PublishedEvent } from '../../lib/domain/events.ts';
import type { StackQueues } from '../stack/queues.ts';
import type { Destinations } from './destinations.ts';

const ledgerSchema = z.object({
  target: z.string(),
  taskId: z.string(),
  applied: z.int(),
  claim: z.unknown().optional(),
  message: z.object({ shown: z.int() }).optional(),
});

/** What a notifier has written down of a task and a place. */
export type WrittenLedger = z.infer<typeof ledgerSchema>;

/**
 * Waits for the notifiers to deal with all that is in their queues, but no longer than until the signal is aborted.
 *
 * @returns what is left in queues then; empty when all was dealt with
 */
export async function leftInQueues(
  queues: Pick<StackQueues, 'idle' | 'count' | 'urls'>,
  until: AbortSignal,
): Promise<string[]> {
  await queues.idle(until);
  const left = await Promise.all(
    Object.keys(queues.urls).map(async (queue) => ({ queue, count: await queues.count(queue) })),
  );
  return left
    .filter(({ count }) => count > 0)
    .map(({ queue, count }) => `${count} ${count === 1 ? 'message waits' : 'messages wait'} in ${queue}`);
}

/** Every ledger in a table of the notifiers. */
export async function readLedgers(
  client: DynamoDBDocumentClient,
  tableName: string,
): Promise<WrittenLedger[]> {
  const ledgers: WrittenLedger[] = [];
  for await (const { Items = [] } of paginateScan({ client }, { TableName: tableName, ConsistentRead: true }))
    ledgers.push(...Items.flatMap((item) => ledgerSchema.safeParse(item).data ?? []));
  return ledgers;
}

/**
 * Holds what Slack and PagerDuty were told against the events that the bus accepted: each place has dealt with the last event of
 * each of its tasks, every breach was an incident, and every incident is over.
 *
 * @returns what is wrong; empty when all is well
 */
export function auditAlerts(
  { slack, pagerDuty }: Pick<Destinations, 'slack' | 'pagerDuty'>,
  ledgers: readonly WrittenLedger[],
  events: readonly PublishedEvent[],
): string[] {
  const last = new Map(events.map(({ detail }) => [detail.taskId, detail.sequence]));
  const places = ['slack', 'pagerduty'];
  const unheard = [...last.keys()].flatMap((taskId) =>
    places
      .filter((place) => !ledgers.some((ledger) => ledger.taskId === taskId && isAt(ledger, place)))
      .map((place) => `${place} has not heard of ${taskId}`),
  );
  const behind = ledgers.filter(
    ({ taskId, applied, message }) => Math.min(applied, message?.shown ?? applied) !== last.get(taskId),
  );
  return [
    ...unheard,
    ...behind.map(({ target, taskId }) => `${target} is not up to date with ${taskId}`),
    ...(slack?.violations ?? []).map(({ method, error }) => `Slack refused ${method}: ${error}`),
    ...(pagerDuty === undefined ? [] : auditIncidents(pagerDuty, events)),
  ];
}

function auditIncidents(
  { incidents, violations }: NonNullable<Destinations['pagerDuty']>,
  events: readonly PublishedEvent[],
): string[] {
  const breaches = events.flatMap((event) =>
    event.detailType === 'OTA Task Threshold Breached' && event.detail.rule.kind !== 'milestone'
      ? [`${event.detail.taskId}:${event.detail.rule.id}`]
      : [],
  );
  const opened = incidents().map(({ dedupKey }) => dedupKey.replace(/^ota-watch:/, ''));
  const open = incidents().filter(({ status }) => status !== 'resolved');
  return [
    ...breaches
      .filter((breach) => !opened.includes(breach))
      .map((breach) => `PagerDuty has not heard of ${breach}`),
    ...open.map(({ dedupKey }) => `The incident ${dedupKey} is not resolved`),
    ...violations.map(({ errors }) => `PagerDuty refused an event: ${errors.join(', ')}`),
  ];
}

function isAt({ target }: WrittenLedger, destination: string): boolean {
  return target.startsWith(`${destination}:`);
}
