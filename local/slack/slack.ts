import { createServer, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { listen } from '../bus/listen.ts';
import { apiCall, type Call, webhookCall } from './calls.ts';
import type { SlackFault, SlackFaults } from './faults.ts';
import { SlackRefusal } from './refusal.ts';
import { answer, apiReply, type Outcome, pageReply, type Reply } from './reply.ts';
import type { RequestRecord, SlackOptions, SlackStandIn, Violation } from './types.ts';
import { createWorkspace } from './workspace.ts';

/** Refusals that are no fault of what was sent. */
const BLAMELESS = new Set([
  'not_authed',
  'invalid_auth',
  'missing_scope',
  'channel_not_found',
  'is_archived',
  'is_inactive',
  'not_in_channel',
  'no_service',
  'message_not_found',
  'thread_not_found',
]);

/** Starts a stand-in for Slack: the Web API for bots, incoming webhooks, and the channels that they write in. */
export async function startSlack(options: SlackOptions): Promise<SlackStandIn> {
  const { now, botToken = 'xoxb-stand-in-token', mayRead = true } = options;
  const requests: RequestRecord[] = [];
  const violations: Violation[] = [];
  const faults: SlackFaults = { request: undefined };
  const listeners = new Set<() => void>();
  /** Names of channels by the path of their webhook. */
  const webhooks = new Map<string, string>();
  const workspace = createWorkspace(options, () => {
    for (const listener of listeners) listener();
  });
  let received = 0;

  function record({ method, channel }: Call, error?: string): void {
    const name = channel && workspace.nameOf(channel);
    requests.push({
      method,
      channel: name,
      at: now(),
      ok: error === undefined,
      ...(error !== undefined && { error }),
    });
  }

  function refuse(call: Call, refusal: SlackRefusal): Reply {
    record(call, refusal.error);
    return call.refuse(refusal);
  }

  function process(call: Call): Reply {
    try {
      const reply = call.process();
      record(call);
      return reply;
    } catch (refusal) {
      if (!(refusal instanceof SlackRefusal)) throw refusal;
      const { error, problems } = refusal;
      const { method, channel } = call;
      if (!BLAMELESS.has(error)) {
        violations.push({
          at: now(),
          method,
          channel: channel && workspace.nameOf(channel),
          error,
          problems,
        });
      }
      return refuse(call, refusal);
    }
  }

  async function withFault(fault: SlackFault | undefined, call: Call): Promise<Outcome> {
    switch (fault?.kind) {
      case undefined:
        return process(call);
      case 'delay':
        await fault.until;
        return process(call);
      case 'drop-after':
        process(call);
        return 'drop';
      case 'drop-before':
        record(call, fault.kind);
        return 'drop';
      case 'hang':
        record(call, fault.kind);
        return 'hang';
      case 'server-error':
        record(call, fault.kind);
        return pageReply(fault.status ?? 500);
      case 'rate-limited':
        return refuse(call, new SlackRefusal('ratelimited', [], fault.retryAfterSeconds));
      case 'refuse':
        return refuse(call, new SlackRefusal(fault.error, fault.problems));
    }
  }

  async function handle(request: IncomingMessage): Promise<Outcome> {
    const { pathname } = new URL(request.url ?? '/', 'http://stand-in');
    const sent = { headers: request.headers, body: await text(request) };
    const [, method] = /^\/api\/([\w.]+)$/.exec(pathname) ?? [];
    if (method === undefined && !pathname.startsWith('/services/')) return pageReply(404);
    const call =
      method === undefined
        ? webhookCall(webhooks.get(pathname), sent, workspace)
        : apiCall(method, sent, workspace, { botToken, mayRead });
    const about = { method: call.method, channel: call.channel, arguments: call.args };
    return withFault(faults.request?.({ index: received++, ...about }), call);
  }

  const server = createServer((request, response) => {
    handle(request)
      .catch(() => apiReply({ ok: false, error: 'internal_error' }))
      .then((outcome) => answer(outcome, response));
  });
  const { url, close } = await listen(server, options.port ?? 0);

  return {
    url,
    apiUrl: `${url}/api/`,
    botToken,
    webhookUrl: (channel) => {
      const name = channel.replace(/^#/, '');
      workspace.ensure(name);
      const path = `/services/T0000000001/B0000000001/${Buffer.from(name).toString('base64url')}`;
      webhooks.set(path, name);
      return `${url}${path}`;
    },
    channels: workspace.channels,
    deleteMessage: workspace.delete,
    requests,
    violations,
    faults,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close,
  };
}
