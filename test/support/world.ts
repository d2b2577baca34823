import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IoTManagedIntegrationsClient } from '@aws-sdk/client-iot-managed-integrations';
import { BatchWriteCommand, DynamoDBDocumentClient, paginateScan } from '@aws-sdk/lib-dynamodb';
import { ConfiguredRetryStrategy } from '@smithy/core/retry';
import { type Clients, TRANSLATION } from '../../lib/aws/clients.ts';
import { createPoller } from '../../lib/compose.ts';
import { type Config, readConfig } from '../../lib/config.ts';
import type { RuleSet } from '../../lib/domain/rules/rule-set.ts';
import type { MeteredReport } from '../../lib/poll-report.ts';
import { DEFAULT_RULES } from '../../lib/rule-file/defaults.ts';
import { type Bus, startBus } from '../../local/bus/bus.ts';
import { createTables } from '../../local/database/create-tables.ts';
import { startDatabase } from '../../local/database/database.ts';
import {
  type FriendlyCounts,
  type PinnedTaskOptions,
  pinnedTask,
  type Simulator,
  startSimulator,
} from '../../local/simulator/simulator.ts';
import type { TableDefinition } from '../../local/template/tables.ts';
import { MINUTE, NOON } from './builders.ts';
import { Gate, type Servers } from './gate.ts';
import { TABLES } from './tables.ts';

export const REGION = 'us-east-1';
export const ACCOUNT = '123456789012';

/** What a poller logged. */
export interface LogEntry {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: Record<string, unknown>;
}

/** One process that polls: its own connections, memory and gate. */
export interface TestPoller {
  readonly gate: Gate;
  readonly log: LogEntry[];
  poll(): Promise<MeteredReport>;
  close(): void;
}

export interface PollerOptions {
  readonly config?: Partial<Config>;
  /** Those built in by default. */
  readonly rules?: RuleSet;
  /** Milliseconds that remain of a poll, asked again and again. */
  readonly remainingMs?: () => number;
}

/** Where a world's tables are. DynamoDB Local keeps a database for each access key, so that every world has an own one. */
export interface TestDatabase {
  readonly url: string;
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
}

/** Items that a batch may have (BatchWriteItem). */
const MAX_BATCH = 25;

export interface WorldOptions {
  readonly tables?: readonly TableDefinition[];
  readonly inProcess?: boolean;
}

/** An AWS account on this machine: the service (pinned tasks), a database, a bus, and a clock that stands until moved. */
export class World {
  now = NOON;
  readonly simulator: Simulator;
  readonly bus: Bus;
  readonly database: TestDatabase;
  readonly dynamodb: DynamoDBDocumentClient;
  readonly #closers: (() => unknown)[];

  readonly #servers: Servers;
  readonly #tables: readonly TableDefinition[];

  private constructor(parts: {
    simulator: Simulator;
    bus: Bus;
    database: TestDatabase;
    servers: Servers;
    tables: readonly TableDefinition[];
    close: (() => unknown)[];
  }) {
    this.simulator = parts.simulator;
    this.bus = parts.bus;
    this.database = parts.database;
    this.#servers = parts.servers;
    this.#tables = parts.tables;
    this.dynamodb = documentClient(parts.database, this.#gate());
    this.#closers = [() => this.dynamodb.destroy(), ...parts.close];
  }

  /**
   * Uses the DynamoDB that TEST_DYNAMODB_URL names, or starts an embedded one.
   *
   * @param options.inProcess false where sockets matter: without them tests are several times as fast
   */
  static async start({ tables = TABLES, inProcess = true }: WorldOptions = {}): Promise<World> {
    const clock = { now: () => NOON };
    const given = process.env.TEST_DYNAMODB_URL;
    const embedded = given === undefined ? await startDatabase() : undefined;
    const accessKeyId = `AKIA${randomUUID().replaceAll('-', '')}`;
    const database = {
      url: given ?? embedded?.url ?? '',
      credentials: { accessKeyId, secretAccessKey: 'secret' },
    };
    const simulator = await startSimulator({
      seed: 1,
      now: () => clock.now(),
      accountId: ACCOUNT,
      region: REGION,
    });
    const bus = await startBus({
      accountId: ACCOUNT,
      region: REGION,
      buses: ['ota-watch-dev'],
      rules: [],
      invoke: async () => undefined,
      now: () => clock.now(),
    });
    const close = [() => simulator.close(), () => bus.close(), () => embedded?.close()];
    const servers: Servers = {
      'managed-integrations': simulator.server,
      events: bus.server,
      ...(embedded && { dynamodb: embedded.server }),
    };
    const world = new World({ simulator, bus, database, servers: inProcess ? servers : {}, tables, close });
    clock.now = () => world.now;
    const { url: endpoint, credentials } = database;
    await createTables(new DynamoDBClient({ endpoint, region: REGION, credentials }), tables);
    return world;
  }

  /** Makes the world as it was when it started, which is quicker than starting another. */
  async reset(): Promise<void> {
    this.now = NOON;
    this.bus.reset();
    this.simulator.account.clear();
    this.simulator.requests.reset();
    for (const { createTable } of this.#tables) await this.#empty(createTable);
  }

  async #empty({ TableName = '', KeySchema = [] }: TableDefinition['createTable']): Promise<void> {
    const names = KeySchema.map(({ AttributeName = '' }) => AttributeName);
    const items = await this.scan(TableName);
    const requests = items.map((item) => ({
      DeleteRequest: { Key: Object.fromEntries(names.map((name) => [name, item[name]])) },
    }));
    for (let start = 0; start < requests.length; start += MAX_BATCH)
      await this.dynamodb.send(
        new BatchWriteCommand({ RequestItems: { [TableName]: requests.slice(start, start + MAX_BATCH) } }),
      );
  }

  async close(): Promise<void> {
    for (const close of this.#closers) await close();
  }

  /** Puts a task into the account, exactly so. */
  task(
    taskId: string,
    counts: FriendlyCounts = { queued: 10 },
    options: Omit<PinnedTaskOptions, 'counts'> = {},
  ): void {
    const document = pinnedTask({ taskId, counts, createdAt: this.now, ...options });
    this.simulator.account.putTask(document, taskId);
  }

  /** A configuration whose rollouts AWS cancels at 20 % failures of at least 10 things. */
  configuration(configurationId: string, thresholdPercentage = 20): void {
    this.simulator.account.putConfiguration({
      TaskConfigurationId: configurationId,
      Name: 'a name that is nobody else’s business',
      PushConfig: {
        AbortConfig: {
          AbortConfigCriteriaList: [
            {
              Action: 'CANCEL',
              FailureType: 'FAILED',
              MinNumberOfExecutedThings: 10,
              ThresholdPercentage: thresholdPercentage,
            },
          ],
        },
      },
    });
  }

  /** Environment variables of another process in this world. */
  environment(): NodeJS.ProcessEnv {
    return {
      PATH: process.env.PATH,
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      AWS_REGION: REGION,
      AWS_ACCESS_KEY_ID: this.database.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: this.database.credentials.secretAccessKey,
      AWS_ENDPOINT_URL_DYNAMODB: this.database.url,
      AWS_ENDPOINT_URL_IOT_MANAGED_INTEGRATIONS: this.simulator.url,
    };
  }

  #gate(): Gate {
    return new Gate(undefined, this.#servers);
  }

  /** Connections of a process. */
  clients(gate = this.#gate(), translation = TRANSLATION): Clients {
    const { credentials } = this.database;
    const common = { region: REGION, credentials, retryStrategy: impatient() };
    return {
      managedIntegrations: new IoTManagedIntegrationsClient({
        ...common,
        endpoint: this.simulator.url,
        ...gate.connection('managed-integrations', 'iotmanagedintegrations'),
      }),
      dynamodb: documentClient(this.database, gate, translation),
      eventBridge: new EventBridgeClient({
        ...common,
        endpoint: this.bus.url,
        ...gate.connection('events', 'events'),
      }),
    };
  }

  /** Starts a process that polls. */
  poller({ config = {}, rules = DEFAULT_RULES, remainingMs = () => 55_000 }: PollerOptions = {}): TestPoller {
    const gate = this.#gate();
    const log: LogEntry[] = [];
    const entry =
      (level: LogEntry['level']) =>
      (message: string, fields: Record<string, unknown> = {}) => {
        log.push({ level, message, fields });
      };
    const clients = this.clients(gate);
    const poll = createPoller({ ...readConfig({}), ...config }, rules, {
      account: { partition: 'aws', region: REGION, accountId: ACCOUNT },
      clients,
      log: { info: entry('info'), warn: entry('warn'), error: entry('error') },
      now: () => this.now,
      sleep: async () => undefined,
    });
    const close = () => {
      for (const client of Object.values(clients)) client.destroy();
    };
    return { gate, log, close, poll: () => poll(remainingMs) };
  }

  /** One poll of a new process, a minute after the last. */
  async poll(options: PollerOptions = {}): Promise<MeteredReport> {
    const poller = this.poller(options);
    this.now += MINUTE;
    try {
      return await poller.poll();
    } finally {
      poller.close();
    }
  }

  /** Every row of the history, by task and sequence. */
  async history(): Promise<Record<string, unknown>[]> {
    const rows = await this.scan('ota-watch-dev-history');
    return rows.sort(
      (a, b) => String(a.taskId).localeCompare(String(b.taskId)) || Number(a.sequence) - Number(b.sequence),
    );
  }

  /** Every item of a table. */
  async scan(TableName: string): Promise<Record<string, unknown>[]> {
    const items: Record<string, unknown>[] = [];
    const pages = paginateScan({ client: this.dynamodb }, { TableName, ConsistentRead: true });
    for await (const { Items = [] } of pages) items.push(...Items);
    return items;
  }

  /** What the bus accepted of a task, in order: type and sequence. */
  events(taskId: string): string[] {
    return this.bus.accepted
      .filter(({ detail }) => Reflect.get(detail, 'taskId') === taskId)
      .map(
        ({ detailType, detail }) =>
          `${Reflect.get(detail, 'sequence')} ${detailType.replace('OTA Task ', '')}`,
      );
  }
}

/** Tries three times, without waiting. */
const impatient = () => new ConfiguredRetryStrategy(3, () => 0);

function documentClient(
  { url, credentials }: TestDatabase,
  gate: Gate,
  translation = TRANSLATION,
): DynamoDBDocumentClient {
  const client = new DynamoDBClient({
    endpoint: url,
    region: REGION,
    credentials,
    retryStrategy: impatient(),
    ...gate.connection('dynamodb', 'dynamodb'),
  });
  return DynamoDBDocumentClient.from(client, translation);
}
