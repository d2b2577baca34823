/** A part of the ring of 32-bit numbers on which every task has its place: from, up to and without to. */
export interface Range {
  readonly from: number;
  readonly to: number;
}

const RING = 2 ** 32;

/** The place of every task. */
export const WHOLE: Range = { from: 0, to: RING };

/**
 * The place of a task, evenly spread over the ring: FNV-1a (http://www.isthe.com/chongo/tech/comp/fnv/), whose high bits hardly
 * depend on the last characters, finished as MurmurHash3 finishes (https://github.com/aappleby/smhasher).
 */
export function placeOf(taskId: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < taskId.length; index += 1)
    hash = Math.imul(hash ^ taskId.charCodeAt(index), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

export function isIn({ from, to }: Range, taskId: string): boolean {
  const place = placeOf(taskId);
  return place >= from && place < to;
}

/** Whether ranges have any place in common. */
export function overlap(one: Range, other: Range): boolean {
  return one.from < other.to && other.from < one.to;
}

/** How many ranges of that length the ring has. */
export function partsOf({ from, to }: Range): number {
  return Math.round(RING / (to - from));
}

/** Cuts the ring into ranges of the same length. */
export function split(parts: number): Range[] {
  const at = (index: number) => Math.round((index * RING) / parts);
  return Array.from({ length: parts }, (_, index) => ({ from: at(index), to: at(index + 1) }));
}
