import { randomBytes } from 'node:crypto';

/**
 * The audit API of a local run. serverless-offline compares the issuer, the audience and the expiry of tokens; unlike API
 * Gateway, it does not verify their signatures.
 */
export interface ApiOptions {
  /** URL of the issuer of tokens. */
  readonly issuer: string;
  /** Whom tokens have to be for. */
  readonly audience: string;
  /** Where links of alerts lead. */
  readonly dashboardUrl?: string;
}

/** The parameters of the service that bring the API about. */
export function apiParams(api: ApiOptions | undefined): Record<string, string> {
  if (api === undefined) return {};
  const { issuer, audience, dashboardUrl } = api;
  return {
    api: 'jwt',
    apiIssuer: issuer,
    apiAudience: audience,
    // Minutes pass in seconds here.
    apiRememberSeconds: '1',
    localCursorKey: randomBytes(32).toString('hex'),
    ...(dashboardUrl !== undefined && { dashboardUrl }),
  };
}
