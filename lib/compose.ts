import { randomUUID } from 'node:crypto';
import { meterCalls } from './aws/call-meter.ts';
import type { Clients } from './aws/clients.ts';
import { eventBus } from './aws/event-bus.ts';
import { historyTable } from './aws/history-table.ts';
import { otaService } from './aws/managed-integrations.ts';
import type { Account } from './aws/ota-answers.ts';
import { taskTable } from './aws/task-table.ts';
import { canonicalHash } from './canonical-hash.ts';
import type { Config } from './config.ts';
import { CriteriaReader } from './criteria.ts';
import { isWanted } from './domain/discovery.ts';
import { type MeteredReport, poll } from './poll.ts';
import type { Log } from './ports.ts';
import { UnwantedTasks } from './unwanted.ts';

/** Runs polls; keeps connections and what does not change from one to the next. */
export type Poller = (remainingMs: () => number) => Promise<MeteredReport>;

/** What a poller runs in. */
export interface Surroundings {
  readonly account: Account;
  readonly clients: Clients;
  readonly log: Log;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/** Puts the poll together with AWS. */
export function createPoller(config: Config, surroundings: Surroundings): Poller {
  const { account, clients, log, now, sleep } = surroundings;
  const { managedIntegrations, dynamodb, eventBridge } = clients;
  const takeCount = meterCalls(managedIntegrations);
  const service = otaService(managedIntegrations, account);
  const deps = {
    service,
    tasks: taskTable(dynamodb, config.tasksTable),
    history: historyTable(dynamodb, config.historyTable),
    bus: eventBus(eventBridge, config.eventBus),
    criteria: new CriteriaReader(service, log, now),
    unwanted: new UnwantedTasks(),
    log,
    now,
    sleep,
    concurrency: config.fetchConcurrency,
    discovery: config.discovery,
    progressEvents: config.progressEvents,
    isWanted: ({ tags }: { tags: Readonly<Record<string, string>> }) =>
      isWanted(config.discovery, config.discoveryTag, tags),
    chain: {
      hash: canonicalHash,
      ...(config.historyRetentionDays !== undefined && { retentionDays: config.historyRetentionDays }),
    },
  };
  return async (remainingMs) => {
    const report = await poll({ ...deps, writeId: randomUUID(), remainingMs });
    return { ...report, api: takeCount() };
  };
}
