import {
  type IoTManagedIntegrationsClientConfig,
  ListOtaTasksCommand,
} from '@aws-sdk/client-iot-managed-integrations';
import { type HttpRequest, HttpResponse } from '@smithy/core/protocols';
import { describe, expect, it, vi } from 'vitest';
import { connect, IDENTITY, rejection, useCleanEnvironment } from './harness.ts';

useCleanEnvironment();

/** Where a request of this configuration would go, found without a network. */
async function target(
  config: IoTManagedIntegrationsClientConfig,
  environment: Record<string, string> = {},
): Promise<string | undefined> {
  for (const [name, value] of Object.entries(environment)) vi.stubEnv(name, value);
  let url: string | undefined;
  const handle = async ({ protocol, hostname, port, path }: HttpRequest) => {
    url = `${protocol}//${hostname}${port ? `:${port}` : ''}${path}`;
    return { response: new HttpResponse({ statusCode: 200 }) };
  };
  const requestHandler = { handle, updateHttpClientConfig: () => {}, httpHandlerConfigs: () => ({}) };
  await connect({ ...config, requestHandler }).send(new ListOtaTasksCommand());
  return url?.replace(/\/ota-tasks$/, '');
}

describe('the endpoint of a region', () => {
  it.each([
    ['us-east-1', {}, 'https://api.iotmanagedintegrations.us-east-1.api.aws'],
    ['eu-west-1', {}, 'https://api.iotmanagedintegrations.eu-west-1.api.aws'],
    ['us-gov-west-1', {}, 'https://api.iotmanagedintegrations.us-gov-west-1.api.aws'],
    ['xx-future-9', {}, 'https://api.iotmanagedintegrations.xx-future-9.api.aws'],
    ['cn-north-1', {}, 'https://api.iotmanagedintegrations.cn-north-1.api.amazonwebservices.com.cn'],
    [
      'ca-central-1',
      { useFipsEndpoint: true },
      'https://api.iotmanagedintegrations-fips.ca-central-1.api.aws',
    ],
    [
      'cn-northwest-1',
      { useFipsEndpoint: true },
      'https://api.iotmanagedintegrations-fips.cn-northwest-1.api.amazonwebservices.com.cn',
    ],
    ['eu-west-1', { useDualstackEndpoint: true }, 'https://api.iotmanagedintegrations.eu-west-1.api.aws'],
    ['fips-us-east-1', {}, 'https://api.iotmanagedintegrations-fips.us-east-1.api.aws'],
  ])('%s %j', async (region, config, expected) => {
    expect(await target({ ...IDENTITY, region, ...config })).toBe(expected);
  });

  it('follows AWS_REGION and AWS_USE_FIPS_ENDPOINT', async () => {
    const { credentials } = IDENTITY;
    expect(await target({ credentials }, { AWS_REGION: 'us-west-2', AWS_USE_FIPS_ENDPOINT: 'true' })).toBe(
      'https://api.iotmanagedintegrations-fips.us-west-2.api.aws',
    );
  });
});

describe('a custom endpoint', () => {
  const SERVICE = { AWS_ENDPOINT_URL_IOT_MANAGED_INTEGRATIONS: 'http://127.0.0.1:4001' };
  const ALL = { AWS_ENDPOINT_URL: 'http://127.0.0.1:4002/all' };

  it.each([
    [
      'of the configuration',
      { endpoint: 'https://mi.example:8443/base' },
      {},
      'https://mi.example:8443/base',
    ],
    ['of the service variable', {}, SERVICE, 'http://127.0.0.1:4001'],
    ['of the variable for all services', {}, ALL, 'http://127.0.0.1:4002/all'],
    ['service before all', {}, { ...SERVICE, ...ALL }, 'http://127.0.0.1:4001'],
    ['configuration before environment', { endpoint: 'http://mi.example' }, SERVICE, 'http://mi.example'],
    [
      'not where the environment says to ignore it',
      {},
      { ...SERVICE, AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: 'true' },
      'https://api.iotmanagedintegrations.eu-west-1.api.aws',
    ],
  ])('%s', async (_, config, environment, expected) => {
    expect(await target({ ...IDENTITY, ...config }, environment)).toBe(expected);
  });

  it.each([
    ['configuration', { endpoint: 'http://mi.example', useFipsEndpoint: true }, {}],
    ['environment', {}, { ...SERVICE, AWS_USE_FIPS_ENDPOINT: 'true' }],
  ])('cannot be a FIPS endpoint: %s', async (_, config, environment) => {
    const error = await rejection(target({ ...IDENTITY, ...config }, environment));
    expect(error.message).toBe('Invalid Configuration: FIPS and custom endpoint are not supported');
  });
});

it('needs a region', async () => {
  const { credentials } = IDENTITY;
  expect((await rejection(target({ credentials }))).message).toBe('Region is missing');
});
