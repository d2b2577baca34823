import { summarizeError } from '../errors.ts';
import type { SlackMessage } from '../slack/message.ts';
import { DestinationError } from './destination-error.ts';
import type { Lane } from './lane.ts';
import type { ChannelIds, PostedMessage, PostOptions, SlackBot, SlackWebhooks } from './ports.ts';

/** A way into Slack. */
export type SlackDoor =
  | { readonly kind: 'bot'; readonly bot: SlackBot }
  | { readonly kind: 'webhook'; readonly webhooks: SlackWebhooks };

/** One message a second for each channel (Slack, Rate limits), and what networks make of that. */
const POST_EVERY_MS = 1_100;
/** chat.update is of tier 3: 50 a minute and more, for the workspace (Slack, Rate limits). */
const EDIT_EVERY_MS = 1_250;
const EDIT_LINE = 'chat.update';
/** Codes of a message, or a thread, that is not there any more, or that may not be edited any more. */
const GONE = new Set([
  'cannot_reply_to_message',
  'cant_update_message',
  'edit_window_closed',
  'message_not_found',
  'restricted_action_thread_locked',
  'thread_not_found',
]);

/** A channel of Slack, with the pace that it can take. */
export class SlackChannel {
  readonly #lane: Lane;
  readonly #door: SlackDoor;
  readonly #ids: ChannelIds;

  constructor(lane: Lane, door: SlackDoor, ids: ChannelIds) {
    this.#lane = lane;
    this.#door = door;
    this.#ids = ids;
  }

  /** Whether messages have threads, and can be edited. */
  get hasThreads(): boolean {
    return this.#door.kind === 'bot';
  }

  /** When the channel takes the next message, epoch milliseconds. */
  freeAt(): Promise<number> {
    return this.#lane.invocation.slots.freeAt(this.#lane.name);
  }

  /**
   * Posts a message: its text alone, if Slack refuses its blocks.
   *
   * @returns undefined for a webhook, which does not say
   */
  async post(message: SlackMessage, options: PostOptions): Promise<PostedMessage | undefined> {
    try {
      return await this.#send(message, options);
    } catch (error) {
      if (!isRejected(error)) throw error;
      this.#lane.invocation.log.error('Slack refused the blocks of a message: its text goes alone', {
        target: this.#lane.target,
        code: error.code,
      });
      return await this.#send({ text: message.text, blocks: [] }, options);
    }
  }

  /** Waits for the turn to edit a message; false when there is none until `latest` (epoch milliseconds). */
  async takesEdit(latest: number): Promise<boolean> {
    if (!this.hasThreads) return false;
    return (await this.#lane.slot(EDIT_LINE, EDIT_EVERY_MS, latest)) === undefined;
  }

  /** Edits a message; false when Slack asks for time. */
  async edit(posted: PostedMessage, message: SlackMessage): Promise<boolean> {
    if (this.#door.kind === 'webhook') return false;
    const { bot } = this.#door;
    try {
      await this.#heeding(EDIT_LINE, () => bot.edit(posted, message));
    } catch (error) {
      if (isBusy(error)) return false;
      throw error;
    }
    this.#lane.invocation.tally.edited += 1;
    return true;
  }

  /** Which posts of these ids the channel, or a thread in it, has got since an instant (epoch milliseconds). */
  async find(
    ids: readonly string[],
    since: number,
    thread?: PostedMessage,
  ): Promise<ReadonlyMap<string, PostedMessage>> {
    if (this.#door.kind === 'webhook' || ids.length === 0) return new Map();
    const channel = thread?.channel ?? (await this.#ids.idOf(this.#lane.name)) ?? this.#lane.name;
    const place = { channel, ...(thread !== undefined && { thread }) };
    const found = await this.#door.bot.find(place, ids, since);
    if (found !== undefined) return found;
    const { invocation, target } = this.#lane;
    invocation.log.warn('A channel cannot be searched: a message may come twice', { target });
    return new Map();
  }

  async #send(message: SlackMessage, options: PostOptions): Promise<PostedMessage | undefined> {
    const door = this.#door;
    const { name } = this.#lane;
    // A message that comes late after its turn comes too soon before the next one.
    await (door.kind === 'bot' ? door.bot.ready() : door.webhooks.ready(name));
    await this.#lane.paced(name, POST_EVERY_MS);
    return this.#heeding(name, async () => {
      if (door.kind === 'webhook') {
        await door.webhooks.post(name, message);
        return undefined;
      }
      const posted = await door.bot.post(options.thread?.channel ?? name, message, options);
      if (options.thread === undefined) await this.#remember(posted);
      return posted;
    });
  }

  async #remember({ channel }: PostedMessage): Promise<void> {
    try {
      await this.#ids.remember(this.#lane.name, channel);
    } catch (error) {
      // The message is there all the same.
      this.#lane.invocation.log.warn('The id of a channel could not be kept', {
        target: this.#lane.target,
        error: summarizeError(error),
      });
    }
  }

  /** Where Slack asks for time, nobody sends before it is over. */
  async #heeding<T>(line: string, send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      if (isBusy(error)) {
        const until = this.#lane.now + error.trouble.retryAfterMs;
        // What Slack said must not be lost over it.
        await this.#lane.invocation.slots.postpone(line, until).catch(() => undefined);
      }
      throw error;
    }
  }
}

function isBusy(error: unknown): error is DestinationError & {
  readonly trouble: { readonly kind: 'busy'; readonly retryAfterMs: number };
} {
  return error instanceof DestinationError && error.trouble.kind === 'busy';
}

export function isRejected(error: unknown): error is DestinationError {
  return error instanceof DestinationError && error.trouble.kind === 'rejected' && !isGone(error);
}

/** Whether what was to be edited, or answered, is not there any more. */
export function isGone(error: unknown): boolean {
  return error instanceof DestinationError && error.code !== undefined && GONE.has(error.code);
}
