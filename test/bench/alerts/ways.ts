import { EventBridgeClient, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { receive } from '../../../lib/alerts/receive.ts';
import { type PublishedEvent, SOURCE } from '../../../lib/domain/events.ts';
import { type Bus, startBus } from '../../../local/bus/bus.ts';
import type { PagerDutyStandIn } from '../../../local/pagerduty/pagerduty.ts';
import { startQueues } from '../../../local/queue/queues.ts';
import type { SlackStandIn } from '../../../local/slack/types.ts';
import { ACCOUNT_ID, CREDENTIALS, REGION } from '../../../local/stack/environment.ts';
import { startEventSources } from '../../../local/stack/queues.ts';
import type { Stack } from '../../../local/stack/stack.ts';
import { placeOf } from './rollouts.ts';

/** Instants (`performance.now()`) by task. */
export type Instants = Map<string, number>;

/** When the breaches of rollouts arrived somewhere. */
export interface Arrivals {
  readonly instants: Instants;
  /** Resolves when a rollout's has arrived. */
  of(taskId: string): Promise<void>;
}

export interface Recorder extends Arrivals {
  record(taskId: string): void;
}

export function recorder(): Recorder {
  const instants: Instants = new Map();
  const waiting = new Map<string, () => void>();
  return {
    instants,
    record: (taskId) => {
      if (!instants.has(taskId)) instants.set(taskId, performance.now());
      waiting.get(taskId)?.();
    },
    of: (taskId) =>
      new Promise((resolve) => {
        if (instants.has(taskId)) resolve();
        else waiting.set(taskId, resolve);
      }),
  };
}

/** When a bus accepted something of a rollout. */
export function acceptanceOn(bus: Bus): Instants {
  const { instants, record } = recorder();
  bus.subscribe(({ detail }) => record(String(detail.taskId)));
  return instants;
}

/** When the stand-in of Slack answers the message of a breach: it does so in the same turn in which it is asked. */
export function answersOfSlack(slack: SlackStandIn, taskIds: readonly string[]): Arrivals {
  const arrivals = recorder();
  const byPlace = new Map(taskIds.map((taskId) => [placeOf(taskId), taskId]));
  slack.faults.request = ({ method, channel, arguments: { thread_ts: thread } }) => {
    const place = slack.channels().find(({ id }) => id === channel)?.name ?? '';
    const taskId = byPlace.get(place);
    if (method === 'chat.postMessage' && thread !== undefined && taskId !== undefined)
      arrivals.record(taskId);
    return undefined;
  };
  return arrivals;
}

/** When the stand-in of PagerDuty answers the trigger of a breach: it does so in the same turn in which it is asked. */
export function answersOfPagerDuty(pagerDuty: PagerDutyStandIn, taskIds: readonly string[]): Arrivals {
  const arrivals = recorder();
  pagerDuty.faults.request = ({ body }) => {
    const text = JSON.stringify(body);
    const taskId = taskIds.find((id) => text.includes(`"ota-watch:${id}:`));
    if (taskId !== undefined) arrivals.record(taskId);
    return undefined;
  };
  return arrivals;
}

/** Puts events on a bus. */
export interface Publisher {
  publish(event: PublishedEvent): Promise<void>;
  close(): void;
}

export function publisherTo({ url }: Bus, busName: string): Publisher {
  const client = new EventBridgeClient({ endpoint: url, region: REGION, credentials: CREDENTIALS });
  return {
    publish: async ({ detailType, detail }) => {
      const entry = {
        Source: SOURCE,
        DetailType: detailType,
        ...(detail.taskArn !== undefined && { Resources: [detail.taskArn] }),
        Detail: JSON.stringify(detail),
        EventBusName: busName,
      };
      const { FailedEntryCount } = await client.send(new PutEventsCommand({ Entries: [entry] }));
      if (FailedEntryCount !== 0) throw new Error('The bus refused an event');
    },
    close: () => client.destroy(),
  };
}

/** The way from the bus to the notifier of Slack once more, with a function at its end that does nothing. */
export interface EmptyWay {
  readonly bus: Bus;
  readonly accepted: Instants;
  readonly arrivals: Arrivals;
  close(): Promise<void>;
}

export async function startEmptyWay({ deployment }: Stack): Promise<EmptyWay> {
  const at = { region: REGION, accountId: ACCOUNT_ID };
  const arrivals = recorder();
  const queues = await startQueues({ ...at, queues: deployment.queues });
  const { buses, rules } = deployment;
  const bus = await startBus({
    ...at,
    buses,
    rules,
    invoke: async () => '',
    send: queues.send,
    now: Date.now,
  });
  const doNothing = async (_: string, payload: unknown) => {
    for (const { event } of receive(payload).events) arrivals.record(event.detail.taskId);
    return '';
  };
  const eventSources = deployment.eventSources.filter(({ queue }) => queue === 'SlackQueue');
  const sources = startEventSources({ ...deployment, eventSources }, queues, doNothing, {
    keepsWindow: true,
  });
  return {
    bus,
    accepted: acceptanceOn(bus),
    arrivals,
    close: async () => {
      await sources.close();
      await bus.close();
      await queues.close();
    },
  };
}
