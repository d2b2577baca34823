import { createServer } from 'node:http';
import {
  Events,
  type MutableRedirectUri,
  type MutableResponse,
  type MutableToken,
  OAuth2Issuer,
  OAuth2Service,
} from 'oauth2-mock-server';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { dashboardHeaders } from '../../../infra/dashboard/headers.js';
import { type Listening, listen } from '../../../local/bus/listen.ts';
import { NOON } from '../../support/builders.ts';
import { HOSTILE } from '../messages.ts';
import { launchChromium } from '../visitor.ts';
import { CHRONICLE, history } from './chronicle.ts';
import { type FakeApi, startFakeApi, TOKEN } from './fake-api.ts';
import { FLEET } from './fleet.ts';
import { health, taskList } from './scene.ts';
import { DARK, PHONE, seriousViolations, type Visit, type VisitOptions, visitDashboard } from './visit.ts';

const CLIENT_ID = 'dashboard';

let browser: Browser;
let service: OAuth2Service;
let issuer: Listening;
beforeAll(async () => {
  browser = await launchChromium();
  const tokens = new OAuth2Issuer();
  await tokens.keys.generate('RS256');
  service = new OAuth2Service(tokens);
  issuer = await listen(createServer(service.requestHandler), 0);
  tokens.url = issuer.url;
});
afterAll(() => Promise.all([browser.close(), issuer.close()]));

/** Queries with which people were sent to the issuer, and requests for tokens. */
let sentTo: Record<string, string>[];
let tokenRequests: Record<string, unknown>[];
/** The access tokens that are given out, one after the other; the last one again and again. */
let accessTokens: string[];
let visits: Visit[];
const apis: FakeApi[] = [];
beforeEach(() => {
  [sentTo, tokenRequests, visits] = [[], [], []];
  accessTokens = [TOKEN];
  // The clock of the page stands at noon.
  service.on(Events.BeforeTokenSigning, ({ payload }: MutableToken) => {
    Object.assign(payload, { iat: NOON / 1_000, nbf: NOON / 1_000, exp: NOON / 1_000 + 3_600 });
  });
  service.on(Events.BeforeAuthorizeRedirect, (_: MutableRedirectUri, { url = '' }) => {
    sentTo.push(Object.fromEntries(new URL(url, issuer.url).searchParams));
  });
  service.on(Events.BeforeResponse, ({ body }: MutableResponse, request) => {
    tokenRequests.push(request.body);
    const token = accessTokens.length > 1 ? accessTokens.shift() : accessTokens[0];
    Object.assign(body, { access_token: token });
  });
});
afterEach(async () => {
  service.removeAllListeners();
  const complaints = visits.flatMap((visit) => visit.complaints);
  await Promise.all(visits.map(({ page }) => page.context().close()));
  const problems = apis.flatMap((api) => api.problems);
  await Promise.all(apis.splice(0).map((api) => api.close()));
  expect([...complaints, ...problems]).toEqual([]);
});

/** The dashboard, with people signing in at an issuer unless the configuration says otherwise. */
async function serve(config: Readonly<Record<string, unknown>> = atIssuer()): Promise<FakeApi> {
  const headers = dashboardHeaders([issuer.url]);
  const api = await startFakeApi({
    dist: inject('dashboard'),
    headers,
    config: { tokenInAddress: false, ...config },
  });
  apis.push(api);
  api.answer('getHealth', health());
  api.answer(
    'listTasks',
    taskList(() => FLEET),
  );
  api.answer(
    'listHistory',
    history(() => CHRONICLE),
  );
  return api;
}

const atIssuer = (url = issuer.url) => ({
  signIn: { issuer: url, clientId: CLIENT_ID, scopes: 'openid email' },
});

/** Opens a page without a token. */
async function open(address: string, options: VisitOptions = {}): Promise<Page> {
  const mayComplain = new RegExp(`Requested ${issuer.url}|${options.mayComplain?.source ?? '^$'}`);
  const visit = await visitDashboard(browser, address, { ...options, mayComplain });
  visits.push(visit);
  return visit.page;
}

const signIn = (page: Page) => page.getByRole('button', { name: 'Sign in' }).click();
const notice = (page: Page) => page.getByRole('alert');
const history12 = (page: Page) => page.getByText('All 12 rows, newest first').waitFor();
const grants = () => tokenRequests.map(({ grant_type }) => grant_type);
const stored = (page: Page) => page.evaluate('({ ...sessionStorage })');

/** Signed in at the issuer, on the page of the audit. */
async function signedIn(options: VisitOptions = {}): Promise<{ readonly api: FakeApi; readonly page: Page }> {
  const api = await serve();
  const page = await open(`${api.url}/audit`, options);
  await signIn(page);
  await history12(page);
  return { api, page };
}

const REFUSED = /Failed to load resource/;

describe('at an issuer', () => {
  it('people sign in, and come back to the page that they wanted', async () => {
    const api = await serve();
    const page = await open(`${api.url}/audit?range=7d`);
    await signIn(page);
    await history12(page);
    expect(page.url()).toBe(`${api.url}/audit?range=7d`);
    const { state, nonce, code_challenge, ...others } = sentTo[0] ?? {};
    expect(others).toEqual({
      client_id: CLIENT_ID,
      redirect_uri: `${api.url}/`,
      response_type: 'code',
      scope: 'openid email',
      code_challenge_method: 'S256',
    });
    for (const secret of [state, nonce, code_challenge]) expect(secret).toMatch(/^[\w-]{43}$/);
    expect(tokenRequests).toEqual([
      {
        grant_type: 'authorization_code',
        client_id: CLIENT_ID,
        redirect_uri: `${api.url}/`,
        code: expect.any(String),
        code_verifier: expect.stringMatching(/^[\w-]{43}$/),
      },
    ]);
    expect(Object.keys(Object(await stored(page)))).toEqual(['ota-watch.session']);

    await page.reload();
    await history12(page);
    expect(sentTo).toHaveLength(1);
  });

  it('a token that is refused is renewed, once', async () => {
    accessTokens = ['an-old-token', TOKEN];
    const { api } = await signedIn({ mayComplain: REFUSED });
    expect(grants()).toEqual(['authorization_code', 'refresh_token']);
    expect(
      api.requests.filter((request) => request.startsWith('/history?')).map((request) => request.slice(-3)),
    ).toEqual(['401', '200']);
  });

  it('a token is renewed before it expires', async () => {
    const { page } = await signedIn();
    expect(grants()).toEqual(['authorization_code']);
    await page.clock.fastForward('59:30');
    await expect.poll(grants).toEqual(['authorization_code', 'refresh_token']);
  });

  it('a session that is over is begun anew on the same page', async () => {
    accessTokens = ['an-old-token'];
    service.on(Events.BeforeResponse, (response: MutableResponse, request) => {
      if (request.body.grant_type !== 'refresh_token') return;
      response.statusCode = 400;
      response.body = { error: 'invalid_grant' };
    });
    const api = await serve();
    const page = await open(`${api.url}/audit?range=7d`, { mayComplain: REFUSED });
    await signIn(page);
    await notice(page).getByText('Your session has ended. Sign in again to go on.').waitFor();
    expect(page.url()).toBe(`${api.url}/audit?range=7d`);
    expect(await stored(page)).toEqual({});
    accessTokens = [TOKEN];
    await signIn(page);
    await history12(page);
  });

  it('a session goes on once the issuer can be asked again', async () => {
    accessTokens = ['an-old-token', TOKEN];
    let isAway = true;
    service.on(Events.BeforeResponse, (response: MutableResponse, request) => {
      if (request.body.grant_type !== 'refresh_token' || !isAway) return;
      response.statusCode = 503;
      response.body = {};
      accessTokens = [TOKEN];
    });
    const api = await serve();
    const page = await open(`${api.url}/`, { mayComplain: REFUSED });
    await signIn(page);
    await page.getByRole('alert').getByText(`The sign-in service ${issuer.url} fails for now.`).waitFor();
    await page.getByRole('button', { name: 'Sign out' }).waitFor();
    isAway = false;
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('tr.fleet-row').first().waitFor();
    expect(grants().slice(0, 2)).toEqual(['authorization_code', 'refresh_token']);
    expect(sentTo).toHaveLength(1);
  });

  it('people sign out, here and there', async () => {
    const { api, page } = await signedIn();
    const leaving = page.waitForRequest((request) => request.url().includes('/endsession'));
    await page.getByRole('button', { name: 'Sign out' }).click();
    const { id_token_hint, ...others } = Object.fromEntries(new URL((await leaving).url()).searchParams);
    expect(others).toEqual({
      client_id: CLIENT_ID,
      post_logout_redirect_uri: `${api.url}/`,
      logout_uri: `${api.url}/`,
    });
    expect(id_token_hint?.split('.')).toHaveLength(3);
    await page.waitForURL(`${api.url}/`);
    await page.getByRole('button', { name: 'Sign in' }).waitFor();
    expect(await stored(page)).toEqual({});
  });

  it('an error of the issuer is told in its words, which are text', async () => {
    service.on(Events.BeforeAuthorizeRedirect, ({ url }: MutableRedirectUri) => {
      url.searchParams.delete('code');
      url.searchParams.set('error', 'access_denied');
      url.searchParams.set('error_description', HOSTILE);
    });
    const api = await serve();
    const page = await open(`${api.url}/audit`);
    await signIn(page);
    await notice(page).getByText(`The sign-in service says: ${HOSTILE}`, { exact: true }).waitFor();
    expect(await page.evaluate('window.pwned')).toBe(undefined);
    expect(page.url()).toBe(`${api.url}/audit`);
    expect(tokenRequests).toEqual([]);
  });

  it('an answer to another sign-in is refused', async () => {
    service.on(Events.BeforeAuthorizeRedirect, ({ url }: MutableRedirectUri) => {
      url.searchParams.set('state', 'somebody-else');
    });
    const api = await serve();
    const page = await open(`${api.url}/audit`);
    await signIn(page);
    await notice(page).getByText('does not belong to this sign-in').waitFor();
    expect(tokenRequests).toEqual([]);
    expect(await stored(page)).toEqual({});
  });

  it('a token for another sign-in is refused', async () => {
    service.on(Events.BeforeTokenSigning, ({ payload }: MutableToken) => {
      if (payload.nonce !== undefined) payload.nonce = 'somebody-else';
    });
    const api = await serve();
    const page = await open(`${api.url}/audit`);
    await signIn(page);
    await notice(page).getByText('does not belong to this sign-in').waitFor();
    expect(await stored(page)).toEqual({});
  });

  it('a sign-in that was not begun here is refused, and nothing of it stays in the address', async () => {
    const api = await serve();
    const page = await open(`${api.url}/?code=stolen&state=somebody-else`);
    await notice(page).getByText('That sign-in was not begun in this tab').waitFor();
    expect(page.url()).toBe(`${api.url}/`);
    expect(tokenRequests).toEqual([]);
  });

  it.each([
    ['http://127.0.0.1:1', 'The sign-in service http://127.0.0.1:1 cannot be reached.'],
    ['http://issuer.example', 'The sign-in service http://issuer.example has to be one with https.'],
  ])('that cannot be used, people are told so: %s', async (url, words) => {
    const api = await serve(atIssuer(url));
    const page = await open(`${api.url}/`, {
      mayComplain: /Failed to load|Refused to connect|violates|Requested/,
    });
    await signIn(page);
    await notice(page).getByText(words).waitFor();
    expect(await page.getByRole('button', { name: 'Sign in' }).isEnabled()).toBe(true);
  });
});

describe('with a token', () => {
  const NO_ISSUER = {};

  it('that people have, which stays in the tab', async () => {
    const api = await serve(NO_ISSUER);
    const page = await open(`${api.url}/audit`, { mayComplain: REFUSED });
    const field = page.getByLabel('Access token');
    await field.fill('two words');
    await signIn(page);
    await notice(page).getByText('That is not a token: a token is one line without spaces.').waitFor();
    await field.fill('another-token');
    await signIn(page);
    await notice(page).getByText('The token was not accepted.').waitFor();
    expect(await page.title()).toBe('Sign in · ota-watch');
    await field.fill(` Bearer ${TOKEN} `);
    await page.keyboard.press('Enter');
    await history12(page);
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    await page.reload();
    await history12(page);
    const other = await page.context().newPage();
    await other.goto(`${api.url}/audit`);
    await other.getByLabel('Access token').waitFor();
    await page.getByRole('button', { name: 'Sign out' }).click();
    await notice(page).getByText('You are signed out.').waitFor();
    expect(await stored(page)).toEqual({});
  });

  it('in the address, which is then gone from there', async () => {
    const api = await serve({ tokenInAddress: true });
    const page = await open(`${api.url}/audit?range=7d#token=${TOKEN}`);
    await history12(page);
    expect(page.url()).toBe(`${api.url}/audit?range=7d`);
    await page.reload();
    await history12(page);
    await page.goto(`${api.url}/audit?range=7d#token=another-token`);
    await expect.poll(() => page.url()).toBe(`${api.url}/audit?range=7d`);
  });

  it('in the address only where the deployment allows that', async () => {
    const api = await serve(NO_ISSUER);
    const page = await open(`${api.url}/audit#token=${TOKEN}`);
    await page.getByLabel('Access token').waitFor();
    expect(await stored(page)).toEqual({});
    expect(api.requests).toEqual([]);
  });
});

describe('everybody can sign in', () => {
  it.each([
    ['light', {}],
    ['dark', DARK],
    ['on a phone', PHONE],
  ] as const)('%s', async (_, options) => {
    for (const config of [{}, atIssuer()]) {
      const api = await serve(config);
      const page = await open(`${api.url}/?code=c&state=s`, options);
      await page.getByRole('button', { name: 'Sign in' }).waitFor();
      expect(await seriousViolations(page)).toEqual([]);
    }
  });
});
