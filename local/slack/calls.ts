import type { IncomingHttpHeaders } from 'node:http';
import { type Arguments, readArguments } from './arguments.ts';
import { contentOf, METHODS } from './methods.ts';
import { SlackRefusal } from './refusal.ts';
import { apiReply, type Reply, refuseApiCall, refuseWebhook } from './reply.ts';
import type { Workspace } from './workspace.ts';

/** A request, and how its kind is processed and refused. */
export interface Call {
  readonly method: string;
  /** As the caller named it. */
  readonly channel: string | undefined;
  readonly args: Arguments;
  /** Throws SlackRefusal. */
  readonly process: () => Reply;
  readonly refuse: (refusal: SlackRefusal) => Reply;
}

interface Received {
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Credentials {
  readonly botToken: string;
  readonly mayRead: boolean;
}

/** A call of the Web API. The token is in the header or, as an argument, in the body. */
export function apiCall(method: string, received: Received, workspace: Workspace, may: Credentials): Call {
  const sent = readArguments(received.headers['content-type'], received.body);
  const { token: inBody, ...args } = sent ?? {};
  const token = /^Bearer (.+)$/.exec(received.headers.authorization ?? '')?.[1] ?? inBody;
  return {
    method,
    channel: typeof args.channel === 'string' ? args.channel : undefined,
    args,
    process: () => {
      if (sent === undefined) throw new SlackRefusal('invalid_json');
      if (token === undefined) throw new SlackRefusal('not_authed');
      if (token !== may.botToken) throw new SlackRefusal('invalid_auth');
      const run = METHODS.get(method);
      if (run === undefined) throw new SlackRefusal('unknown_method');
      return apiReply({ ok: true, ...run(args, workspace, may.mayRead) });
    },
    refuse: refuseApiCall,
  };
}

/** A message to an incoming webhook; of one that does not exist, the channel is undefined. */
export function webhookCall(channel: string | undefined, received: Received, workspace: Workspace): Call {
  const args = readArguments(received.headers['content-type'], received.body);
  return {
    method: 'webhook',
    channel: channel === undefined ? undefined : `#${channel}`,
    args: args ?? {},
    process: () => {
      if (channel === undefined) throw new SlackRefusal('no_service');
      if (args === undefined) throw new SlackRefusal('invalid_payload');
      workspace.post(channel, { ...contentOf(args), by: 'webhook', broadcast: false });
      return { status: 200, type: 'text/plain', body: 'ok' };
    },
    refuse: refuseWebhook,
  };
}
