import { createServer } from 'node:http';
import { Events, type MutableToken, OAuth2Issuer, OAuth2Service, type Payload } from 'oauth2-mock-server';
import { z } from 'zod';
import { type Listening, listen } from '../bus/listen.ts';

export interface IssuerOptions {
  /** A free one if left out. */
  readonly port?: number;
  /** Whom tokens are for: the client id of the app that people sign in to. */
  readonly audience: string;
  /** Roles of whoever signs in. */
  readonly roles: readonly string[];
}

/** What a token that nobody signed in for says. */
export interface TokenClaims {
  readonly roles: readonly string[];
  /** Whom it is for, if not the audience of the issuer. */
  readonly audience?: string;
  /** Seconds; an hour if left out. Below zero, it has expired. */
  readonly expiresIn?: number;
}

/** An OpenID Connect issuer; `url` is what tokens name as such. */
export interface Issuer extends Listening {
  readonly audience: string;
  /** A token that the issuer has signed. */
  tokenFor(claims: TokenClaims): Promise<string>;
}

/** Where Amazon Cognito has the groups of a user. */
const ROLES_CLAIM = 'cognito:groups';

const tokenRequest = z.object({ client_id: z.string().exactOptional() });

/**
 * Serves an OpenID Connect issuer on 127.0.0.1 at which everybody is signed in at once: discovery, keys, authorization codes with
 * PKCE, refresh tokens. Its tokens are as those of Amazon Cognito: an access token says for which client it is, an id token has
 * it as audience.
 */
export async function startIssuer({ port = 0, audience, roles }: IssuerOptions): Promise<Issuer> {
  const issuer = new OAuth2Issuer();
  await issuer.keys.generate('RS256');
  const service = new OAuth2Service(issuer);
  service.on(Events.BeforeTokenSigning, ({ payload }: MutableToken, { body }: { body: unknown }) => {
    const { client_id = audience } = tokenRequest.parse(body);
    const isIdToken = payload.aud !== undefined;
    Object.assign(payload, {
      [ROLES_CLAIM]: roles,
      ...(isIdToken ? { token_use: 'id' } : { token_use: 'access', client_id }),
    });
  });
  const listening = await listen(createServer(service.requestHandler), port);
  issuer.url = listening.url;
  return {
    ...listening,
    audience,
    tokenFor: ({ roles, audience: aud = audience, expiresIn = 3_600 }) =>
      issuer.buildToken({
        expiresIn,
        scopesOrTransform: (_header, payload: Payload) => {
          Object.assign(payload, { sub: 'developer', aud, [ROLES_CLAIM]: roles });
        },
      }),
  };
}
