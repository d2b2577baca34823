import {
  type AwsSdkSigV4AuthInputConfig,
  type AwsSdkSigV4AuthResolvedConfig,
  type AwsSdkSigV4PreviouslyResolved,
  resolveAwsSdkSigV4Config,
} from '@aws-sdk/core/httpAuthSchemes';
import { getSmithyContext, normalizeProvider } from '@smithy/core/client';
import type {
  HandlerExecutionContext,
  HttpAuthScheme,
  HttpAuthSchemeParameters,
  HttpAuthSchemeProvider,
  Provider,
} from '@smithy/types';
import type { IoTManagedIntegrationsClientResolvedConfig } from './client.ts';
import { SIGNING_NAME } from './endpoint.ts';

export interface IoTManagedIntegrationsHttpAuthSchemeParameters extends HttpAuthSchemeParameters {
  region?: string;
}

export type IoTManagedIntegrationsHttpAuthSchemeProvider =
  HttpAuthSchemeProvider<IoTManagedIntegrationsHttpAuthSchemeParameters>;

export interface HttpAuthSchemeInputConfig extends AwsSdkSigV4AuthInputConfig {
  authSchemePreference?: string[] | Provider<string[]>;
  httpAuthSchemes?: HttpAuthScheme[];
  httpAuthSchemeProvider?: IoTManagedIntegrationsHttpAuthSchemeProvider;
}

export interface HttpAuthSchemeResolvedConfig extends AwsSdkSigV4AuthResolvedConfig {
  readonly authSchemePreference: Provider<string[]>;
  readonly httpAuthSchemes: HttpAuthScheme[];
  readonly httpAuthSchemeProvider: IoTManagedIntegrationsHttpAuthSchemeProvider;
}

export async function defaultIoTManagedIntegrationsHttpAuthSchemeParametersProvider(
  config: IoTManagedIntegrationsClientResolvedConfig,
  context: HandlerExecutionContext,
): Promise<IoTManagedIntegrationsHttpAuthSchemeParameters> {
  const region = await config.region();
  if (!region) throw new Error('expected `region` to be configured for `aws.auth#sigv4`');
  return { operation: String(getSmithyContext(context).operation), region };
}

export const defaultIoTManagedIntegrationsHttpAuthSchemeProvider: IoTManagedIntegrationsHttpAuthSchemeProvider =
  ({ region }) => [
    {
      schemeId: 'aws.auth#sigv4',
      signingProperties: { name: SIGNING_NAME, region },
      propertiesExtractor: (config, context) => ({ signingProperties: { config, context } }),
    },
  ];

export function resolveHttpAuthSchemeConfig<T>(
  config: T & HttpAuthSchemeInputConfig & AwsSdkSigV4PreviouslyResolved,
) {
  return Object.assign(resolveAwsSdkSigV4Config(config), {
    authSchemePreference: normalizeProvider(config.authSchemePreference ?? []),
  });
}
