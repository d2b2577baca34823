import { z } from 'zod';
import { dashboardHeaders } from '../../infra/dashboard/headers.js';
import { buildDashboard } from '../dashboard/build.ts';
import { startDashboard } from '../dashboard/dashboard.ts';
import { type Issuer, startIssuer } from '../issuer/issuer.ts';
import type { ApiOptions } from '../stack/api.ts';

/** The dashboard of a local run, and the issuer of the tokens that its API takes. */
export interface DemoDashboard {
  /** Of the page, without a slash at the end. */
  readonly url: string;
  /** Address that signs in whoever opens it. */
  readonly openUrl: string;
  /** What people see the API with, for a day. */
  readonly token: string;
  /** Signs people in, and gives tokens for other roles. */
  readonly issuer: Issuer;
  /** What a stack with its API is to be started with. */
  readonly api: ApiOptions;
  /**
   * Lets it show what an API answers.
   *
   * @throws StackError when it cannot be built
   */
  show(api: string): Promise<void>;
  close(): Promise<void>;
}

const CLIENT = 'ota-watch-dashboard';
const ROLES = ['ota-watch-reader', 'ota-watch-exporter'];
const DAY_SECONDS = 86_400;
/** Minutes pass in seconds here: who opens the page is to see it move within five. */
const REFRESH_SECONDS = 2;

/**
 * Starts the dashboard, which is built meanwhile.
 *
 * @param project folder of `web/`
 */
export async function startDemoDashboard(project: string, signal: AbortSignal): Promise<DemoDashboard> {
  const files = buildDashboard(project, signal);
  // Whoever waits for it is told.
  files.catch(() => undefined);
  const issuer = await startIssuer({ audience: CLIENT, roles: ROLES });
  const token = await issuer.tokenFor({ roles: ROLES, expiresIn: DAY_SECONDS });
  const { url, close, serve } = await startDashboard({
    config: {
      api: '/api',
      signIn: { issuer: issuer.url, clientId: CLIENT, scopes: 'openid' },
      tokenInAddress: true,
      refreshSeconds: REFRESH_SECONDS,
    },
    headers: dashboardHeaders([issuer.url]),
    token,
  });
  const openUrl = `${url}/open`;
  return {
    url,
    openUrl,
    token,
    issuer,
    api: { issuer: issuer.url, audience: CLIENT, dashboardUrl: openUrl },
    show: async (api) => {
      serve({ files: await files, api });
      // The first request loads the function: not while somebody waits for it.
      askApi(url, '/api/tasks', token, tasksSchema).catch(() => undefined);
    },
    close: async () => {
      await Promise.all([close(), issuer.close(), files.catch(() => undefined)]);
    },
  };
}

const healthSchema = z.object({ poller: z.object({ state: z.string() }) });
const tasksSchema = z.object({ items: z.array(z.object({ taskId: z.string(), status: z.string() })) });

/** How rollouts should stand. */
export type Expected = readonly { readonly taskId: string; readonly status: string }[];

/**
 * Looks at the dashboard as a browser does: its page and what that loads, and what it shows of the poller and the rollouts.
 *
 * @returns what is wrong; empty when all is well
 */
export async function auditDashboard(
  { url, token }: Pick<DemoDashboard, 'url' | 'token'>,
  expected: Expected,
): Promise<string[]> {
  try {
    const page = await (await ask(url, '/')).text();
    const parts = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, path = '']) => path);
    await Promise.all(['/config.json', ...parts].map((path) => ask(url, path)));
    const health = await askApi(url, '/api/health', token, healthSchema);
    const { items } = await askApi(url, '/api/tasks?limit=500', token, tasksSchema);
    return [...auditPoller(health.poller.state), ...auditTasks(items, expected)];
  } catch (error) {
    return [`The dashboard cannot be looked at: ${error instanceof Error ? error.message : error}`];
  }
}

const auditPoller = (state: string) => (state === 'polling' ? [] : [`The dashboard has the poller ${state}`]);

function auditTasks(shown: Expected, expected: Expected): string[] {
  const statuses = new Map(shown.map(({ taskId, status }) => [taskId, status]));
  return expected
    .filter(({ taskId, status }) => statuses.get(taskId) !== status)
    .map(({ taskId, status }) => {
      const found = statuses.get(taskId) ?? 'not at all';
      return `The dashboard shows ${taskId} ${found}, and it is ${status}`;
    });
}

async function askApi<T>(url: string, path: string, token: string, schema: z.ZodType<T>): Promise<T> {
  return schema.parse(await (await ask(url, path, { authorization: `Bearer ${token}` })).json());
}

async function ask(url: string, path: string, headers: Record<string, string> = {}): Promise<Response> {
  const answer = await fetch(url + path, { headers });
  if (!answer.ok) throw new Error(`${path} is answered with ${answer.status}`);
  return answer;
}
