import {
  getHostHeaderPlugin,
  getLoggerPlugin,
  getRecursionDetectionPlugin,
  getUserAgentPlugin,
  type HostHeaderInputConfig,
  type HostHeaderResolvedConfig,
  resolveHostHeaderConfig,
  resolveUserAgentConfig,
  type UserAgentInputConfig,
  type UserAgentResolvedConfig,
} from '@aws-sdk/core/client';
import type { DefaultProviderInit } from '@aws-sdk/credential-provider-node';
import {
  DefaultIdentityProviderConfig,
  getHttpAuthSchemeEndpointRuleSetPlugin,
  getHttpSigningPlugin,
} from '@smithy/core';
import {
  Client,
  type DefaultsMode,
  type SmithyConfiguration,
  type SmithyResolvedConfiguration,
} from '@smithy/core/client';
import { type RegionInputConfig, type RegionResolvedConfig, resolveRegionConfig } from '@smithy/core/config';
import {
  type EndpointInputConfig,
  type EndpointResolvedConfig,
  resolveEndpointConfig,
} from '@smithy/core/endpoints';
import { getContentLengthPlugin, type HttpHandlerUserInput } from '@smithy/core/protocols';
import {
  getRetryPlugin,
  type RetryInputConfig,
  type RetryResolvedConfig,
  resolveRetryConfig,
} from '@smithy/core/retry';
import { getSchemaSerdePlugin } from '@smithy/core/schema';
import type {
  AwsCredentialIdentityProvider,
  BodyLengthCalculator,
  CheckOptionalClientConfig,
  ChecksumConstructor,
  Decoder,
  Encoder,
  HashConstructor,
  HttpHandlerOptions,
  Logger,
  Provider,
  StreamCollector,
  UrlParser,
  UserAgent,
} from '@smithy/types';
import {
  defaultIoTManagedIntegrationsHttpAuthSchemeParametersProvider,
  type HttpAuthSchemeInputConfig,
  type HttpAuthSchemeResolvedConfig,
  resolveHttpAuthSchemeConfig,
} from './auth.ts';
import type { ServiceInputTypes, ServiceOutputTypes } from './commands.ts';
import {
  type ClientInputEndpointParameters,
  type ClientResolvedEndpointParameters,
  type EndpointParameters,
  resolveClientEndpointParameters,
} from './endpoint.ts';
import {
  type RuntimeExtension,
  type RuntimeExtensionsConfig,
  resolveRuntimeExtensions,
} from './extensions.ts';
import { getRuntimeConfig } from './runtimeConfig.ts';

/** Settings that have a default in every runtime. */
export interface ClientDefaults extends Partial<SmithyConfiguration<HttpHandlerOptions>> {
  requestHandler?: HttpHandlerUserInput;
  sha256?: ChecksumConstructor | HashConstructor;
  urlParser?: UrlParser;
  bodyLengthChecker?: BodyLengthCalculator;
  streamCollector?: StreamCollector;
  base64Decoder?: Decoder;
  base64Encoder?: Encoder;
  utf8Decoder?: Decoder;
  utf8Encoder?: Encoder;
  runtime?: string;
  disableHostPrefix?: boolean;
  serviceId?: string;
  useDualstackEndpoint?: boolean | Provider<boolean>;
  useFipsEndpoint?: boolean | Provider<boolean>;
  region?: string | Provider<string>;
  profile?: string;
  defaultUserAgentProvider?: Provider<UserAgent>;
  credentialDefaultProvider?: (input?: DefaultProviderInit) => AwsCredentialIdentityProvider;
  maxAttempts?: number | Provider<number>;
  retryMode?: string | Provider<string>;
  logger?: Logger;
  extensions?: RuntimeExtension[];
  defaultsMode?: DefaultsMode | Provider<DefaultsMode>;
}

export type IoTManagedIntegrationsClientConfigType = Partial<SmithyConfiguration<HttpHandlerOptions>> &
  ClientDefaults &
  UserAgentInputConfig &
  RetryInputConfig &
  RegionInputConfig &
  HostHeaderInputConfig &
  EndpointInputConfig<EndpointParameters> &
  HttpAuthSchemeInputConfig &
  ClientInputEndpointParameters;

export interface IoTManagedIntegrationsClientConfig extends IoTManagedIntegrationsClientConfigType {}

export type IoTManagedIntegrationsClientResolvedConfigType = SmithyResolvedConfiguration<HttpHandlerOptions> &
  Required<ClientDefaults> &
  RuntimeExtensionsConfig &
  UserAgentResolvedConfig &
  RetryResolvedConfig &
  RegionResolvedConfig &
  HostHeaderResolvedConfig &
  EndpointResolvedConfig<EndpointParameters> &
  HttpAuthSchemeResolvedConfig &
  ClientResolvedEndpointParameters;

export interface IoTManagedIntegrationsClientResolvedConfig
  extends IoTManagedIntegrationsClientResolvedConfigType {}

function resolveConfig(
  input: IoTManagedIntegrationsClientConfig,
): IoTManagedIntegrationsClientResolvedConfig {
  const defaults = resolveClientEndpointParameters(getRuntimeConfig(input));
  const transport = resolveRegionConfig(resolveRetryConfig(resolveUserAgentConfig(defaults)));
  const endpoint = resolveEndpointConfig(resolveHostHeaderConfig(transport));
  return resolveRuntimeExtensions(resolveHttpAuthSchemeConfig(endpoint), input.extensions ?? []);
}

/**
 * Client of managed integrations for AWS IoT Device Management: the OTA operations of API version 2025-03-03.
 * Configured as every AWS SDK v3 client.
 */
export class IoTManagedIntegrationsClient extends Client<
  HttpHandlerOptions,
  ServiceInputTypes,
  ServiceOutputTypes,
  IoTManagedIntegrationsClientResolvedConfig
> {
  constructor(...[configuration]: CheckOptionalClientConfig<IoTManagedIntegrationsClientConfig>) {
    super(resolveConfig(configuration ?? {}));
    this.initConfig = this.config;
    this.middlewareStack.use(getSchemaSerdePlugin(this.config));
    this.middlewareStack.use(getUserAgentPlugin(this.config));
    this.middlewareStack.use(getRetryPlugin(this.config));
    this.middlewareStack.use(getContentLengthPlugin(this.config));
    this.middlewareStack.use(getHostHeaderPlugin(this.config));
    this.middlewareStack.use(getLoggerPlugin(this.config));
    this.middlewareStack.use(getRecursionDetectionPlugin(this.config));
    this.middlewareStack.use(
      getHttpAuthSchemeEndpointRuleSetPlugin(this.config, {
        httpAuthSchemeParametersProvider: defaultIoTManagedIntegrationsHttpAuthSchemeParametersProvider,
        identityProviderConfigProvider: async (config) =>
          new DefaultIdentityProviderConfig({ 'aws.auth#sigv4': config.credentials }),
      }),
    );
    this.middlewareStack.use(getHttpSigningPlugin(this.config));
  }
}
