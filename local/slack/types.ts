import type { SlackBlock } from './blocks.ts';
import type { SlackFaults } from './faults.ts';

export interface MessageMetadata {
  readonly event_type: string;
  readonly event_payload: Readonly<Record<string, unknown>>;
}

/** A message as the workspace has it. Instants are epoch milliseconds. */
export interface ShownMessage {
  /** Identifies it in its channel, and orders: `1700000000.000100`. */
  readonly ts: string;
  readonly at: number;
  readonly by: 'bot' | 'webhook';
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
  /** How often it was edited. */
  readonly edits: number;
  readonly editedAt?: number;
  readonly metadata?: MessageMetadata;
  /** A reply that the channel shows as well. */
  readonly broadcast?: true;
  /** Oldest first. */
  readonly replies: readonly ShownMessage[];
}

export interface ShownChannel {
  readonly id: string;
  /** Without `#`. */
  readonly name: string;
  /** Oldest first. Replies are in their threads only, whether or not they are broadcast. */
  readonly messages: readonly ShownMessage[];
}

export interface ChannelOptions {
  /** With or without `#`. */
  readonly name: string;
  readonly archived?: boolean;
  /** Whether the bot is in it; true unless given. */
  readonly member?: boolean;
}

/** How fast it may be written to. The limits are those that Slack publishes, without the bursts that it lets pass. */
export interface Rates {
  /** Between two messages in a channel, milliseconds; 1,000 unless given. */
  readonly messageEveryMs?: number;
  /** Messages in a channel that may come at once after a pause; 1 unless given. */
  readonly burst?: number;
  /** Calls of chat.update in any minute; 50 unless given. */
  readonly updatesPerMinute?: number;
}

export interface SlackOptions {
  /** Port on 127.0.0.1; a free one where not given. */
  readonly port?: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** The only token that is taken; a made-up one unless given. */
  readonly botToken?: string;
  readonly channels?: readonly ChannelOptions[];
  /** Makes channels when they are first named; true unless `channels` is given. */
  readonly autoCreate?: boolean;
  /** Whether the token has the scopes channels:history and groups:history; true unless given. */
  readonly mayRead?: boolean;
  readonly rates?: Rates;
}

/** A request that was answered, or dropped on purpose. */
export interface RequestRecord {
  /** Such as `chat.postMessage`; `webhook` for an incoming webhook. */
  readonly method: string;
  /** Name of the channel without `#`, where it is one that exists. */
  readonly channel: string | undefined;
  readonly at: number;
  /** Whether it took effect. */
  readonly ok: boolean;
  /** Slack's word for what was wrong. */
  readonly error?: string;
}

/** A limit that was exceeded, or a structure that was wrong. */
export interface Violation {
  readonly at: number;
  readonly method: string;
  readonly channel: string | undefined;
  readonly error: string;
  readonly problems: readonly string[];
}

export interface SlackStandIn {
  readonly url: string;
  /** What a client of the Web API is given; ends in a slash. */
  readonly apiUrl: string;
  readonly botToken: string;
  /** The incoming webhook of a channel (name with or without `#`), which is made if it does not exist. */
  webhookUrl(channel: string): string;
  channels(): readonly ShownChannel[];
  /** Deletes a message with its thread, as somebody in the workspace might. */
  deleteMessage(channelId: string, ts: string): void;
  readonly requests: readonly RequestRecord[];
  readonly violations: readonly Violation[];
  /** Fault injection; starts undefined. */
  readonly faults: SlackFaults;
  /** Calls the listener after each change of what the channels show; gives the way to stop that. */
  subscribe(listener: () => void): () => void;
  /** Stops at once: closes connections whatever is underway on them. */
  close(): Promise<void>;
}
