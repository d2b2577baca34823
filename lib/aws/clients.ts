import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import { DynamoDBClient, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IoTManagedIntegrationsClient } from '@aws-sdk/client-iot-managed-integrations';
import { SQSClient } from '@aws-sdk/client-sqs';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { DynamoDBDocumentClient, type TranslateConfig } from '@aws-sdk/lib-dynamodb';
import { OtaWatchError } from '../errors.ts';
import { leanCalls } from './lean-calls.ts';
import { createSsmClient } from './secrets.ts';

/** Every AWS client of the poll. Region, credentials and endpoints come from the SDK's own environment variables. */
export interface Clients {
  readonly managedIntegrations: IoTManagedIntegrationsClient;
  readonly dynamodb: DynamoDBDocumentClient;
  readonly eventBridge: EventBridgeClient;
}

export interface NotifierClients extends Omit<Clients, 'eventBridge'> {
  readonly sqs: SQSClient;
  readonly ssm: SSMClient;
}

export interface ApiClients extends Omit<Clients, 'eventBridge'> {
  readonly cloudWatch: CloudWatchClient;
}

/** No answer may take a good part of the minute that a poll has: it is given up and asked for again. */
const TIMEOUT_MS = 3_000;
const QUEUE_CONNECTIONS = 5;

export const TRANSLATION: TranslateConfig = { marshallOptions: { removeUndefinedValues: true } };

/**
 * The API shows and checks what is stored, whoever put it there. A number that no row of ours can hold becomes the nearest one;
 * else it would be a BigInt, of which no JSON can be made. It fails the check of its hash, unless the nearest one is what was
 * there before: 3.9999999999999999999999999 passes as 4.
 */
export const API_TRANSLATION: TranslateConfig = {
  marshallOptions: { removeUndefinedValues: true, allowImpreciseNumbers: true },
  unmarshallOptions: { wrapNumbers: Number },
};

/**
 * Standard retry everywhere: adaptive retry slows every task down for the few that are throttled.
 *
 * @param timeoutMs until an answer begins, and between its parts
 * @param busAttempts 1 for whoever may not publish anything twice: an answer that is lost leaves that open
 */
export function createClients(
  concurrency: number,
  { timeoutMs = TIMEOUT_MS, busAttempts = 3 } = {},
): Clients {
  const requestHandler = requestHandlerOf(concurrency, timeoutMs);
  return {
    ...createSharedClients(requestHandler),
    eventBridge: new EventBridgeClient({ maxAttempts: busAttempts, requestHandler }),
  };
}

/** The client of a queue to which a few requests go now and then. */
export function createQueueClient({ timeoutMs = TIMEOUT_MS } = {}): SQSClient {
  return queueClientOf(requestHandlerOf(QUEUE_CONNECTIONS, timeoutMs));
}

/** The clients of a notifier: those of a poll, save for the bus, and those of the queue and the secrets. */
export function createNotifierClients(concurrency: number, { timeoutMs = TIMEOUT_MS } = {}): NotifierClients {
  const requestHandler = requestHandlerOf(concurrency, timeoutMs);
  return {
    ...createSharedClients(requestHandler),
    sqs: queueClientOf(requestHandler),
    ssm: createSsmClient(),
  };
}

/** The clients of the API: those of a poll, save for the bus, and that of its metrics. */
export function createApiClients(concurrency: number, { timeoutMs = TIMEOUT_MS } = {}): ApiClients {
  const requestHandler = requestHandlerOf(concurrency, timeoutMs);
  return {
    ...createSharedClients(requestHandler, API_TRANSLATION),
    cloudWatch: new CloudWatchClient({ maxAttempts: 2, requestHandler }),
  };
}

function queueClientOf(requestHandler: ReturnType<typeof requestHandlerOf>): SQSClient {
  // Else requests go to the host of the queue's URL, whatever endpoint is configured.
  return new SQSClient({ maxAttempts: 3, requestHandler, useQueueUrlAsEndpoint: false });
}

function createSharedClients(
  requestHandler: ReturnType<typeof requestHandlerOf>,
  translation: TranslateConfig = TRANSLATION,
) {
  const dynamodb = new DynamoDBClient({ maxAttempts: 3, requestHandler });
  nameMissingTables(dynamodb);
  const managedIntegrations = new IoTManagedIntegrationsClient({
    retryMode: 'standard',
    maxAttempts: 3,
    requestHandler,
  });
  // A poll asks for each task; of the others it asks for many things at once.
  leanCalls(managedIntegrations);
  return {
    managedIntegrations,
    dynamodb: DynamoDBDocumentClient.from(dynamodb, translation),
  };
}

function requestHandlerOf(concurrency: number, timeoutMs: number) {
  return {
    connectionTimeout: Math.min(1_000, timeoutMs),
    requestTimeout: timeoutMs,
    throwOnRequestTimeout: true,
    socketTimeout: timeoutMs,
    httpsAgent: { maxSockets: concurrency },
    httpAgent: { maxSockets: concurrency },
  };
}

/** DynamoDB does not say which table it does not find. */
function nameMissingTables(client: DynamoDBClient): void {
  client.middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        if (!(error instanceof ResourceNotFoundException)) throw error;
        throw new OtaWatchError(`Table ${Reflect.get(args.input, 'TableName')} does not exist`, {
          cause: error,
        });
      }
    },
    { step: 'initialize', name: 'otaWatchNameMissingTables' },
  );
}
