import type { Claim, RolloutMessage } from '../domain/alerts/ledger.ts';
import type { SlackMessage } from '../slack/message.ts';
import { DestinationError } from './destination-error.ts';
import type { Lane } from './lane.ts';
import type { PostedMessage, PostOptions, SlackBot, SlackWebhooks } from './ports.ts';

/** A way into Slack. */
export type SlackDoor =
  | { readonly kind: 'bot'; readonly bot: SlackBot }
  | { readonly kind: 'webhook'; readonly webhooks: SlackWebhooks };

/** "Posting to a channel is limited to one message a second" (Slack, Rate limits). */
const POST_EVERY_MS = 1_000;
/** chat.update is of tier 3: 50 a minute and more, for the workspace (Slack, Rate limits). */
const EDIT_EVERY_MS = 1_200;
const EDIT_LINE = 'chat.update';
/** Codes of a message, or a thread, that is not there any more, or that may not be edited any more. */
const GONE = new Set(['message_not_found', 'thread_not_found', 'cant_update_message', 'edit_window_closed']);

/** A channel of Slack, with the pace that it can take. */
export class SlackChannel {
  readonly #lane: Lane;
  readonly #door: SlackDoor;
  #mayEdit = true;

  constructor(lane: Lane, door: SlackDoor) {
    this.#lane = lane;
    this.#door = door;
  }

  /** Whether messages have threads, and can be edited. */
  get hasThreads(): boolean {
    return this.#door.kind === 'bot';
  }

  /** Whether there is time for an edit: they come after everything else. */
  takesEdits(): boolean {
    return this.hasThreads && this.#mayEdit && this.#lane.hasTime();
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

  /** Edits a message; false when there is no slot in time. */
  async edit(posted: PostedMessage, message: SlackMessage): Promise<boolean> {
    if (this.#door.kind === 'webhook') return false;
    const { bot } = this.#door;
    try {
      await this.#paced(EDIT_LINE, EDIT_EVERY_MS, () => bot.edit(posted, message));
    } catch (error) {
      if (!(error instanceof DestinationError && error.trouble.kind === 'busy')) throw error;
      this.#mayEdit = false;
      return false;
    }
    this.#lane.invocation.tally.edited += 1;
    return true;
  }

  /** Which posts of a claim were sent, and the message of the rollout. */
  async find(
    message: RolloutMessage | undefined,
    { posts, since }: Claim,
  ): Promise<{ readonly found: ReadonlySet<string>; readonly message: RolloutMessage | undefined }> {
    if (this.#door.kind === 'webhook') return { found: new Set(), message };
    const { bot } = this.#door;
    const ids = posts.map(({ id }) => id);
    const channel = message?.channel ?? this.#lane.name;
    const inChannel = await bot.find({ channel }, ids, since);
    const root = ids.filter((id) => id.startsWith('rollout:')).flatMap((id) => inChannel?.get(id) ?? [])[0];
    const current = root === undefined ? message : { ...root, shown: 0 };
    const inThread =
      current === undefined
        ? undefined
        : await bot.find({ channel: current.channel, thread: current }, ids, since);
    if (inChannel === undefined) {
      const { target } = this.#lane;
      this.#lane.invocation.log.warn('A channel cannot be searched: a message may come twice', { target });
    }
    return { found: new Set([...(inChannel?.keys() ?? []), ...(inThread?.keys() ?? [])]), message: current };
  }

  #send(message: SlackMessage, options: PostOptions): Promise<PostedMessage | undefined> {
    const door = this.#door;
    const { name } = this.#lane;
    return this.#paced(name, POST_EVERY_MS, async () => {
      if (door.kind === 'bot') return door.bot.post(options.thread?.channel ?? name, message, options);
      await door.webhooks.post(name, message);
      return undefined;
    });
  }

  async #paced<T>(line: string, everyMs: number, send: () => Promise<T>): Promise<T> {
    await this.#lane.paced(line, everyMs);
    try {
      return await send();
    } catch (error) {
      if (error instanceof DestinationError && error.trouble.kind === 'busy') {
        const until = this.#lane.now + error.trouble.retryAfterMs;
        await this.#lane.invocation.slots.postpone(line, until);
      }
      throw error;
    }
  }
}

export function isRejected(error: unknown): error is DestinationError {
  return error instanceof DestinationError && error.trouble.kind === 'rejected' && !isGone(error);
}

/** Whether what was to be edited, or answered, is not there any more. */
export function isGone(error: unknown): boolean {
  return error instanceof DestinationError && error.code !== undefined && GONE.has(error.code);
}
