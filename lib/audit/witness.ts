import { z } from 'zod';
import { SOURCE } from '../domain/events.ts';

const Detail = z.object({
  eventId: z.string(),
  taskId: z.string(),
  sequence: z.int().positive(),
  observedAt: z.string(),
  hash: z.string(),
});

const Envelope = z.object({ source: z.string(), 'detail-type': z.string(), detail: z.unknown() });

/** What an event told of its row. */
export interface Testimony {
  /** More than one where events of the same id differ. */
  readonly hashes: readonly string[];
  /** Epoch milliseconds; NaN where it is no instant. */
  readonly observedAt: number;
}

/** The events of one task, by sequence. */
export type TaskTestimony = ReadonlyMap<number, Testimony>;

/** Published events, as somebody kept them. Of each only what tells of its row. */
export class Witness {
  /** Events of ota-watch, those included that came more than once. */
  events = 0;
  /** Events of other sources. */
  foreign = 0;
  /** Entries that are no events. */
  unreadable = 0;
  readonly #tasks = new Map<string, Map<number, Testimony>>();

  /** Takes an entry of an archive: an event as EventBridge hands it over, or the bare detail of one of ours. */
  hear(entry: unknown): void {
    const envelope = Envelope.safeParse(entry);
    if (envelope.success && envelope.data.source !== SOURCE) {
      this.foreign += 1;
      return;
    }
    const detail = Detail.safeParse(envelope.success ? envelope.data.detail : entry);
    if (!detail.success) {
      this.unreadable += 1;
      return;
    }
    this.events += 1;
    this.#note(detail.data);
  }

  #note({ taskId, sequence, hash, observedAt }: z.infer<typeof Detail>): void {
    const task = this.#tasks.get(taskId) ?? new Map<number, Testimony>();
    this.#tasks.set(taskId, task);
    const hashes = task.get(sequence)?.hashes ?? [];
    if (hashes.includes(hash)) return;
    task.set(sequence, { hashes: [...hashes, hash], observedAt: Date.parse(observedAt) });
  }

  get taskIds(): Iterable<string> {
    return this.#tasks.keys();
  }

  of(taskId: string): TaskTestimony {
    return this.#tasks.get(taskId) ?? new Map();
  }
}
