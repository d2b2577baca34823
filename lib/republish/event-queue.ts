import type { RowPlace } from './ports.ts';

/** How far ahead a request looks for events of other tasks. */
const WINDOW = 500;

/** Events that are to be published, in the order of their observation and, within a task, of their sequence. */
export class EventQueue {
  #left: readonly RowPlace[];
  #start = 0;
  readonly #gone = new Set<RowPlace>();

  constructor(places: readonly RowPlace[]) {
    this.#left = inOrder(places);
  }

  get size(): number {
    return this.#left.length - this.#start - this.#gone.size;
  }

  /** The next event of each of the tasks whose turn it is: a request never carries two of one. */
  next(max: number): RowPlace[] {
    const places = new Map<string, RowPlace>();
    for (const place of this.#left.slice(this.#start, this.#start + WINDOW)) {
      if (places.size >= max) break;
      if (!this.#gone.has(place) && !places.has(place.taskId)) places.set(place.taskId, place);
    }
    return [...places.values()];
  }

  /** These are dealt with. */
  remove(places: readonly RowPlace[]): void {
    for (const place of places) this.#gone.add(place);
    for (
      let first = this.#left[this.#start];
      first && this.#gone.delete(first);
      first = this.#left[this.#start]
    )
      this.#start += 1;
  }

  /** Nothing more of a task is published. */
  drop(taskId: string): void {
    this.#left = this.#left
      .slice(this.#start)
      .filter((place) => place.taskId !== taskId && !this.#gone.has(place));
    this.#start = 0;
    this.#gone.clear();
  }
}

/** The clocks of two pollers differ: an event is no earlier than the one before it in its task. */
function inOrder(places: readonly RowPlace[]): RowPlace[] {
  const bySequence = places.toSorted((a, b) => a.sequence - b.sequence);
  const latest = new Map<string, string>();
  const timed = bySequence.map((place) => {
    const before = latest.get(place.taskId) ?? '';
    const at = place.observedAt > before ? place.observedAt : before;
    latest.set(place.taskId, at);
    return { at, place };
  });
  return timed.sort((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at))).map(({ place }) => place);
}
