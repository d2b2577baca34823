import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { IoTManagedIntegrationsClient } from '@aws-sdk/client-iot-managed-integrations';
import { SQSClient } from '@aws-sdk/client-sqs';
import { SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { ConfiguredRetryStrategy } from '@smithy/core/retry';
import { readPagerDutyConfig, readSlackConfig } from '../../lib/alerts/config.ts';
import type { Tally } from '../../lib/alerts/outcomes.ts';
import type { AlertQueue } from '../../lib/alerts/ports.ts';
import { receive } from '../../lib/alerts/receive.ts';
import {
  createPagerDutyNotifier,
  createSlackNotifier,
  type Notifier,
  type NotifierSurroundings,
} from '../../lib/compose-notifier.ts';
import type { AlertSettings, Destination } from '../../lib/domain/alerts/routing.ts';
import { type PublishedEvent, SOURCE } from '../../lib/domain/events.ts';
import { DEFAULT_ALERTS } from '../../lib/rule-file/defaults.ts';
import { createTables } from '../../local/database/create-tables.ts';
import { startDatabase } from '../../local/database/database.ts';
import { type PagerDutyStandIn, startPagerDuty } from '../../local/pagerduty/pagerduty.ts';
import { type ParametersStandIn, startParameters } from '../../local/parameters/parameters.ts';
import { pinnedTask, type Simulator, startSimulator } from '../../local/simulator/simulator.ts';
import { startSlack } from '../../local/slack/slack.ts';
import type { SlackOptions, SlackStandIn } from '../../local/slack/types.ts';
import { NOON } from './builders.ts';
import { Gate, KilledError, type Servers } from './gate.ts';
import { ALERTS_TABLE } from './tables.ts';
import { VirtualQueue } from './virtual-queue.ts';
import { VirtualTime } from './virtual-time.ts';
import { ACCOUNT, type LogEntry, REGION, type TestDatabase } from './world.ts';

const INVOCATION_MS = 30_000;
/** How often the queue is looked at while it has nothing to give. */
const POLL_MS = 1_000;
const ROUTING_KEYS = { default: 'd'.repeat(32), locks: '1'.repeat(32) };

export interface NotifierOptions {
  readonly settings?: Partial<AlertSettings>;
  /** Of the environment of the function. */
  readonly env?: Readonly<Record<string, string>>;
}

/** One process that notifies: its own connections, memory and gate. */
export interface TestNotifier {
  readonly gate: Gate;
  readonly log: LogEntry[];
  readonly notify: Notifier;
  close(): void;
}

/** The gate of the process that is running. */
const running = new AsyncLocalStorage<Gate>();
const webFetch = globalThis.fetch;
globalThis.fetch = (input, init) => (running.getStore()?.fetch ?? webFetch)(input, init);

/** How events come out of the queue. */
export interface Receiving {
  /** Messages of one batch. */
  readonly max?: number | (() => number);
  readonly arrange?: <T>(items: readonly T[]) => readonly T[];
}

/** Slack, PagerDuty, a database, a queue and secrets on this machine; time stands until all sleep, or somebody moves it. */
export class NotifierWorld {
  readonly time = new VirtualTime(NOON);
  /** Bodies of messages that a process had when it was killed: they come again only after a while. */
  readonly heldUp = new Set<string>();
  readonly queue = new VirtualQueue(() => this.now);
  readonly slack: SlackStandIn;
  readonly pagerDuty: PagerDutyStandIn;
  readonly parameters: ParametersStandIn;
  readonly simulator: Simulator;
  readonly database: TestDatabase;
  readonly #servers: Servers;
  readonly #closers: readonly (() => unknown)[];
  readonly destination: Destination;

  private constructor(parts: {
    destination: Destination;
    slack: SlackStandIn;
    pagerDuty: PagerDutyStandIn;
    parameters: ParametersStandIn;
    simulator: Simulator;
    database: TestDatabase;
    servers: Servers;
    closers: readonly (() => unknown)[];
  }) {
    this.destination = parts.destination;
    this.slack = parts.slack;
    this.pagerDuty = parts.pagerDuty;
    this.parameters = parts.parameters;
    this.simulator = parts.simulator;
    this.database = parts.database;
    this.#servers = parts.servers;
    this.#closers = parts.closers;
  }

  /** Epoch milliseconds. */
  get now(): number {
    return this.time.now;
  }

  set now(now: number) {
    this.time.now = now;
  }

  /** Uses the DynamoDB that TEST_DYNAMODB_URL names, or starts an embedded one. */
  static async start(
    destination: Destination,
    slackOptions: Partial<SlackOptions> = {},
  ): Promise<NotifierWorld> {
    const clock = { now: () => NOON };
    const now = () => clock.now();
    const given = process.env.TEST_DYNAMODB_URL;
    const embedded = given === undefined ? await startDatabase() : undefined;
    const credentials = {
      accessKeyId: `AKIA${randomUUID().replaceAll('-', '')}`,
      secretAccessKey: 'secret',
    };
    const database = { url: given ?? embedded?.url ?? '', credentials };
    const slack = await startSlack({ now, ...slackOptions });
    const routingKeys = Object.fromEntries(Object.entries(ROUTING_KEYS).map(([name, key]) => [key, name]));
    const pagerDuty = await startPagerDuty({ now, routingKeys });
    const parameters = await startParameters({
      parameters: {
        '/ota-watch/dev/slack/bot-token': slack.botToken,
        '/ota-watch/dev/slack/webhook/default': slack.webhookUrl('#ota-rollouts'),
        '/ota-watch/dev/pagerduty/default': ROUTING_KEYS.default,
        '/ota-watch/dev/pagerduty/locks': ROUTING_KEYS.locks,
      },
    });
    const simulator = await startSimulator({ seed: 1, now, accountId: ACCOUNT, region: REGION });
    const closers = [
      () => slack.close(),
      () => pagerDuty.close(),
      () => parameters.close(),
      () => simulator.close(),
      () => embedded?.close(),
    ];
    const world = new NotifierWorld({
      destination,
      slack,
      pagerDuty,
      parameters,
      simulator,
      database,
      servers: {
        'managed-integrations': simulator.server,
        ssm: parameters.server,
        ...(embedded && { dynamodb: embedded.server }),
      },
      closers,
    });
    clock.now = () => world.now;
    const client = new DynamoDBClient({ endpoint: database.url, region: REGION, credentials });
    await createTables(client, [ALERTS_TABLE]);
    client.destroy();
    return world;
  }

  async close(): Promise<void> {
    for (const close of this.#closers) await close();
  }

  /** Puts a task with these tags into the account. */
  task(taskId: string, tags: Record<string, string> = {}): void {
    const document = pinnedTask({
      taskId,
      counts: { queued: 10 },
      createdAt: this.now,
      members: { Tags: tags },
    });
    this.simulator.account.putTask(document, taskId);
  }

  /** The bus hands events to the queue. */
  publish(...events: readonly PublishedEvent[]): void {
    for (const event of events) this.publishAfter(0, event);
  }

  /** The bus hands an event to the queue after a while. */
  publishAfter(milliseconds: number, { detailType, detail }: PublishedEvent): void {
    const body = { version: '0', source: SOURCE, 'detail-type': detailType, detail };
    this.queue.send(JSON.stringify(body), Math.round(milliseconds));
  }

  /** Starts a process that notifies. */
  notifier({ settings = {}, env = {} }: NotifierOptions = {}): TestNotifier {
    const gate = new Gate(() => this.time.begin(), this.#servers);
    const log: LogEntry[] = [];
    const entry =
      (level: LogEntry['level']) =>
      (message: string, fields: Record<string, unknown> = {}) => {
        log.push({ level, message, fields });
      };
    const clients = this.#clients(gate);
    const surroundings: NotifierSurroundings = {
      account: { partition: 'aws', region: REGION, accountId: ACCOUNT },
      clients,
      log: { info: entry('info'), warn: entry('warn'), error: entry('error') },
      now: () => this.now,
      sleep: (milliseconds) => this.time.sleep(milliseconds),
      random: () => 0.5,
      queue: queueOf(this.queue, gate),
    };
    const all = {
      ALERTS_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/1/queue',
      ALERTS_DEAD_LETTER_QUEUE_URL: 'https://sqs.us-east-1.amazonaws.com/1/dlq',
      SLACK_API_URL: this.slack.apiUrl,
      PAGERDUTY_EVENTS_URL: this.pagerDuty.url,
      ...env,
    };
    const alerts = { ...DEFAULT_ALERTS, ...settings };
    const notify =
      this.destination === 'slack'
        ? createSlackNotifier(readSlackConfig(all), alerts, surroundings)
        : createPagerDutyNotifier(readPagerDutyConfig(all), alerts, surroundings);
    const close = () => {
      for (const client of Object.values(clients)) client.destroy();
    };
    return { gate, log, notify, close };
  }

  /** One invocation with what can be received now; gives what came of it, undefined when the process was killed in it. */
  async invoke(notifier: TestNotifier, { max = 200, arrange }: Receiving = {}): Promise<Tally | undefined> {
    const records = this.queue.receive(typeof max === 'number' ? max : max(), arrange);
    const { gate } = notifier;
    const startedAt = this.now;
    const work = running.run(gate, () => notifier.notify(receive({ Records: records }), INVOCATION_MS));
    const notified = await Promise.race([work, gate.death]);
    if (notified === undefined) {
      work.catch(() => undefined);
      for (const { body } of records) this.heldUp.add(body);
      return undefined;
    }
    const tookMs = this.now - startedAt;
    if (tookMs > INVOCATION_MS) throw new Error(`An invocation took ${tookMs} ms`);
    for (const { messageId } of records)
      if (!notified.again.includes(messageId)) this.queue.delete(messageId);
    return notified.tally;
  }

  /** Invokes until the queue is empty; time passes where nothing can be received. */
  drain(notifier: TestNotifier, options: Receiving = {}): Promise<void> {
    return this.run([notifier], options);
  }

  /**
   * Several processes at once take from the queue until it is empty.
   *
   * @param withinMs fails when it takes longer
   */
  async run(
    notifiers: readonly TestNotifier[],
    {
      withinMs = 3_600_000,
      revive,
      ...options
    }: Receiving & { withinMs?: number; revive?: () => TestNotifier } = {},
  ): Promise<void> {
    const until = this.now + withinMs;
    const pollMs = notifiers.length === 1 ? Number.POSITIVE_INFINITY : POLL_MS;
    const work = async (first: TestNotifier) => {
      let notifier = first;
      while (this.queue.size > 0) {
        if (this.now > until) throw new Error(`${this.queue.size} messages are left`);
        await this.#receive(notifier, options, pollMs);
        if (notifier.gate.isKilled && revive !== undefined) notifier = revive();
      }
    };
    await Promise.all(notifiers.map(work));
  }

  /** Waits where nothing can be received: while others are at work, they may give something back at any time. */
  async #receive(notifier: TestNotifier, options: Receiving, pollMs: number): Promise<void> {
    const waitMs = this.queue.nextAt - this.now;
    if (waitMs > 0) await this.time.sleep(Math.min(waitMs, pollMs));
    else await this.invoke(notifier, options);
  }

  #clients(gate: Gate): NotifierSurroundings['clients'] {
    const { url: endpoint, credentials } = this.database;
    const common = { region: REGION, credentials, retryStrategy: new ConfiguredRetryStrategy(3, () => 0) };
    const dynamodb = new DynamoDBClient({
      ...common,
      endpoint,
      ...gate.connection('dynamodb', 'dynamodb'),
    });
    return {
      managedIntegrations: new IoTManagedIntegrationsClient({
        ...common,
        endpoint: this.simulator.url,
        ...gate.connection('managed-integrations', 'iotmanagedintegrations'),
      }),
      dynamodb: DynamoDBDocumentClient.from(dynamodb, { marshallOptions: { removeUndefinedValues: true } }),
      sqs: new SQSClient(common),
      ssm: new SSMClient({
        ...common,
        endpoint: this.parameters.url,
        ...gate.connection('ssm', 'ssm'),
      }),
    };
  }
}

/** What a process has of the queue: nothing any more once it is killed. */
function queueOf(queue: VirtualQueue, gate: Gate): AlertQueue {
  return {
    giveBack: async (messages) => {
      if (!gate.isKilled) await queue.giveBack(messages);
    },
    setAside: async (body, reason) => {
      if (gate.isKilled) throw new KilledError('killed');
      await queue.setAside(body, reason);
    },
  };
}
