import { SlackRefusal } from './refusal.ts';

/** Throws the refusal of a request that comes too soon (`now` in epoch milliseconds), else counts it. */
export type Pace = (now: number) => void;

/** Lets `burst` requests through at once, and one more after each interval. */
export function createPace(everyMs: number, burst: number): Pace {
  let busyUntil = Number.NEGATIVE_INFINITY;
  return (now) => {
    const start = Math.max(busyUntil, now);
    refuseFor(start - (burst - 1) * everyMs - now, `one message in ${everyMs} ms`);
    busyUntil = start + everyMs;
  };
}

const MINUTE = 60_000;

/** Lets so many requests through in any minute. */
export function createQuota(perMinute: number): Pace {
  let passed: readonly number[] = [];
  return (now) => {
    passed = passed.filter((at) => at > now - MINUTE);
    const [oldest = now] = passed;
    if (passed.length >= perMinute) refuseFor(oldest + MINUTE - now, `${perMinute} calls a minute`);
    passed = [...passed, now];
  };
}

function refuseFor(milliseconds: number, limit: string): void {
  if (milliseconds > 0) {
    throw new SlackRefusal('ratelimited', [`over ${limit}`], Math.ceil(milliseconds / 1_000));
  }
}
