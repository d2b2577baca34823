import { DynamoDBClient, ResourceNotFoundException } from '@aws-sdk/client-dynamodb';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { IoTManagedIntegrationsClient } from '@aws-sdk/client-iot-managed-integrations';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { OtaWatchError } from '../errors.ts';

/** Every AWS client of a function. Region, credentials and endpoints come from the SDK's own environment variables. */
export interface Clients {
  readonly managedIntegrations: IoTManagedIntegrationsClient;
  readonly dynamodb: DynamoDBDocumentClient;
  readonly eventBridge: EventBridgeClient;
}

/** No single answer may take the minute that a poll has: a hung connection is given up and tried again. */
const handler = {
  connectionTimeout: 1_000,
  requestTimeout: 3_000,
  throwOnRequestTimeout: true,
  // An answer that stalls half way.
  socketTimeout: 3_000,
};

/** Adaptive retry slows down when the service throttles, which standard retry does not. */
export function createClients(concurrency: number): Clients {
  const requestHandler = {
    ...handler,
    httpsAgent: { maxSockets: concurrency },
    httpAgent: { maxSockets: concurrency },
  };
  const dynamodb = new DynamoDBClient({ maxAttempts: 3, requestHandler });
  nameMissingTables(dynamodb);
  return {
    managedIntegrations: new IoTManagedIntegrationsClient({
      retryMode: 'adaptive',
      maxAttempts: 3,
      requestHandler: { ...requestHandler, requestTimeout: 5_000 },
    }),
    dynamodb: DynamoDBDocumentClient.from(dynamodb, {
      marshallOptions: { removeUndefinedValues: true },
    }),
    eventBridge: new EventBridgeClient({ maxAttempts: 3, requestHandler }),
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
