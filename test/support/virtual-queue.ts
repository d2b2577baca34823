import type { AlertQueue, GivenBack } from '../../lib/alerts/ports.ts';

const VISIBILITY_MS = 180_000;

interface Message {
  readonly messageId: string;
  readonly body: string;
  readonly sentAt: number;
  firstReceivedAt?: number;
  visibleAt: number;
  receives: number;
}

/** A record as Lambda hands it over. */
export interface QueueRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: {
    readonly ApproximateReceiveCount: string;
    readonly SentTimestamp: string;
    readonly ApproximateFirstReceiveTimestamp: string;
  };
}

/** A standard queue in simulated time: what is received is hidden for a while, and comes again unless it is deleted. */
export class VirtualQueue implements AlertQueue {
  readonly deadLetters: { readonly body: string; readonly target: string; readonly answer: string }[] = [];
  readonly #messages = new Map<string, Message>();
  readonly #now: () => number;
  #sent = 0;
  #mostReceives = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get size(): number {
    return this.#messages.size;
  }

  /** How often the message was received that was received most. */
  get mostReceives(): number {
    return this.#mostReceives;
  }

  /** When the next message can be received; Infinity for none. */
  get nextAt(): number {
    return Math.min(...[...this.#messages.values()].map(({ visibleAt }) => visibleAt));
  }

  /** @param delayMs how long the bus takes */
  send(body: string, delayMs = 0): void {
    const messageId = `message-${this.#sent++}`;
    const sentAt = this.#now() + delayMs;
    this.#messages.set(messageId, { messageId, body, sentAt, visibleAt: sentAt, receives: 0 });
  }

  /** What can be received now, in the order of `arrange`. */
  receive(max: number, arrange: <T>(items: readonly T[]) => readonly T[] = (items) => items): QueueRecord[] {
    const now = this.#now();
    const visible = [...this.#messages.values()].filter(({ visibleAt }) => visibleAt <= now);
    return arrange(visible)
      .slice(0, max)
      .map((message) => {
        message.visibleAt = now + VISIBILITY_MS;
        message.receives += 1;
        message.firstReceivedAt ??= now;
        this.#mostReceives = Math.max(this.#mostReceives, message.receives);
        return {
          messageId: message.messageId,
          receiptHandle: message.messageId,
          body: message.body,
          attributes: {
            ApproximateReceiveCount: String(message.receives),
            SentTimestamp: String(message.sentAt),
            ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt),
          },
        };
      });
  }

  delete(messageId: string): void {
    this.#messages.delete(messageId);
  }

  async giveBack(messages: readonly GivenBack[]): Promise<void> {
    for (const { messageId, afterMs } of messages) {
      const message = this.#messages.get(messageId);
      if (message !== undefined) message.visibleAt = this.#now() + Math.ceil(afterMs / 1_000) * 1_000;
    }
  }

  async setAside(body: string, reason: { readonly target: string; readonly answer: string }): Promise<void> {
    this.deadLetters.push({ body, ...reason });
  }
}
