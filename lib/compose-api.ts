import type { ApiConfig } from './api/config.ts';
import { createCursors } from './api/cursor.ts';
import { createFleet } from './api/fleet.ts';
import { health } from './api/health.ts';
import type { ParameterReader } from './api/parameters.ts';
import { remembered } from './api/remembered.ts';
import { createRoutes, type Respond } from './api/routes.ts';
import { createShowTask } from './api/show-task.ts';
import { heartbeat } from './aws/api/heartbeat.ts';
import { historyPages } from './aws/api/history-pages.ts';
import type { ApiClients } from './aws/clients.ts';
import { otaService } from './aws/managed-integrations.ts';
import type { Account } from './aws/ota-answers.ts';
import { taskTable } from './aws/task-table.ts';
import { canonicalHash } from './canonical-hash.ts';
import type { RuleSet } from './domain/rules/rule-set.ts';
import type { Log } from './ports.ts';

/** What the API runs in. */
export interface ApiSurroundings {
  readonly account: Account;
  readonly clients: ApiClients;
  readonly log: Log;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** What the API is made by. */
export interface ApiSources {
  readonly parameters: ParameterReader;
  /** Those built in and those of the rule file, in order. */
  readonly rules: RuleSet;
}

const HEARTBEAT_KEPT_MS = 30_000;
/** A deployment's first poll is to be seen soon. */
const NO_HEARTBEAT_KEPT_MS = 3_000;

/** Puts the API together with AWS. It keeps connections, and for a moment what it has read, from one request to the next. */
export function createApi(
  config: ApiConfig,
  { parameters, rules }: ApiSources,
  { account, clients, log, now }: ApiSurroundings,
): Respond {
  const { dynamodb, managedIntegrations, cloudWatch } = clients;
  const fleet = createFleet(
    taskTable(dynamodb, config.tasksTable, { isScanConsistent: false }),
    now,
    config.rememberSeconds * 1_000,
  );
  const history = historyPages(dynamodb, config.historyTable);
  const service = otaService(managedIntegrations, account);
  const { ignoredTags } = config;
  const periodMs = config.pollPeriodSeconds * 1_000;
  const { last } = heartbeat({ client: cloudWatch, service: config.pollService, periodMs, now });
  const lastPoll = remembered(last, {
    now,
    keepMs: (at) => (at === undefined ? NO_HEARTBEAT_KEPT_MS : HEARTBEAT_KEPT_MS),
    maxKeys: 1,
  });
  const healthDeps = { fleet, heartbeat: { last: () => lastPoll('last') }, now, periodMs, log };
  return createRoutes({
    parameters,
    cursors: createCursors(config.cursorKey),
    access: config.access,
    fleet,
    history,
    hash: canonicalHash,
    showTask: createShowTask({ fleet, history, service, rules, now, periodMs, ignoredTags, log }),
    health: () => health(healthDeps),
    now,
    log,
  });
}
