import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { readPagerDutyConfig, readSlackConfig } from '../../../lib/alerts/config.ts';
import type { Notified } from '../../../lib/alerts/notify.ts';
import { receive } from '../../../lib/alerts/receive.ts';
import { createNotifierClients } from '../../../lib/aws/clients.ts';
import {
  createPagerDutyNotifier,
  createSlackNotifier,
  type Notifier,
  type NotifierSurroundings,
} from '../../../lib/compose-notifier.ts';
import { type PublishedEvent, SOURCE } from '../../../lib/domain/events.ts';
import { DEFAULT_ALERTS } from '../../../lib/rule-file/defaults.ts';
import { localEnvironment } from '../../../local/stack/environment.ts';
import type { Stack } from '../../../local/stack/stack.ts';

const INVOCATION_MS = 30_000;
const CONCURRENCY = 20;

/** The notifiers, in this process, with what a stack has: nothing of Lambda and its queues. */
export interface Notifiers {
  readonly dynamodb: DynamoDBDocumentClient;
  /** Requests to DynamoDB so far. */
  readonly requests: () => number;
  slack(events: readonly PublishedEvent[]): Promise<void>;
  pagerDuty(events: readonly PublishedEvent[]): Promise<void>;
  close(): void;
}

export function createNotifiers({ running }: Stack): Notifiers {
  Object.assign(process.env, localEnvironment({}, running.endpoints));
  const clients = createNotifierClients(CONCURRENCY);
  let requests = 0;
  clients.dynamodb.middlewareStack.add(
    (next) => (args) => {
      requests += 1;
      return next(args);
    },
    { step: 'finalizeRequest', priority: 'low', name: 'countRequests' },
  );
  const ignore = () => undefined;
  const surroundings: NotifierSurroundings = {
    account: { partition: 'aws', region: running.region, accountId: running.accountId },
    clients,
    log: { info: ignore, warn: ignore, error: ignore },
    now: Date.now,
    sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    random: () => 0.5,
    queue: { giveBack: async () => undefined, setAside: async () => undefined },
  };
  const env = {
    ALERTS_TABLE: running.tables.alerts,
    ALERTS_QUEUE_URL: running.endpoints.sqs,
    ALERTS_DEAD_LETTER_QUEUE_URL: running.endpoints.sqs,
    SLACK_API_URL: running.alerts.slackApi,
    PAGERDUTY_EVENTS_URL: running.alerts.pagerDutyEvents,
  };
  const slack = createSlackNotifier(readSlackConfig(env), DEFAULT_ALERTS, surroundings);
  const pagerDuty = createPagerDutyNotifier(readPagerDutyConfig(env), DEFAULT_ALERTS, surroundings);
  return {
    dynamodb: clients.dynamodb,
    requests: () => requests,
    slack: (events) => tell(slack, events),
    pagerDuty: (events) => tell(pagerDuty, events),
    close: () => {
      for (const client of Object.values(clients)) client.destroy();
    },
  };
}

/** Throws unless all of it is dealt with at once. */
async function tell(notifier: Notifier, events: readonly PublishedEvent[]): Promise<void> {
  const { again }: Notified = await notifier(receive({ Records: events.map(recordOf) }), INVOCATION_MS);
  if (again.length > 0) throw new Error(`${again.length} of ${events.length} events come again`);
}

function recordOf({ detailType, detail }: PublishedEvent, index: number) {
  return {
    messageId: String(index),
    receiptHandle: String(index),
    body: JSON.stringify({ source: SOURCE, 'detail-type': detailType, detail }),
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: String(Date.now()),
      ApproximateFirstReceiveTimestamp: String(Date.now()),
    },
  };
}
