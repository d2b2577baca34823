import { type Arguments, blocksOf, flagOf, metadataOf, numberOf, requiredText, textOf } from './arguments.ts';
import { SlackRefusal } from './refusal.ts';
import type { ShownMessage } from './types.ts';
import type { Content, Workspace } from './workspace.ts';

type Answer = Readonly<Record<string, unknown>>;
export type Method = (args: Arguments, workspace: Workspace, mayRead: boolean) => Answer;

const DEFAULT_PAGE = 100;
const MAX_PAGE = 999;

/** The methods of the Web API that there are. Each gives what is answered besides `ok`. */
export const METHODS: ReadonlyMap<string, Method> = new Map<string, Method>([
  [
    'auth.test',
    () => ({ team: 'Stand-in', user: 'ota-watch', team_id: 'T0000000001', bot_id: 'B0000000001' }),
  ],
  ['chat.postMessage', postMessage],
  ['chat.update', update],
  ['conversations.history', history],
  ['conversations.replies', replies],
]);

function postMessage(args: Arguments, workspace: Workspace): Answer {
  const threadTs = textOf(args, 'thread_ts');
  const { channel, message } = workspace.post(requiredText(args, 'channel'), {
    ...contentOf(args),
    by: 'bot',
    broadcast: flagOf(args, 'reply_broadcast'),
    ...(threadTs !== undefined && { threadTs }),
  });
  return { channel, ts: message.ts, message: onTheWire(message, true) };
}

function update(args: Arguments, workspace: Workspace): Answer {
  const channel = requiredText(args, 'channel');
  const message = workspace.edit(channel, requiredText(args, 'ts'), contentOf(args));
  return { channel, ts: message.ts, text: message.text, message: onTheWire(message, true) };
}

function history(args: Arguments, workspace: Workspace, mayRead: boolean): Answer {
  requireScope(mayRead);
  return page(workspace.history(requiredText(args, 'channel')), args);
}

function replies(args: Arguments, workspace: Workspace, mayRead: boolean): Answer {
  requireScope(mayRead);
  return page(workspace.thread(requiredText(args, 'channel'), requiredText(args, 'ts')), args);
}

function requireScope(mayRead: boolean): void {
  if (!mayRead) throw new SlackRefusal('missing_scope');
}

export function contentOf(args: Arguments): Content {
  const metadata = metadataOf(args);
  return {
    text: textOf(args, 'text') ?? '',
    blocks: blocksOf(args),
    ...(metadata !== undefined && { metadata }),
  };
}

/** A page of messages: those after the one that the cursor names, and not before `oldest`. */
function page(messages: readonly ShownMessage[], args: Arguments): Answer {
  const limit = numberOf(args, 'limit', DEFAULT_PAGE);
  if (limit < 1 || limit > MAX_PAGE) throw new SlackRefusal('invalid_limit');
  const oldest = numberOf(args, 'oldest', 0);
  const cursor = textOf(args, 'cursor');
  const start = cursor === undefined ? 0 : messages.findIndex(({ ts }) => ts === cursor) + 1;
  if (cursor !== undefined && start === 0) throw new SlackRefusal('invalid_cursor');

  const left = messages.slice(start).filter(({ ts }) => Number(ts) > oldest);
  const shown = left.slice(0, limit);
  const hasMore = left.length > limit;
  return {
    messages: shown.map((message) => onTheWire(message, flagOf(args, 'include_all_metadata'))),
    has_more: hasMore,
    response_metadata: { next_cursor: hasMore ? shown.at(-1)?.ts : '' },
  };
}

function onTheWire({ ts, text, blocks, metadata }: ShownMessage, withMetadata: boolean): Answer {
  return { type: 'message', ts, text, blocks, ...(withMetadata && metadata && { metadata }) };
}
