/** How people sign in: OpenID Connect, authorization code with PKCE. */
export interface SignInConfig {
  readonly issuer: string;
  readonly clientId: string;
  /** Separated by spaces. */
  readonly scopes: string;
}

/** What a deployment tells its dashboard, in `/config.json`. */
export interface Config {
  /** Base of the API's addresses, without a slash at the end. */
  readonly api: string;
  readonly signIn?: SignInConfig;
  /** The token comes in the address, `#token=…`. Local stacks only. */
  readonly tokenInAddress?: true;
  /** So often at least is asked what may have changed. */
  readonly refreshSeconds?: number;
}

/** The configuration of the deployment is missing or wrong. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** @throws ConfigError */
export async function loadConfig(): Promise<Config> {
  return parseConfig(await readJson('/config.json'));
}

async function readJson(address: string): Promise<unknown> {
  try {
    const response = await fetch(address, { cache: 'no-cache' });
    if (!response.ok) throw new Error(`The answer is ${response.status}`);
    return await response.json();
  } catch (cause) {
    throw new ConfigError(`${address} cannot be read`, { cause });
  }
}

/** @throws ConfigError */
export function parseConfig(json: unknown): Config {
  const given = asRecord(json, '/config.json');
  return {
    api: textOf(given, 'api').replace(/\/$/, ''),
    ...(given.signIn === undefined ? {} : { signIn: parseSignIn(given.signIn) }),
    ...(given.tokenInAddress === true ? { tokenInAddress: true } : {}),
    ...(given.refreshSeconds === undefined ? {} : { refreshSeconds: secondsOf(given, 'refreshSeconds') }),
  };
}

function parseSignIn(json: unknown): SignInConfig {
  const given = asRecord(json, 'signIn');
  return {
    issuer: textOf(given, 'issuer'),
    clientId: textOf(given, 'clientId'),
    scopes: textOf(given, 'scopes'),
  };
}

function asRecord(json: unknown, name: string): Record<string, unknown> {
  if (typeof json !== 'object' || json === null) throw new ConfigError(`${name} is not an object`);
  return { ...json };
}

function secondsOf(given: Record<string, unknown>, name: string): number {
  const value = given[name];
  if (typeof value !== 'number' || !(value >= 1))
    throw new ConfigError(`${name} is not a number of seconds, 1 at least`);
  return value;
}

function textOf(given: Record<string, unknown>, name: string): string {
  const value = given[name];
  if (typeof value !== 'string' || value === '') throw new ConfigError(`${name} is missing in /config.json`);
  return value;
}
