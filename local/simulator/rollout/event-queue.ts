interface Entry<T> {
  readonly at: number;
  readonly order: number;
  readonly event: T;
}

const precedes = <T>(a: Entry<T>, b: Entry<T>): boolean =>
  a.at < b.at || (a.at === b.at && a.order < b.order);

/** A binary heap of events by time; events of one instant leave in the order in which they came. */
export class EventQueue<T> {
  #heap: Entry<T>[] = [];
  #pushed = 0;

  /** The time of the earliest event, `Infinity` when there is none. */
  get nextAt(): number {
    return this.#heap[0]?.at ?? Number.POSITIVE_INFINITY;
  }

  push(at: number, event: T): void {
    const entry = { at, order: this.#pushed++, event };
    let hole = this.#heap.length;
    while (hole > 0) {
      const above = (hole - 1) >> 1;
      const parent = this.#heap[above];
      if (parent === undefined || precedes(parent, entry)) break;
      this.#heap[hole] = parent;
      hole = above;
    }
    this.#heap[hole] = entry;
  }

  pop(): T | undefined {
    const first = this.#heap[0];
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) this.#sink(last);
    return first?.event;
  }

  clear(): void {
    this.#heap = [];
  }

  #sink(entry: Entry<T>): void {
    let hole = 0;
    for (;;) {
      const below = this.#smallerChild(hole);
      const child = this.#heap[below];
      if (child === undefined || precedes(entry, child)) break;
      this.#heap[hole] = child;
      hole = below;
    }
    this.#heap[hole] = entry;
  }

  #smallerChild(parent: number): number {
    const left = 2 * parent + 1;
    const a = this.#heap[left];
    const b = this.#heap[left + 1];
    return a !== undefined && b !== undefined && precedes(b, a) ? left + 1 : left;
  }
}
