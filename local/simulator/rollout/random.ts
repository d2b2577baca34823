import { createHash } from 'node:crypto';

type Key = string | number;

const digest = (keys: readonly Key[]): Buffer => createHash('sha256').update(keys.join('\u0000')).digest();

/** An identifier of 32 hexadecimal digits that depends on nothing but its keys. */
export const hexId = (...keys: Key[]): string => digest(keys).toString('hex').slice(0, 32);

/** A 32-bit seed that depends on nothing but its keys. */
export const seedOf = (...keys: Key[]): number => digest(keys).readUInt32BE();

/** One round of the MurmurHash3 finaliser. */
function mix(value: number): number {
  const a = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  const b = Math.imul(a ^ (a >>> 13), 0xc2b2ae35);
  return b ^ (b >>> 16);
}

/**
 * A number in [0, 1) that depends on nothing but its seed and integer keys. There is no generator whose
 * state moves on, so the order in which things are drawn cannot change what is drawn.
 */
export function uniform(seed: number, ...keys: number[]): number {
  const hash = keys.reduce((state, key) => mix(state ^ Math.imul(key + 1, 0x9e3779b1)), mix(seed));
  return (hash >>> 0) / 2 ** 32;
}
