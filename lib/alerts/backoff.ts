const FIRST_MS = 2_000;
const MAX_MS = 300_000;
const MAX_DOUBLINGS = 8;

/**
 * Milliseconds after which something that failed is tried again: 2 s after the first time, then 4, 8 … 300, each a quarter more or
 * less, so that what failed together does not come together.
 *
 * @param receiveCount how often it was received, from 1
 * @param random from 0 to 1
 */
export function backoffMs(receiveCount: number, random: number): number {
  const doublings = Math.min(Math.max(receiveCount - 1, 0), MAX_DOUBLINGS);
  return Math.min(MAX_MS, FIRST_MS * 2 ** doublings) * (0.75 + random / 2);
}
