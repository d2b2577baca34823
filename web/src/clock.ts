import { type Signal, signal } from '@preact/signals';

/** Epoch milliseconds; goes on each second. */
export const now: Signal<number> = signal(Date.now());

const TICK_MS = 1_000;

/** Lets the clock go. */
export function startClock(): void {
  setInterval(() => {
    now.value = Date.now();
  }, TICK_MS);
}
