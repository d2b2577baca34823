import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Issuer, startIssuer } from '../../../../local/issuer/issuer.ts';

const REDIRECT = 'http://127.0.0.1:1/';
const PLAIN_HTTP = { [oauth.allowInsecureRequests]: true } as const;
const client: oauth.Client = { client_id: 'dashboard' };

let issuer: Issuer;

beforeEach(async () => {
  issuer = await startIssuer({ audience: 'dashboard', roles: ['ota-watch-reader'] });
});

afterEach(() => issuer.close());

/** What an app does that knows nothing of the issuer but its address. */
async function discover(): Promise<oauth.AuthorizationServer> {
  const url = new URL(issuer.url);
  const answer = await oauth.discoveryRequest(url, PLAIN_HTTP);
  expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  return oauth.processDiscoveryResponse(url, answer);
}

/** Signs in, up to the answer of the token endpoint. */
async function signIn(server: oauth.AuthorizationServer, verifier: string, sentVerifier = verifier) {
  const address = new URL(server.authorization_endpoint ?? '');
  address.search = new URLSearchParams({
    client_id: client.client_id,
    redirect_uri: REDIRECT,
    response_type: 'code',
    scope: 'openid',
    state: 'here',
    nonce: 'once',
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
  }).toString();
  const { status, headers } = await fetch(address, { redirect: 'manual' });
  expect(status).toBe(302);
  const parameters = oauth.validateAuthResponse(
    server,
    client,
    new URL(headers.get('location') ?? ''),
    'here',
  );
  return oauth.authorizationCodeGrantRequest(
    server,
    client,
    oauth.None(),
    parameters,
    REDIRECT,
    sentVerifier,
    PLAIN_HTTP,
  );
}

describe('the issuer', () => {
  it('lets an app sign in with PKCE, and go on with a refresh token', async () => {
    const server = await discover();
    const tokens = await oauth.processAuthorizationCodeResponse(
      server,
      client,
      await signIn(server, oauth.generateRandomCodeVerifier()),
      { expectedNonce: 'once', requireIdToken: true },
    );
    expect(oauth.getValidatedIdTokenClaims(tokens)).toMatchObject({ aud: 'dashboard', token_use: 'id' });
    const renewed = await oauth.processRefreshTokenResponse(
      server,
      client,
      await oauth.refreshTokenGrantRequest(
        server,
        client,
        oauth.None(),
        tokens.refresh_token ?? '',
        PLAIN_HTTP,
      ),
    );
    for (const { access_token } of [tokens, renewed]) {
      const { payload } = await jwtVerify(access_token, createRemoteJWKSet(new URL(server.jwks_uri ?? '')));
      expect(payload).toMatchObject({
        iss: issuer.url,
        client_id: 'dashboard',
        token_use: 'access',
        'cognito:groups': ['ota-watch-reader'],
      });
      expect(payload.aud).toBeUndefined();
    }
  });

  it('refuses another verifier than the one of the challenge', async () => {
    const server = await discover();
    const [verifier, another] = [oauth.generateRandomCodeVerifier(), oauth.generateRandomCodeVerifier()];
    expect((await signIn(server, verifier, another)).status).toBe(400);
  });

  it('makes tokens for anybody', async () => {
    const token = await issuer.tokenFor({ roles: ['ota-watch-exporter'] });
    const { payload, protectedHeader } = await jwtVerify(
      token,
      createRemoteJWKSet(new URL(`${issuer.url}/jwks`)),
      { issuer: issuer.url, audience: 'dashboard' },
    );
    expect(payload['cognito:groups']).toEqual(['ota-watch-exporter']);
    expect(protectedHeader.alg).toBe('RS256');
  });

  it('makes tokens for others, and for as long as is asked', async () => {
    const {
      aud,
      iat = 0,
      exp,
    } = decodeJwt(await issuer.tokenFor({ roles: [], audience: 'another', expiresIn: -60 }));
    expect({ aud, exp }).toEqual({ aud: 'another', exp: iat - 60 });
  });
});
