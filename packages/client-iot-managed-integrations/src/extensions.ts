import {
  getAwsRegionExtensionConfiguration,
  resolveAwsRegionExtensionConfiguration,
} from '@aws-sdk/core/client';
import type { AwsRegionExtensionConfiguration } from '@aws-sdk/types';
import { getDefaultExtensionConfiguration, resolveDefaultRuntimeConfig } from '@smithy/core/client';
import {
  getHttpHandlerExtensionConfiguration,
  type HttpHandlerExtensionConfiguration,
  resolveHttpHandlerRuntimeConfig,
} from '@smithy/core/protocols';
import type {
  AwsCredentialIdentity,
  AwsCredentialIdentityProvider,
  DefaultExtensionConfiguration,
  HttpAuthScheme,
} from '@smithy/types';
import type { HttpAuthSchemeResolvedConfig, IoTManagedIntegrationsHttpAuthSchemeProvider } from './auth.ts';

type Credentials = AwsCredentialIdentity | AwsCredentialIdentityProvider;

export interface HttpAuthExtensionConfiguration {
  setHttpAuthScheme(httpAuthScheme: HttpAuthScheme): void;
  httpAuthSchemes(): HttpAuthScheme[];
  setHttpAuthSchemeProvider(httpAuthSchemeProvider: IoTManagedIntegrationsHttpAuthSchemeProvider): void;
  httpAuthSchemeProvider(): IoTManagedIntegrationsHttpAuthSchemeProvider;
  setCredentials(credentials: Credentials): void;
  credentials(): Credentials | undefined;
}

/** What an extension of the client may look at and change. */
export interface IoTManagedIntegrationsExtensionConfiguration
  extends HttpHandlerExtensionConfiguration,
    DefaultExtensionConfiguration,
    AwsRegionExtensionConfiguration,
    HttpAuthExtensionConfiguration {}

export interface RuntimeExtension {
  configure(extensionConfiguration: IoTManagedIntegrationsExtensionConfiguration): void;
}

export interface RuntimeExtensionsConfig {
  extensions: RuntimeExtension[];
}

type ExtensibleConfig = HttpAuthSchemeResolvedConfig &
  Parameters<typeof getAwsRegionExtensionConfiguration>[0] &
  Parameters<typeof getDefaultExtensionConfiguration>[0] &
  Parameters<typeof getHttpHandlerExtensionConfiguration>[0];

function getHttpAuthExtensionConfiguration(config: ExtensibleConfig): HttpAuthExtensionConfiguration {
  const httpAuthSchemes = config.httpAuthSchemes;
  let { httpAuthSchemeProvider } = config;
  let credentials: Credentials = config.credentials;
  return {
    setHttpAuthScheme(scheme) {
      const index = httpAuthSchemes.findIndex(({ schemeId }) => schemeId === scheme.schemeId);
      httpAuthSchemes.splice(index === -1 ? httpAuthSchemes.length : index, 1, scheme);
    },
    httpAuthSchemes: () => httpAuthSchemes,
    setHttpAuthSchemeProvider(provider) {
      httpAuthSchemeProvider = provider;
    },
    httpAuthSchemeProvider: () => httpAuthSchemeProvider,
    setCredentials(value) {
      credentials = value;
    },
    credentials: () => credentials,
  };
}

/** Lets the extensions change the configuration, which is changed in place. */
export function resolveRuntimeExtensions<T extends ExtensibleConfig>(
  config: T,
  extensions: RuntimeExtension[],
) {
  const view = Object.assign(
    getAwsRegionExtensionConfiguration(config),
    getDefaultExtensionConfiguration(config),
    getHttpHandlerExtensionConfiguration(config),
    getHttpAuthExtensionConfiguration(config),
  );
  for (const extension of extensions) extension.configure(view);
  return Object.assign(
    config,
    resolveAwsRegionExtensionConfiguration(view),
    resolveDefaultRuntimeConfig(view),
    resolveHttpHandlerRuntimeConfig(view),
    {
      httpAuthSchemes: view.httpAuthSchemes(),
      httpAuthSchemeProvider: view.httpAuthSchemeProvider(),
      credentials: view.credentials(),
    },
  );
}
