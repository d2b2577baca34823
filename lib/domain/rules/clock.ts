import type { Clock } from './rule.ts';

/** How long a clock has run, milliseconds. */
export function elapsed(clock: Clock | undefined, now: number): number {
  if (clock === undefined) return 0;
  return 'since' in clock ? Math.max(0, now - clock.since) : clock.held;
}

/** A clock that runs: as it is, or from where it stood. */
export function running(clock: Clock | undefined, now: number): Clock {
  if (clock === undefined) return { since: now };
  if ('held' in clock) return { since: now - clock.held };
  return clock.told ? { since: clock.since } : clock;
}

/** A clock that stands, at what it had run until the look before. One of which all is told goes on. */
export function stopped<Given extends Clock | undefined>(clock: Given, lastAt: number): Given | Clock {
  return isRunning(clock) ? { held: elapsed(clock, lastAt) } : clock;
}

/** A clock that runs on though it counts towards nothing any more. */
export function told(clock: Clock, now: number): Clock {
  return { since: now - elapsed(clock, now), told: true };
}

/** A clock for which so many milliseconds did not pass. Where all is told, a quiet time and a gap are the same. */
export function shifted(clock: Clock, by: number): Clock {
  if ('held' in clock || (clock.told && by > 0)) return clock;
  return { ...clock, since: clock.since + by };
}

export function isTold(clock: Clock | undefined): boolean {
  return clock !== undefined && 'since' in clock && clock.told === true;
}

/** Whether a clock runs towards something. */
export function isRunning(clock: Clock | undefined): boolean {
  return clock !== undefined && 'since' in clock && clock.told !== true;
}

export function isSameClock(a: Clock | undefined, b: Clock | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if ('held' in a) return 'held' in b && a.held === b.held;
  return 'since' in b && a.since === b.since && a.told === b.told;
}
