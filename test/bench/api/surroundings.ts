import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createParameterReader } from '../../../lib/api/parameters.ts';
import type { ApiRequest, Respond } from '../../../lib/api/routes.ts';
import { type ApiClients, createApiClients } from '../../../lib/aws/clients.ts';
import { createApi } from '../../../lib/compose-api.ts';
import { withDefaults } from '../../../lib/rule-file/defaults.ts';
import { parseRuleFile } from '../../../lib/rule-file/parse.ts';
import { TABLES } from '../../support/tables.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');
const [TASKS, HISTORY] = TABLES;
if (TASKS === undefined || HISTORY === undefined) throw new RangeError('there are two tables');
export const NAMES = { tasks: TASKS.name, history: HISTORY.name };

/** The environment that an API needs to reach stand-ins on this machine. */
export interface Endpoints {
  readonly dynamodb: string;
  readonly managedIntegrations: string;
  readonly cloudWatch: string;
}

/** As DynamoDB Local in one process is slower by far than DynamoDB, no request is given up. */
const TIMEOUT_MS = 60_000;

export function apiClients(endpoints: Endpoints): ApiClients {
  Object.assign(process.env, {
    AWS_REGION: 'eu-west-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
    AWS_ENDPOINT_URL_IOT_MANAGED_INTEGRATIONS: endpoints.managedIntegrations,
    AWS_ENDPOINT_URL_CLOUDWATCH: endpoints.cloudWatch,
  });
  return createApiClients(50, { timeoutMs: TIMEOUT_MS });
}

/** The API as its function makes it, without the gateway and middy's few microseconds. */
export function benchApi(clients: ApiClients, now: () => number): Respond {
  const parameters = createParameterReader(readFileSync(path.join(ROOT, 'api/openapi.yml'), 'utf8'));
  const config = {
    tasksTable: NAMES.tasks,
    historyTable: NAMES.history,
    cursorKey: 'k'.repeat(64),
    access: { auth: 'iam' as const },
    ignoredTags: [],
    rememberSeconds: 10,
    pollPeriodSeconds: 60,
    pollService: 'ota-watch-dev',
  };
  const complain = (message: string, fields?: object) =>
    void process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
  return createApi(
    config,
    { parameters, rules: withDefaults(parseRuleFile('version: 1\nrules: []\n', 'bench.yml')) },
    {
      account: { accountId: '123456789012', region: 'eu-west-1', partition: 'aws' },
      clients,
      log: { info: () => undefined, warn: () => undefined, error: complain },
      now,
    },
  );
}

export function requestOf(query: Readonly<Record<string, string>>, taskId?: string): ApiRequest {
  return {
    path: { ...(taskId !== undefined && { taskId }) },
    query: new URLSearchParams(query).toString(),
    authorizer: { iam: {} },
    requestId: 'bench',
    remainingMs: () => 29_000,
  };
}
