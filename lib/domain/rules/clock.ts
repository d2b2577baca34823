import type { Clock } from './rule.ts';

/** How long a clock has run, milliseconds. */
export function elapsed(clock: Clock | undefined, now: number): number {
  if (clock === undefined) return 0;
  return 'since' in clock ? Math.max(0, now - clock.since) : clock.held;
}

/** A clock that runs: as it is, or from where it stood. */
export function running(clock: Clock | undefined, now: number): Clock {
  if (clock === undefined) return { since: now };
  return 'since' in clock ? clock : { since: now - clock.held };
}

/** A clock that stands, at what it had run until the look before. */
export function stopped(clock: Clock | undefined, lastAt: number): Clock | undefined {
  return clock !== undefined && 'since' in clock ? { held: elapsed(clock, lastAt) } : clock;
}

/** A clock for which so many milliseconds did not pass. */
export function shifted(clock: Clock, by: number): Clock {
  return by !== 0 && 'since' in clock ? { since: clock.since + by } : clock;
}

export function isRunning(clock: Clock | undefined): boolean {
  return clock !== undefined && 'since' in clock;
}

export function isSameClock(a: Clock | undefined, b: Clock | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return 'since' in a ? 'since' in b && a.since === b.since : 'held' in b && a.held === b.held;
}
