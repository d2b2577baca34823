import type { SlackBlock } from './blocks.ts';
import { createPace, createQuota, type Pace } from './pace.ts';
import { SlackRefusal } from './refusal.ts';
import type { ChannelOptions, MessageMetadata, ShownChannel, ShownMessage, SlackOptions } from './types.ts';

/** What makes up a message. */
export interface Content {
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
  readonly metadata?: MessageMetadata;
}

export interface Post extends Content {
  readonly by: ShownMessage['by'];
  readonly threadTs?: string;
  readonly broadcast: boolean;
}

interface Message extends Omit<ShownMessage, 'replies'> {
  readonly threadTs?: string;
}

interface Channel {
  readonly id: string;
  readonly name: string;
  readonly archived: boolean;
  readonly member: boolean;
  readonly pace: Pace;
  /** Replies included, by the time they were posted. */
  messages: readonly Message[];
}

/** The channels of a workspace and what is written in them. Everything that is refused throws SlackRefusal. */
export interface Workspace {
  /** Of a channel by id or name (with or without `#`). */
  nameOf(channel: string): string | undefined;
  /** Makes a channel unless it exists. */
  ensure(name: string): void;
  /** @returns the id of the channel, and the new message */
  post(channel: string, post: Post): { readonly channel: string; readonly message: ShownMessage };
  /** Metadata stay unless they are given. Channels go by id only. */
  edit(channelId: string, ts: string, content: Content): ShownMessage;
  /** What a channel shows: broadcast replies included, newest first. */
  history(channelId: string): readonly ShownMessage[];
  /** The message and its replies, oldest first. */
  thread(channelId: string, ts: string): readonly ShownMessage[];
  delete(channelId: string, ts: string): void;
  channels(): readonly ShownChannel[];
}

const MAX_POSTED_TEXT = 40_000;
const MAX_EDITED_TEXT = 4_000;

export function createWorkspace(
  { now, channels: given, autoCreate = given === undefined, rates = {} }: SlackOptions,
  changed: () => void,
): Workspace {
  const { messageEveryMs = 1_000, burst = 1, updatesPerMinute = 50 } = rates;
  const channels: Channel[] = [];
  const updates = createQuota(updatesPerMinute);
  let lastMicroseconds = 0;

  for (const options of given ?? []) create(options);

  function create({ name, archived = false, member = true }: ChannelOptions): Channel {
    const channel: Channel = {
      id: `C${String(channels.length + 1).padStart(10, '0')}`,
      name: name.replace(/^#/, ''),
      archived,
      member,
      pace: createPace(messageEveryMs, burst),
      messages: [],
    };
    channels.push(channel);
    return channel;
  }

  const find = (nameOrId: string) =>
    channels.find(({ id, name }) => id === nameOrId || name === nameOrId.replace(/^#/, ''));

  function byId(channelId: string): Channel {
    const channel = channels.find(({ id }) => id === channelId);
    if (channel === undefined) throw new SlackRefusal('channel_not_found');
    return channel;
  }

  function writable(nameOrId: string): Channel {
    const isId = /^C\d{10}$/.test(nameOrId);
    const channel = find(nameOrId) ?? (autoCreate && !isId ? create({ name: nameOrId }) : undefined);
    if (channel === undefined) throw new SlackRefusal('channel_not_found');
    if (channel.archived) throw new SlackRefusal('is_archived');
    if (!channel.member) throw new SlackRefusal('not_in_channel');
    return channel;
  }

  function nextTs(): string {
    lastMicroseconds = Math.max(now() * 1_000, lastMicroseconds + 100);
    return `${Math.floor(lastMicroseconds / 1e6)}.${String(lastMicroseconds % 1e6).padStart(6, '0')}`;
  }

  return {
    nameOf: (channel) => find(channel)?.name,
    ensure: (name) => {
      if (find(name) === undefined) create({ name });
    },
    post: (nameOrId, { threadTs, broadcast, ...content }) => {
      const channel = writable(nameOrId);
      checkText(content, MAX_POSTED_TEXT);
      checkParent(channel, threadTs);
      channel.pace(now());
      const message: Message = {
        ...content,
        ts: nextTs(),
        at: now(),
        edits: 0,
        ...(threadTs !== undefined && { threadTs }),
        ...(threadTs !== undefined && broadcast && { broadcast }),
      };
      channel.messages = [...channel.messages, message];
      changed();
      return { channel: channel.id, message: shown(message, channel) };
    },
    edit: (channelId, ts, content) => {
      const channel = byId(channelId);
      if (channel.archived) throw new SlackRefusal('is_inactive');
      const message = channel.messages.find((one) => one.ts === ts);
      if (message === undefined) throw new SlackRefusal('message_not_found');
      if (message.by !== 'bot') throw new SlackRefusal('cant_update_message');
      checkText(content, MAX_EDITED_TEXT);
      if (hasRichText(message) && !hasRichText(content)) throw new SlackRefusal('block_mismatch');
      updates(now());
      const edited: Message = { ...message, ...content, edits: message.edits + 1, editedAt: now() };
      channel.messages = channel.messages.map((one) => (one === message ? edited : one));
      changed();
      return shown(edited, channel);
    },
    history: (channelId) => {
      const channel = readable(byId(channelId));
      return channel.messages
        .filter(({ threadTs, broadcast }) => threadTs === undefined || broadcast)
        .map((message) => shown(message, channel))
        .reverse();
    },
    thread: (channelId, ts) => {
      const channel = readable(byId(channelId));
      const parent = channel.messages.find((message) => message.ts === ts);
      if (parent === undefined) throw new SlackRefusal('thread_not_found');
      const message = shown(parent, channel);
      return [message, ...message.replies];
    },
    delete: (channelId, ts) => {
      const channel = byId(channelId);
      channel.messages = channel.messages.filter((message) => message.ts !== ts && message.threadTs !== ts);
      changed();
    },
    channels: () =>
      channels.map((channel) => ({
        id: channel.id,
        name: channel.name,
        messages: channel.messages
          .filter(({ threadTs }) => threadTs === undefined)
          .map((message) => shown(message, channel)),
      })),
  };
}

function readable(channel: Channel): Channel {
  if (!channel.member) throw new SlackRefusal('not_in_channel');
  return channel;
}

function checkText({ text, blocks }: Content, max: number): void {
  if (text === '' && blocks.length === 0) throw new SlackRefusal('no_text');
  if (text.length > max) throw new SlackRefusal('msg_too_long', [`text has ${text.length} characters`]);
}

function checkParent({ messages }: Channel, threadTs: string | undefined): void {
  if (threadTs === undefined) return;
  const parent = messages.find(({ ts }) => ts === threadTs);
  if (parent === undefined) throw new SlackRefusal('thread_not_found');
  if (parent.threadTs !== undefined) throw new SlackRefusal('cannot_reply_to_message');
}

const hasRichText = ({ blocks }: Content) => blocks.some(({ type }) => type === 'rich_text');

function shown({ threadTs, ...message }: Message, channel: Channel): ShownMessage {
  const replies = channel.messages.filter((one) => one.threadTs === message.ts);
  return { ...message, replies: replies.map((reply) => shown(reply, channel)) };
}
