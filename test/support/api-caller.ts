import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { Context } from 'aws-lambda';
import { expect } from 'vitest';
import { apiHandler } from '../../functions/api-handler.ts';
import { readApiConfig } from '../../lib/api/config.ts';
import { createParameterReader, type OperationId } from '../../lib/api/parameters.ts';
import { API_TRANSLATION, type ApiClients } from '../../lib/aws/clients.ts';
import { createApi } from '../../lib/compose-api.ts';
import { DEFAULT_RULES } from '../../lib/rule-file/defaults.ts';
import { type CloudWatchStandIn, startCloudWatch } from '../../local/cloudwatch/cloudwatch.ts';
import { responseProblems } from './api-schemas.ts';
import { Gate } from './gate.ts';
import { type LogEntry, REGION, type World } from './world.ts';

const OPENAPI = readFileSync(path.resolve(import.meta.dirname, '../../api/openapi.yml'), 'utf8');
export const READER = ['ota-watch-reader'];
export const EXPORTER = ['ota-watch-exporter'];
const ENVIRONMENT = {
  API_AUTH: 'jwt',
  CURSOR_KEY: 'a key of the tests, long enough to count',
};

export interface CallOptions {
  /** The claim `cognito:groups`, in any form. */
  readonly groups?: unknown;
  /** What the gateway says of the caller, if it is something else than such a claim. */
  readonly authorizer?: object;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Called {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** As it is on the wire. */
  readonly wire: { readonly body: string | undefined; readonly isBase64Encoded: boolean };
  /** Without its encoding. */
  readonly text: string;
  /** Of JSON. */
  readonly body: Record<string, unknown>;
}

/** The function of the API in a world, called as API Gateway calls it. Every answer is held against `api/openapi.yml`. */
export class ApiCaller {
  readonly log: LogEntry[] = [];
  readonly cloudWatch: CloudWatchStandIn;
  readonly #handler: ReturnType<typeof apiHandler>;
  readonly #routes: ReturnType<typeof createParameterReader>['routes'];
  readonly #clients: ApiClients;

  private constructor(world: World, cloudWatch: CloudWatchStandIn, env: Readonly<Record<string, string>>) {
    this.cloudWatch = cloudWatch;
    const { eventBridge, ...clients } = world.clients(new Gate(), API_TRANSLATION);
    eventBridge.destroy();
    const { credentials } = world.database;
    this.#clients = {
      ...clients,
      cloudWatch: new CloudWatchClient({
        region: REGION,
        endpoint: cloudWatch.url,
        credentials,
        maxAttempts: 1,
      }),
    };
    const entry =
      (level: LogEntry['level']) =>
      (message: string, fields: Record<string, unknown> = {}) => {
        this.log.push({ level, message, fields });
      };
    const log = { info: entry('info'), warn: entry('warn'), error: entry('error') };
    const parameters = createParameterReader(OPENAPI);
    this.#routes = parameters.routes;
    this.#handler = apiHandler(parameters, (surroundings) =>
      createApi(
        readApiConfig({ ...ENVIRONMENT, ...env }),
        { parameters, rules: DEFAULT_RULES },
        { ...surroundings, clients: this.#clients, log, now: () => world.now },
      ),
    );
  }

  static async open(world: World, env: Readonly<Record<string, string>> = {}): Promise<ApiCaller> {
    return new ApiCaller(world, await startCloudWatch(), env);
  }

  async close(): Promise<void> {
    for (const client of Object.values(this.#clients)) client.destroy();
    await this.cloudWatch.close();
  }

  /** @param target path and query, as they stand in the address */
  async call(target: string, options: CallOptions = {}): Promise<Called> {
    const answer = await this.#handler(eventOf(target, options), CONTEXT);
    const { statusCode = 0, headers = {}, body, isBase64Encoded = false } = answer;
    const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]);
    const lowered: Record<string, string> = Object.fromEntries(named);
    const bytes = Buffer.from(body ?? '', isBase64Encoded ? 'base64' : 'utf8');
    const text = (lowered['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString();
    const isJson = lowered['content-type']?.endsWith('json') ?? false;
    const parsed = isJson ? JSON.parse(text) : {};
    const operation = this.#operationOf(target);
    if (operation !== undefined) {
      const given = isJson ? parsed : text;
      expect(responseProblems(operation, statusCode, lowered['content-type'], given)).toEqual([]);
    }
    return { status: statusCode, headers: lowered, wire: { body, isBase64Encoded }, text, body: parsed };
  }

  #operationOf(target: string): OperationId | undefined {
    const [where = ''] = target.split('?');
    const isAt = (route: string) => new RegExp(`^${route.replace('{taskId}', '[^/]+')}$`).test(where);
    return this.#routes.find((route) => isAt(route.path))?.operationId;
  }
}

function eventOf(target: string, { groups = READER, authorizer, headers = {} }: CallOptions) {
  const [rawPath = '', rawQueryString = ''] = target.split('?');
  const claims = { sub: 'somebody', 'cognito:groups': groups };
  return {
    version: '2.0',
    routeKey: '',
    rawPath,
    rawQueryString,
    headers: { ...headers },
    isBase64Encoded: false,
    requestContext: {
      accountId: '123456789012',
      apiId: 'api',
      domainName: 'api.example',
      domainPrefix: 'api',
      http: { method: 'GET', path: rawPath, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1', userAgent: '' },
      requestId: 'gateway',
      routeKey: '',
      stage: '$default',
      time: '',
      timeEpoch: 0,
      authorizer: authorizer ?? { jwt: { claims, scopes: null } },
    },
  };
}

const CONTEXT: Context = {
  callbackWaitsForEmptyEventLoop: false,
  functionName: 'ota-watch-dev-api',
  functionVersion: '$LATEST',
  invokedFunctionArn: 'arn:aws:lambda:us-east-1:123456789012:function:ota-watch-dev-api',
  memoryLimitInMB: '1024',
  awsRequestId: 'request-1',
  logGroupName: '',
  logStreamName: '',
  getRemainingTimeInMillis: () => 29_000,
  done: () => undefined,
  fail: () => undefined,
  succeed: () => undefined,
};
