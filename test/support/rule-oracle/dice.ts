import { uniform } from '../../../local/simulator/rollout/random.ts';

/** Throws that depend on nothing but the seed and their order. */
export class Dice {
  readonly #seed: number;
  #thrown = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** From 0, and below 1. */
  unit(): number {
    this.#thrown += 1;
    return uniform(this.#seed, this.#thrown);
  }

  chance(probability: number): boolean {
    return this.unit() < probability;
  }

  /** A whole number, both ends included. */
  int(from: number, to: number): number {
    return from + Math.floor(this.unit() * (to - from + 1));
  }

  pick<Item>(items: readonly Item[]): Item {
    const item = items[this.int(0, items.length - 1)];
    if (item === undefined) throw new RangeError('nothing to pick from');
    return item;
  }

  /** Some of the items, at least one. */
  some<Item>(items: readonly Item[]): Item[] {
    const some = items.filter(() => this.chance(0.5));
    return some.length > 0 ? some : [this.pick(items)];
  }
}
