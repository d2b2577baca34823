import { EventEmitter, once } from 'node:events';
import { z } from 'zod';
import type { HandledBatch } from '../queue/event-source.ts';
import { StackError } from './stack-error.ts';

/** Logical id of the queue through which polls hand parts of their work to workers. */
const PART_QUEUE = 'PollShardQueue';

const reportSchema = z.object({ shards: z.int() });

/** Reads in the answer of a poll into how many parts it was cut for workers. */
export function readParts(answer: string): number {
  return reportSchema.parse(JSON.parse(answer)).shards;
}

/** The parts of the poll that was begun last: which of them workers have dealt with. */
export class PollParts {
  readonly #changes = new EventEmitter();
  /** Whether it failed, by the id of its message. */
  readonly #parts = new Map<string, boolean>();
  #begunAt = 0;

  /** @param now epoch milliseconds; parts that were sent before are not of this poll */
  begin(now: number): void {
    this.#begunAt = now;
    this.#parts.clear();
  }

  readonly onHandled = ({ source, records, failed }: HandledBatch): void => {
    if (source.queue !== PART_QUEUE) return;
    for (const { messageId, attributes } of records) {
      if (Number(attributes.SentTimestamp) >= this.#begunAt)
        this.#parts.set(messageId, failed.has(messageId));
    }
    this.#changes.emit('change');
  };

  /**
   * Resolves when workers have done all parts of the poll.
   *
   * @throws StackError when some failed, or are not done when the signal is aborted
   */
  async done(count: number, until: AbortSignal): Promise<void> {
    while (this.#parts.size < count && !until.aborted)
      await once(this.#changes, 'change', { signal: until }).catch(() => undefined);
    const missing = count - this.#parts.size;
    if (missing > 0) throw new StackError(`Of ${count} parts of the poll ${missing} were not done in time`);
    const failed = [...this.#parts.values()].filter((hasFailed) => hasFailed).length;
    if (failed > 0) throw new StackError(`Of ${count} parts of the poll ${failed} failed`);
  }
}
