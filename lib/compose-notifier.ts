import { randomUUID } from 'node:crypto';
import { Addresser } from './alerts/address.ts';
import type { PagerDutyConfig, SlackConfig } from './alerts/config.ts';
import { alertHash } from './alerts/hash.ts';
import type { Deliver } from './alerts/lane.ts';
import { type Batch, type Notified, notify } from './alerts/notify.ts';
import { pagerDutyLane } from './alerts/pagerduty-lane.ts';
import type { AlertQueue, Secrets } from './alerts/ports.ts';
import { slackLane } from './alerts/slack-lane.ts';
import { addressBook } from './aws/alerts/address-book.ts';
import { channelIds } from './aws/alerts/channel-ids.ts';
import { incidentGroups } from './aws/alerts/incident-groups.ts';
import { ledgerStore } from './aws/alerts/ledgers.ts';
import { alertQueue } from './aws/alerts/queue.ts';
import { slots } from './aws/alerts/slots.ts';
import type { AlertsTable } from './aws/alerts/table.ts';
import type { NotifierClients } from './aws/clients.ts';
import { otaService } from './aws/managed-integrations.ts';
import type { Account } from './aws/ota-answers.ts';
import { ssmSecrets } from './aws/secrets.ts';
import type { DefaultAddresses } from './domain/alerts/route.ts';
import type { AlertSettings, Destination } from './domain/alerts/routing.ts';
import { pagerDuty } from './pagerduty/client.ts';
import type { Log } from './ports.ts';
import { slackBot } from './slack/bot.ts';
import { slackWebhooks } from './slack/webhooks.ts';

/** Tells a destination of batches of events; keeps connections, secrets and what is known of tasks from one to the next. */
export type Notifier = (batch: Batch, remainingMs: number) => Promise<Notified>;

/** What a notifier runs in. */
export interface NotifierSurroundings {
  readonly account: Account;
  readonly clients: NotifierClients;
  readonly log: Log;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** From 0 to 1. */
  readonly random: () => number;
  /** The one that the configuration names, unless given. */
  readonly queue?: AlertQueue;
}

const DEFAULT_SERVICE = 'default';

/** Puts the notifier of Slack together with AWS. */
export function createSlackNotifier(
  config: SlackConfig,
  settings: AlertSettings,
  surroundings: NotifierSurroundings,
): Notifier {
  const secrets = secretsOf(config, surroundings);
  const door =
    config.mode === 'bot'
      ? ({ kind: 'bot', bot: slackBot({ secrets, apiUrl: config.apiUrl }) } as const)
      : ({ kind: 'webhook', webhooks: slackWebhooks({ secrets }) } as const);
  const { links } = config;
  const deliver = slackLane({
    door,
    channelIds: channelIds(tableOf(config, surroundings)),
    links,
    groupAbove: settings.groupAbove,
    hash: alertHash,
  });
  return createNotifier(
    { config, settings, surroundings, deliver, destination: 'slack' },
    { channel: config.channel },
  );
}

/** Puts the notifier of PagerDuty together with AWS. */
export function createPagerDutyNotifier(
  config: PagerDutyConfig,
  settings: AlertSettings,
  surroundings: NotifierSurroundings,
): Notifier {
  const { links, eventsUrl } = config;
  const deliver = pagerDutyLane({
    pagerDuty: pagerDuty({ secrets: secretsOf(config, surroundings), eventsUrl }),
    groups: incidentGroups(tableOf(config, surroundings)),
    links,
    hash: alertHash,
  });
  const parts = { config, settings, surroundings, deliver, destination: 'pagerduty' } as const;
  return createNotifier(parts, { service: DEFAULT_SERVICE });
}

type CommonConfig = Pick<SlackConfig, 'alertsTable' | 'secretsPrefix' | 'queueUrl' | 'deadLetterQueueUrl'>;

interface Parts {
  readonly config: CommonConfig;
  readonly settings: AlertSettings;
  readonly surroundings: NotifierSurroundings;
  readonly deliver: Deliver;
  readonly destination: Destination;
}

function createNotifier(
  { config, settings, surroundings, deliver, destination }: Parts,
  defaults: DefaultAddresses,
): Notifier {
  const { account, clients, log, now, sleep, random } = surroundings;
  const urls = { queue: config.queueUrl, deadLetterQueue: config.deadLetterQueueUrl };
  const table = tableOf(config, surroundings);
  const service = otaService(clients.managedIntegrations, account);
  const book = addressBook(table, destination);
  const deps = {
    addresser: new Addresser({ destination, settings, defaults, service, book, log, now }),
    ledgers: ledgerStore(table, randomUUID),
    slots: slots(table, destination),
    queue: surroundings.queue ?? alertQueue(clients.sqs, urls, log),
    deliver,
    log,
    now,
    sleep,
    random,
  };
  return (batch, remainingMs) => notify(batch, deps, { id: randomUUID(), remainingMs });
}

function tableOf({ alertsTable }: CommonConfig, { clients, now }: NotifierSurroundings): AlertsTable {
  return { client: clients.dynamodb, tableName: alertsTable, now };
}

function secretsOf({ secretsPrefix }: CommonConfig, { clients, now }: NotifierSurroundings): Secrets {
  return ssmSecrets({ client: clients.ssm, prefix: secretsPrefix, now });
}
