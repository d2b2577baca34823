import { partition } from '@aws-sdk/core/client';
import { EndpointError } from '@smithy/core/endpoints';
import type { EndpointParameters as BaseParameters, Endpoint, EndpointV2, Provider } from '@smithy/types';

/** The service's name in SigV4 scopes. */
export const SIGNING_NAME = 'iotmanagedintegrations';

/** The part of the client's configuration that decides the endpoint. */
export interface ClientInputEndpointParameters {
  useFipsEndpoint?: boolean | undefined | Provider<boolean | undefined>;
  endpoint?: string | Provider<string> | Endpoint | Provider<Endpoint> | EndpointV2 | Provider<EndpointV2>;
  region?: string | undefined | Provider<string | undefined>;
}

export type ClientResolvedEndpointParameters = Omit<ClientInputEndpointParameters, 'endpoint'> & {
  defaultSigningName: string;
};

export interface EndpointParameters extends BaseParameters {
  UseFIPS?: boolean | undefined;
  Endpoint?: string | undefined;
  Region?: string | undefined;
}

/** How the SDK fills EndpointParameters from the client's configuration. */
export const commonParams = {
  UseFIPS: { type: 'builtInParams', name: 'useFipsEndpoint' },
  Endpoint: { type: 'builtInParams', name: 'endpoint' },
  Region: { type: 'builtInParams', name: 'region' },
} as const;

export function resolveClientEndpointParameters<T>(
  options: T & ClientInputEndpointParameters,
): T & ClientResolvedEndpointParameters {
  return Object.assign(options, {
    useFipsEndpoint: options.useFipsEndpoint ?? false,
    defaultSigningName: SIGNING_NAME,
  });
}

/**
 * The endpoint of a region. The service has dual-stack endpoints only, so there is no switch for it.
 *
 * @throws EndpointError without a region, and for FIPS together with a custom endpoint.
 */
export function defaultEndpointResolver({ Endpoint, Region, UseFIPS }: EndpointParameters): EndpointV2 {
  if (Endpoint !== undefined) {
    if (UseFIPS) throw new EndpointError('Invalid Configuration: FIPS and custom endpoint are not supported');
    return { url: new URL(Endpoint), properties: {}, headers: {} };
  }
  if (!Region) throw new EndpointError('Invalid Configuration: Missing Region');
  const host = `api.iotmanagedintegrations${UseFIPS ? '-fips' : ''}`;
  const url = new URL(`https://${host}.${Region}.${partition(Region).dualStackDnsSuffix}`);
  return { url, properties: {}, headers: {} };
}
