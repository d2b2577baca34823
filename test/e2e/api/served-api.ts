import { type IncomingHttpHeaders, type IncomingMessage, request as send } from 'node:http';
import path from 'node:path';
import { buffer } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { type Issuer, startIssuer } from '../../../local/issuer/issuer.ts';
import { pinnedTask } from '../../../local/simulator/pinned-task.ts';
import { type Stack, startStack } from '../../../local/stack/stack.ts';

const PROJECT = path.resolve(import.meta.dirname, '../../..');
const AUDIENCE = 'dashboard';

/** What somebody may do to a page, or to a spreadsheet, with the description of a task. */
export const SCRIPT = '=HYPERLINK("https://evil.example.com")<script>alert(1)</script>';
export const TAG = '"><img src=x onerror=alert(1)>';

export interface AskOptions {
  readonly method?: string;
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answered {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly text: string;
  /** The text as JSON, where it is. */
  readonly body: unknown;
}

/** The API of a stack that has seen a few rollouts, in serverless-offline. */
export interface ServedApi {
  readonly issuer: Issuer;
  /** Another one, that nobody trusts. */
  readonly stranger: Issuer;
  /** Asks for a path as it stands, which `fetch` would tidy up. */
  ask(path: string, options?: AskOptions): Promise<Answered>;
  close(): Promise<void>;
}

/**
 * Packages the service and starts it, on the DynamoDB that TEST_DYNAMODB_URL names, or an embedded one. Two polls watch three rollouts,
 * of which one ends.
 */
export async function serveApi(): Promise<ServedApi> {
  const start = () => startIssuer({ audience: AUDIENCE, roles: [] });
  const [issuer, stranger] = await Promise.all([start(), start()]);
  const stack = await startStack({
    project: PROJECT,
    simulator: { seed: 1, now: Date.now },
    databaseUrl: process.env.TEST_DYNAMODB_URL,
    api: { issuer: issuer.url, audience: AUDIENCE },
  });
  const close = async () => {
    await Promise.all([stack.close(), issuer.close(), stranger.close()]);
  };
  try {
    await watchRollouts(stack);
  } catch (error) {
    await close();
    throw error;
  }
  return { issuer, stranger, ask: (target, options) => ask(stack.running.api, target, options), close };
}

async function watchRollouts({ simulator: { account }, invokePoll }: Stack): Promise<void> {
  const put = (taskId: string, options: Parameters<typeof pinnedTask>[0]) =>
    account.putTask(pinnedTask({ taskId, createdAt: Date.now(), ...options }));
  const members = { Description: SCRIPT, Tags: { team: TAG, 'ota-watch:failed-percent': TAG } };
  put('doorLocks', { counts: { queued: 100 }, members: { Description: 'Front doors' } });
  put('lamps', { counts: { queued: 2 } });
  put('evil', { counts: { queued: 5 }, members });
  await invokePoll();
  put('doorLocks', {
    counts: { queued: 20, succeeded: 10, failed: 70 },
    members: { Description: 'Front doors' },
  });
  put('lamps', { counts: { succeeded: 2 }, status: 'COMPLETED' });
  put('evil', { counts: { succeeded: 5 }, members });
  await invokePoll();
}

async function ask(url: string, target: string, options: AskOptions = {}): Promise<Answered> {
  const { method = 'GET', token, headers = {} } = options;
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const { hostname, port } = new URL(url);
  const authorization = token === undefined ? {} : { authorization: `Bearer ${token}` };
  send({ hostname, port, path: target, method, headers: { ...authorization, ...headers } })
    .once('response', resolve)
    .once('error', reject)
    .end();
  const answer = await promise;
  const raw = await buffer(answer);
  const text = String(answer.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw);
  return { status: answer.statusCode, headers: answer.headers, text, body: parsed(answer.headers, text) };
}

function parsed({ 'content-type': type = '' }: IncomingHttpHeaders, text: string): unknown {
  return text !== '' && /^application\/(problem\+)?json\b/.test(type) ? JSON.parse(text) : text;
}
