import { canonicalHash } from '../canonical-hash.ts';

/** Enough to tell apart whatever is told in the time that a ledger is kept. */
const DIGITS = 24;

/** A short digest of a text, for names of posts and incidents. */
export function alertHash(text: string): string {
  return canonicalHash([text]).slice(0, DIGITS);
}
