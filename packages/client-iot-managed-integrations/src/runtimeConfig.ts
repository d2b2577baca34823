import {
  emitWarningIfUnsupportedVersion as awsCheckVersion,
  createDefaultUserAgentProvider,
  getDefaultSocketTimeout,
  NODE_APP_ID_CONFIG_OPTIONS,
} from '@aws-sdk/core/client';
import { AwsSdkSigV4Signer, NODE_AUTH_SCHEME_PREFERENCE_OPTIONS } from '@aws-sdk/core/httpAuthSchemes';
import { AwsRestJsonProtocol } from '@aws-sdk/core/protocols';
import { defaultProvider as credentialDefaultProvider } from '@aws-sdk/credential-provider-node';
import { Sha256 } from '@smithy/core/checksum';
import { emitWarningIfUnsupportedVersion, loadConfigsForDefaultMode, NoOpLogger } from '@smithy/core/client';
import {
  loadConfig,
  NODE_REGION_CONFIG_FILE_OPTIONS,
  NODE_REGION_CONFIG_OPTIONS,
  NODE_USE_DUALSTACK_ENDPOINT_CONFIG_OPTIONS,
  NODE_USE_FIPS_ENDPOINT_CONFIG_OPTIONS,
  resolveDefaultsModeConfig,
} from '@smithy/core/config';
import { parseUrl } from '@smithy/core/protocols';
import {
  DEFAULT_RETRY_MODE,
  NODE_MAX_ATTEMPT_CONFIG_OPTIONS,
  NODE_RETRY_MODE_CONFIG_OPTIONS,
} from '@smithy/core/retry';
import { calculateBodyLength, fromBase64, fromUtf8, toBase64, toUtf8 } from '@smithy/core/serde';
import { NodeHttpHandler, streamCollector } from '@smithy/node-http-handler';
import type { IdentityProviderConfig, Logger, Provider } from '@smithy/types';
import packageInfo from '../package.json' with { type: 'json' };
import { defaultIoTManagedIntegrationsHttpAuthSchemeProvider } from './auth.ts';
import type { IoTManagedIntegrationsClientConfig } from './client.ts';
import { defaultEndpointResolver } from './endpoint.ts';
import { NAMESPACE } from './namespace.ts';
import { errorTypeRegistries } from './schemas.ts';

const API_VERSION = '2025-03-03';

function getCodecConfig(config: IoTManagedIntegrationsClientConfig) {
  return {
    base64Decoder: config.base64Decoder ?? fromBase64,
    base64Encoder: config.base64Encoder ?? toBase64,
    sha256: config.sha256 ?? Sha256,
    urlParser: config.urlParser ?? parseUrl,
    utf8Decoder: config.utf8Decoder ?? fromUtf8,
    utf8Encoder: config.utf8Encoder ?? toUtf8,
  };
}

/** The service's own defaults: endpoint rules, authentication, protocol. */
function getServiceConfig(config: IoTManagedIntegrationsClientConfig) {
  return {
    apiVersion: API_VERSION,
    disableHostPrefix: config.disableHostPrefix ?? false,
    endpointProvider: config.endpointProvider ?? defaultEndpointResolver,
    extensions: config.extensions ?? [],
    httpAuthSchemeProvider:
      config.httpAuthSchemeProvider ?? defaultIoTManagedIntegrationsHttpAuthSchemeProvider,
    httpAuthSchemes: config.httpAuthSchemes ?? [
      {
        schemeId: 'aws.auth#sigv4',
        identityProvider: (ipc: IdentityProviderConfig) => ipc.getIdentityProvider('aws.auth#sigv4'),
        signer: new AwsSdkSigV4Signer(),
      },
    ],
    logger: config.logger ?? new NoOpLogger(),
    protocol: config.protocol ?? AwsRestJsonProtocol,
    protocolSettings: config.protocolSettings ?? {
      defaultNamespace: NAMESPACE,
      errorTypeRegistries,
      version: API_VERSION,
      serviceTarget: 'IotManagedIntegrations',
    },
    serviceId: config.serviceId ?? 'IoT Managed Integrations',
  };
}

/** Settings looked up in the environment and the shared configuration files, when they are first needed. */
function getLoadedConfig(
  config: IoTManagedIntegrationsClientConfig,
  logger: Logger,
  defaultRetryMode: Provider<string>,
) {
  const loader = { ...(config.profile !== undefined && { profile: config.profile }), logger };
  return {
    authSchemePreference:
      config.authSchemePreference ?? loadConfig(NODE_AUTH_SCHEME_PREFERENCE_OPTIONS, loader),
    maxAttempts: config.maxAttempts ?? loadConfig(NODE_MAX_ATTEMPT_CONFIG_OPTIONS, config),
    region:
      config.region ??
      loadConfig(NODE_REGION_CONFIG_OPTIONS, { ...NODE_REGION_CONFIG_FILE_OPTIONS, ...loader }),
    retryMode:
      config.retryMode ??
      loadConfig({ ...NODE_RETRY_MODE_CONFIG_OPTIONS, default: defaultRetryMode }, config),
    useDualstackEndpoint:
      config.useDualstackEndpoint ?? loadConfig(NODE_USE_DUALSTACK_ENDPOINT_CONFIG_OPTIONS, loader),
    useFipsEndpoint: config.useFipsEndpoint ?? loadConfig(NODE_USE_FIPS_ENDPOINT_CONFIG_OPTIONS, loader),
    userAgentAppId: config.userAgentAppId ?? loadConfig(NODE_APP_ID_CONFIG_OPTIONS, loader),
  };
}

/** The client's configuration with the defaults of Node.js, not yet resolved. */
export function getRuntimeConfig(config: IoTManagedIntegrationsClientConfig) {
  emitWarningIfUnsupportedVersion(process.version);
  awsCheckVersion(process.version);
  const defaultsMode = resolveDefaultsModeConfig(config);
  const modeDefaults = () => defaultsMode().then(loadConfigsForDefaultMode);
  const defaultRetryMode = async () => (await modeDefaults()).retryMode ?? DEFAULT_RETRY_MODE;
  const service = getServiceConfig(config);
  return {
    ...getCodecConfig(config),
    ...service,
    ...config,
    ...getLoadedConfig(config, service.logger, defaultRetryMode),
    runtime: 'node',
    defaultsMode,
    bodyLengthChecker: config.bodyLengthChecker ?? calculateBodyLength,
    credentialDefaultProvider: config.credentialDefaultProvider ?? credentialDefaultProvider,
    defaultSocketTimeout: getDefaultSocketTimeout(config.requestHandler, 300_000) ?? 0,
    defaultUserAgentProvider:
      config.defaultUserAgentProvider ??
      createDefaultUserAgentProvider({ serviceId: service.serviceId, clientVersion: packageInfo.version }),
    requestHandler: NodeHttpHandler.create(config.requestHandler ?? modeDefaults),
    streamCollector: config.streamCollector ?? streamCollector,
  };
}
