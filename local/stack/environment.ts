import { devNull } from 'node:os';

/** Where the local stack pretends to be. */
export const REGION = 'us-east-1';
export const ACCOUNT_ID = '123456789012';
export const STACK_NAME = 'ota-watch-dev';
/** Good for nothing: the local stand-ins look at the form of a signature only. */
export const CREDENTIALS = { accessKeyId: 'local', secretAccessKey: 'local' };

/** URLs of the local stand-ins. */
export interface Endpoints {
  readonly managedIntegrations: string;
  readonly cloudWatch: string;
  readonly dynamodb: string;
  readonly eventBridge: string;
  readonly sqs: string;
  readonly ssm: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The environment of a child process that must never reach AWS: of the inherited variables none that concerns AWS remains,
 * and neither configuration files nor the instance metadata service are asked. A service without an endpoint here answers
 * to the credentials with a refusal.
 */
export function localEnvironment(inherited: Environment, endpoints?: Endpoints): Record<string, string> {
  const kept = Object.entries(inherited).flatMap(([name, value]) =>
    value === undefined || name.startsWith('AWS_') ? [] : [[name, value]],
  );
  return {
    ...Object.fromEntries(kept),
    AWS_REGION: REGION,
    AWS_ACCESS_KEY_ID: CREDENTIALS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: CREDENTIALS.secretAccessKey,
    AWS_CONFIG_FILE: devNull,
    AWS_SHARED_CREDENTIALS_FILE: devNull,
    AWS_EC2_METADATA_DISABLED: 'true',
    ...(endpoints !== undefined && {
      AWS_ENDPOINT_URL_CLOUDWATCH: endpoints.cloudWatch,
      AWS_ENDPOINT_URL_DYNAMODB: endpoints.dynamodb,
      AWS_ENDPOINT_URL_EVENTBRIDGE: endpoints.eventBridge,
      AWS_ENDPOINT_URL_IOT_MANAGED_INTEGRATIONS: endpoints.managedIntegrations,
      AWS_ENDPOINT_URL_SQS: endpoints.sqs,
      AWS_ENDPOINT_URL_SSM: endpoints.ssm,
    }),
  };
}
