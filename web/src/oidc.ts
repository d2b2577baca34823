import * as oauth from 'oauth4webapi';
import type { SignInConfig } from './config.ts';

/** What the issuer gave. */
export interface Grant {
  readonly accessToken: string;
  readonly refreshToken?: string;
  readonly idToken?: string;
  /** Epoch milliseconds. */
  readonly expiresAt?: number;
}

/** A sign-in that has begun: what its answer must belong to, and the page to come back to. */
export interface Attempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Path and query. */
  readonly returnTo: string;
}

/** Of the clock of this machine against the issuer's. */
const CLOCK_TOLERANCE_SECONDS = 60;
/** Requests of the API wait for a renewal: one without an answer is not to hold them up for ever. */
const TIMEOUT_MS = 20_000;
const LOOPBACK = new Set(['localhost', '127.0.0.1', '[::1]']);

/** A sign-in that did not end well, in words for people. */
export class SignInError extends Error {
  override readonly name = 'SignInError';
}

export function newAttempt(returnTo: string): Attempt {
  return {
    state: oauth.generateRandomState(),
    nonce: oauth.generateRandomNonce(),
    verifier: oauth.generateRandomCodeVerifier(),
    returnTo,
  };
}

/** The address at which people sign in (authorization code flow with PKCE, RFC 7636). */
export async function authorizationAddress(
  settings: SignInConfig,
  attempt: Attempt,
  redirectUri: string,
): Promise<string> {
  const { authorization_endpoint: endpoint } = await discover(settings);
  if (endpoint === undefined) throw new SignInError(`${settings.issuer} has no page to sign in at.`);
  const address = new URL(endpoint);
  const parameters = {
    client_id: settings.clientId,
    redirect_uri: redirectUri,
    response_type: 'code',
    scope: [...new Set(['openid', ...settings.scopes.split(' ').filter(Boolean)])].join(' '),
    state: attempt.state,
    nonce: attempt.nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(attempt.verifier),
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(parameters)) address.searchParams.set(name, value);
  return address.href;
}

/**
 * Turns the code with which people come back into tokens.
 *
 * @throws {SignInError} on an error of the issuer, and on an answer that does not belong to the attempt.
 */
export function redeem(
  settings: SignInConfig,
  attempt: Attempt,
  address: URL,
  redirectUri: string,
): Promise<Grant> {
  return inWords(settings, async () => {
    const [server, client] = [await discover(settings), clientOf(settings)];
    const answer = oauth.validateAuthResponse(server, client, address, attempt.state);
    const response = await oauth.authorizationCodeGrantRequest(
      server,
      client,
      oauth.None(),
      answer,
      redirectUri,
      attempt.verifier,
      requestOptions(settings),
    );
    const tokens = await oauth.processAuthorizationCodeResponse(server, client, response, {
      expectedNonce: attempt.nonce,
      requireIdToken: true,
    });
    return grantOf(tokens);
  });
}

/**
 * New tokens for a refresh token; where the issuer does not rotate it, it stays the same. Undefined: the issuer takes it no more.
 *
 * @throws {SignInError} when that cannot be told, as when the issuer is away.
 */
export async function renew(settings: SignInConfig, refreshToken: string): Promise<Grant | undefined> {
  try {
    return await inWords(settings, () => tokensFor(settings, refreshToken));
  } catch (error) {
    if (error instanceof SignInError && isRefusal(error.cause)) return undefined;
    throw error;
  }
}

async function tokensFor(settings: SignInConfig, refreshToken: string): Promise<Grant> {
  const [server, client] = [await discover(settings), clientOf(settings)];
  const response = await oauth.refreshTokenGrantRequest(
    server,
    client,
    oauth.None(),
    refreshToken,
    requestOptions(settings),
  );
  const tokens = await oauth.processRefreshTokenResponse(server, client, response);
  return { refreshToken, ...grantOf(tokens) };
}

function isRefusal(error: unknown): boolean {
  const isAnswer =
    error instanceof oauth.ResponseBodyError || error instanceof oauth.WWWAuthenticateChallengeError;
  return isAnswer && error.status !== 429;
}

/** The address at which the issuer forgets who signed in; undefined where it has none. */
export async function endSessionAddress(
  settings: SignInConfig,
  idToken: string | undefined,
  returnTo: string,
): Promise<string | undefined> {
  const { end_session_endpoint: endpoint } = await discover(settings);
  if (endpoint === undefined) return undefined;
  const address = new URL(endpoint);
  address.searchParams.set('client_id', settings.clientId);
  address.searchParams.set('post_logout_redirect_uri', returnTo);
  // What Cognito calls it: docs.aws.amazon.com/cognito/latest/developerguide/logout-endpoint.html
  address.searchParams.set('logout_uri', returnTo);
  if (idToken !== undefined) address.searchParams.set('id_token_hint', idToken);
  return address.href;
}

const discovered = new Map<string, Promise<oauth.AuthorizationServer>>();

function discover(settings: SignInConfig): Promise<oauth.AuthorizationServer> {
  const known = discovered.get(settings.issuer);
  if (known !== undefined) return known;
  const asked = inWords(settings, async () => {
    const issuer = new URL(settings.issuer);
    const response = await oauth.discoveryRequest(issuer, requestOptions(settings));
    return oauth.processDiscoveryResponse(issuer, response);
  });
  discovered.set(settings.issuer, asked);
  asked.catch(() => discovered.delete(settings.issuer));
  return asked;
}

function clientOf({ clientId }: SignInConfig): oauth.Client {
  return { client_id: clientId, [oauth.clockTolerance]: CLOCK_TOLERANCE_SECONDS };
}

/** Only an issuer on this machine may do without TLS. */
function requestOptions({ issuer }: SignInConfig) {
  const { protocol, hostname } = new URL(issuer);
  return {
    [oauth.allowInsecureRequests]: protocol === 'http:' && LOOPBACK.has(hostname),
    signal: () => AbortSignal.timeout(TIMEOUT_MS),
  };
}

function grantOf(tokens: oauth.TokenEndpointResponse): Grant {
  const { access_token, refresh_token, id_token, expires_in } = tokens;
  return {
    accessToken: access_token,
    ...(refresh_token !== undefined && { refreshToken: refresh_token }),
    ...(id_token !== undefined && { idToken: id_token }),
    ...(expires_in !== undefined && { expiresAt: Date.now() + expires_in * 1_000 }),
  };
}

async function inWords<T>(settings: SignInConfig, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (cause) {
    if (cause instanceof SignInError) throw cause;
    throw new SignInError(wordsOf(cause, settings), { cause });
  }
}

const ERRORS: ReadonlyMap<string, string> = new Map([
  ['access_denied', 'Access was denied.'],
  ['login_required', 'You are not signed in there.'],
  ['invalid_scope', 'It does not know the scopes that this dashboard asks for.'],
  ['unauthorized_client', 'It does not let this dashboard sign people in.'],
  ['invalid_client', 'It does not know this dashboard.'],
  ['invalid_grant', 'The sign-in took too long, or was used already.'],
  ['server_error', 'It failed.'],
  ['temporarily_unavailable', 'It is not available for now.'],
]);

function wordsOf(error: unknown, { issuer }: SignInConfig): string {
  if (error instanceof oauth.AuthorizationResponseError || error instanceof oauth.ResponseBodyError) {
    const words = error.error_description ?? ERRORS.get(error.error) ?? error.error;
    return `The sign-in service says: ${words}`;
  }
  if (error instanceof oauth.OperationProcessingError && error.code === oauth.HTTP_REQUEST_FORBIDDEN)
    return `The sign-in service ${issuer} has to be one with https.`;
  if (error instanceof oauth.OperationProcessingError && isFailure(error.cause))
    return `The sign-in service ${issuer} fails for now.`;
  if (error instanceof oauth.OperationProcessingError)
    return `The answer of the sign-in service does not belong to this sign-in, or is not valid: ${error.message}.`;
  return `The sign-in service ${issuer} cannot be reached.`;
}

const isFailure = (cause: unknown) => cause instanceof Response && cause.status >= 500;
