import { devNull } from 'node:os';
import { expect, it } from 'vitest';
import { localEnvironment } from '../../../local/stack/environment.ts';

const LOCAL = {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'local',
  AWS_SECRET_ACCESS_KEY: 'local',
  AWS_CONFIG_FILE: devNull,
  AWS_SHARED_CREDENTIALS_FILE: devNull,
  AWS_EC2_METADATA_DISABLED: 'true',
};

it('lets nothing of the account of whoever runs it through', () => {
  const inherited = {
    PATH: '/bin',
    UNSET: undefined,
    AWS_PROFILE: 'production',
    AWS_ACCESS_KEY_ID: 'AKIAREAL',
    AWS_SESSION_TOKEN: 'real',
    AWS_ENDPOINT_URL: 'https://example.com',
    AWS_REGION: 'eu-west-1',
  };
  expect(localEnvironment(inherited)).toEqual({ PATH: '/bin', ...LOCAL });
});

it('points the SDK at the local stand-ins', () => {
  const endpoints = {
    managedIntegrations: 'http://m',
    dynamodb: 'http://d',
    eventBridge: 'http://e',
    sqs: 'http://q',
    ssm: 'http://s',
    cloudWatch: 'http://c',
  };
  expect(localEnvironment({}, endpoints)).toEqual({
    ...LOCAL,
    AWS_ENDPOINT_URL_IOT_MANAGED_INTEGRATIONS: 'http://m',
    AWS_ENDPOINT_URL_DYNAMODB: 'http://d',
    AWS_ENDPOINT_URL_EVENTBRIDGE: 'http://e',
    AWS_ENDPOINT_URL_SQS: 'http://q',
    AWS_ENDPOINT_URL_SSM: 'http://s',
    AWS_ENDPOINT_URL_CLOUDWATCH: 'http://c',
  });
});
