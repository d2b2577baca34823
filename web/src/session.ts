import { type Signal, signal } from '@preact/signals';
import type { Config, SignInConfig } from './config.ts';
import type { Attempt, Grant } from './oidc.ts';

/** The access token; undefined while nobody is signed in. */
export const token: Signal<string | undefined> = signal();

/** How people sign in: at an issuer, or with a token that they have. */
export const signInWith: Signal<'issuer' | 'token'> = signal('token');

/** What people should know when they are asked to sign in. */
export const signInNotice: Signal<string | undefined> = signal();

const SESSION = 'ota-watch.session';
const ATTEMPT = 'ota-watch.sign-in';
/** So long before a token expires it is renewed; one that is good for a short time, when half of that is over. */
const RENEW_BEFORE_MS = 60_000;
const MIN_RENEWAL_MS = 10_000;
/** A timer cannot wait for longer. */
const MAX_TIMER_MS = 2 ** 31 - 1;

let settings: SignInConfig | undefined;
let renewing: Promise<boolean> | undefined;
let renewalTimer: ReturnType<typeof setTimeout> | undefined;

/** What signs people in is loaded once it is needed. */
const loadOidc = () => import('./oidc.ts');

/**
 * Begins with the token of this tab, the one in the address (`#token=…`, where that is allowed), or the one that a sign-in
 * has just led to. Comes back before anything is shown, with the address of the page that people wanted.
 */
export async function startSession(config: Config): Promise<void> {
  settings = config.signIn;
  signInWith.value = settings === undefined ? 'token' : 'issuer';
  const grant = stored<Grant>(SESSION);
  if (grant !== undefined) hold(grant);
  if (config.tokenInAddress === true) {
    takeTokenFromAddress();
    window.addEventListener('hashchange', takeTokenFromAddress);
  }
  if (settings !== undefined && isSignInReturn(new URL(window.location.href))) await completeSignIn(settings);
}

/** Leaves for the issuer's page. What goes wrong is told by `signInNotice`. */
export async function signIn(): Promise<void> {
  if (settings === undefined) return;
  signInNotice.value = undefined;
  try {
    const oidc = await loadOidc();
    const attempt = oidc.newAttempt(window.location.pathname + window.location.search);
    const address = await oidc.authorizationAddress(settings, attempt, redirectUri());
    window.sessionStorage.setItem(ATTEMPT, JSON.stringify(attempt));
    window.location.assign(address);
  } catch (error) {
    signInNotice.value = noticeOf(error);
  }
}

/** Signs in with a token that people have. */
export function signInWithToken(pasted: string): void {
  const accessToken = pasted.trim().replace(/^Bearer\s+/i, '');
  if (!/^[\x21-\x7e]+$/.test(accessToken)) {
    signInNotice.value = 'That is not a token: a token is one line without spaces.';
    return;
  }
  keep({ accessToken });
}

/** Forgets everything, here and at the issuer if that is possible. */
export async function signOut(): Promise<void> {
  const idToken = stored<Grant>(SESSION)?.idToken;
  forget();
  signInNotice.value = 'You are signed out.';
  if (settings === undefined || idToken === undefined) return;
  try {
    const oidc = await loadOidc();
    const address = await oidc.endSessionAddress(settings, idToken, redirectUri());
    if (address !== undefined) window.location.assign(address);
  } catch {
    signInNotice.value =
      'You are signed out here. The sign-in service cannot be reached: it may still know you.';
  }
}

/**
 * Gets a new access token, at most once at a time. With the token that was refused, nothing is done if there is another one
 * since. False: people have to sign in.
 *
 * @throws where the issuer cannot be asked: the session may go on later
 */
export async function refresh(refused?: string): Promise<boolean> {
  if (refused !== undefined && token.value !== undefined && token.value !== refused) return true;
  renewing ??= renew().finally(() => {
    renewing = undefined;
  });
  return renewing;
}

/** A token is of no use: forgets it, so that people are asked to sign in on the page where they are. */
export function requireSignIn(refused: string | undefined): void {
  if (token.value === undefined || token.value !== refused) return;
  forget();
  signInNotice.value =
    signInWith.value === 'issuer'
      ? 'Your session has ended. Sign in again to go on.'
      : 'The token was not accepted. It may have expired, or be for something else.';
}

async function renew(): Promise<boolean> {
  const held = stored<Grant>(SESSION);
  if (settings === undefined || held?.refreshToken === undefined) return false;
  const oidc = await loadOidc();
  const grant = await oidc.renew(settings, held.refreshToken);
  // Whoever has signed out meanwhile, or in as somebody else, stays so.
  if (token.value !== held.accessToken) return token.value !== undefined;
  if (grant === undefined) return false;
  keep({ ...(held.idToken !== undefined && { idToken: held.idToken }), ...grant });
  return true;
}

/** An issuer comes back to `/` with a code or an error, and the state that it was given. */
function isSignInReturn({ pathname, searchParams }: URL): boolean {
  return (
    pathname === '/' && searchParams.has('state') && (searchParams.has('code') || searchParams.has('error'))
  );
}

async function completeSignIn(at: SignInConfig): Promise<void> {
  const address = new URL(window.location.href);
  const attempt = stored<Attempt>(ATTEMPT);
  window.sessionStorage.removeItem(ATTEMPT);
  // A code is good for once, and nothing to be kept in the history of the browser.
  window.history.replaceState(null, '', attempt?.returnTo ?? '/');
  if (attempt === undefined) {
    signInNotice.value = 'That sign-in was not begun in this tab, or is over. Sign in again.';
    return;
  }
  try {
    const oidc = await loadOidc();
    keep(await oidc.redeem(at, attempt, address, redirectUri()));
  } catch (error) {
    signInNotice.value = noticeOf(error);
  }
}

function takeTokenFromAddress(): void {
  const given = new URLSearchParams(window.location.hash.slice(1)).get('token');
  if (given === null) return;
  window.history.replaceState(null, '', window.location.pathname + window.location.search);
  signInWithToken(given);
}

const redirectUri = () => `${window.location.origin}/`;

function keep(grant: Grant): void {
  window.sessionStorage.setItem(SESSION, JSON.stringify(grant));
  hold(grant);
}

function hold({ accessToken, refreshToken, expiresAt }: Grant): void {
  signInNotice.value = undefined;
  token.value = accessToken;
  clearTimeout(renewalTimer);
  if (refreshToken === undefined || expiresAt === undefined) return;
  const left = expiresAt - Date.now();
  const wait = Math.max(MIN_RENEWAL_MS, left / 2, left - RENEW_BEFORE_MS);
  // Where that fails, it is done once the API refuses the token.
  const renewEarly = () => void refresh(accessToken).catch(() => undefined);
  if (wait <= MAX_TIMER_MS) renewalTimer = setTimeout(renewEarly, wait);
}

function forget(): void {
  clearTimeout(renewalTimer);
  window.sessionStorage.removeItem(SESSION);
  window.sessionStorage.removeItem(ATTEMPT);
  token.value = undefined;
}

/** What this app has put into the storage of the tab. */
function stored<T>(key: string): T | undefined {
  const text = window.sessionStorage.getItem(key);
  return text === null ? undefined : JSON.parse(text);
}

function noticeOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
