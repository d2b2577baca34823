/**
 * How many requests a second may go to a service, given or learned from its throttling. Instants are epoch milliseconds.
 */
export interface Budget {
  /** Requests a second; left out while nothing is known of a limit. */
  readonly rate?: number;
  /** Set for a budget that was given: nothing is learned. */
  readonly isGiven?: true;
  /** When the next request is due, if they go evenly. */
  readonly dueAt: number;
  /** When the last one was taken: a clock that stepped back since must not hold up the next. */
  readonly takenAt: number;
  /** The rate after it was last lowered: how fast it rises goes by it. */
  readonly lowered: number;
  /** Windows without throttling since then, in which requests had to wait. */
  readonly clean: number;
  readonly window: Window;
}

/** What came of requests over a while. */
interface Window {
  readonly since: number;
  readonly lastAt: number;
  readonly accepted: number;
  /** Requests that are no retries, and those of them that were throttled. */
  readonly first: number;
  readonly throttled: number;
  /** A request had to wait. */
  readonly held: boolean;
}

/** What came of a request. */
export interface Answer {
  readonly isThrottled: boolean;
  /** One and the same task is throttled again and again: only its first try tells of the service as a whole. */
  readonly isRetry: boolean;
}

/** Requests may go so much before they are due: timers are late. */
const SLACK_MS = 100;
/** A window lasts so long, and until there are enough answers to judge by, but not longer than that. */
const WINDOW_MS = 1_000;
const MAX_WINDOW_MS = 10_000;
const ENOUGH = 20;
/** Nobody asked meanwhile: what was before says nothing of now. */
const IDLE_MS = 3_000;
/** Throttled answers among first tries that mean the account, not single tasks. */
const THROTTLED_SHARE = 0.1;
/** The same for few answers. */
const THROTTLED_SHARE_OF_FEW = 0.5;
/** Of what the service took. */
const LOWER_TO = 0.9;
const LOWEST = 1;
/** Of the rate to which it was lowered, for each window without throttling: slowly at first, then ever faster. */
const RAISE_BY = 0.05;

/** @param rate requests a second; learned where it is not given */
export function newBudget(now: number, rate?: number): Budget {
  const window = windowFrom(now);
  const start = { dueAt: now, takenAt: now, lowered: 0, clean: 0, window };
  return rate === undefined ? start : { ...start, rate, isGiven: true };
}

/** Takes a request out of the budget, and says when it may go. */
export function take(budget: Budget, now: number): { readonly budget: Budget; readonly at: number } {
  const { rate, dueAt, takenAt, window } = budget;
  if (rate === undefined) return { budget, at: now };
  const due = now < takenAt ? now : Math.max(dueAt, now);
  const at = Math.max(now, due - SLACK_MS);
  const held = window.held || at > now;
  const next = due + 1_000 / rate;
  return { budget: { ...budget, dueAt: next, takenAt: now, window: { ...window, held } }, at };
}

/** Gives back a request that never went: those behind it must not wait for it. */
export function giveBack(budget: Budget, now: number): Budget {
  const { rate, dueAt } = budget;
  return rate === undefined ? budget : { ...budget, dueAt: Math.max(now, dueAt - 1_000 / rate) };
}

/** Learns from what came of a request. */
export function answered(budget: Budget, answer: Answer, now: number): Budget {
  if (budget.isGiven) return budget;
  const window = counted(budget.window, answer, now);
  const passed = now - window.since;
  const isOver = passed >= WINDOW_MS && (window.first >= ENOUGH || passed >= MAX_WINDOW_MS);
  if (!isOver) return { ...budget, window };
  return { ...judged(budget, window, passed), window: windowFrom(now) };
}

const windowFrom = (now: number): Window => ({
  since: now,
  lastAt: now,
  accepted: 0,
  first: 0,
  throttled: 0,
  held: false,
});

function counted(window: Window, { isThrottled, isRetry }: Answer, now: number): Window {
  const isStale = now < window.lastAt || now - window.lastAt > IDLE_MS;
  const { since, accepted, first, throttled, held } = isStale ? windowFrom(now) : window;
  return {
    since,
    lastAt: now,
    accepted: accepted + (isThrottled ? 0 : 1),
    first: first + (isRetry ? 0 : 1),
    throttled: throttled + (isThrottled && !isRetry ? 1 : 0),
    held,
  };
}

function judged(budget: Budget, { accepted, first, throttled, held }: Window, passed: number): Budget {
  const { rate, clean, lowered } = budget;
  const limit = first >= ENOUGH ? THROTTLED_SHARE : THROTTLED_SHARE_OF_FEW;
  if (throttled > 0 && throttled >= limit * first) {
    const took = (accepted * 1_000) / passed;
    const lower = Math.max(LOWEST, LOWER_TO * Math.min(took, rate ?? took));
    return { ...budget, rate: lower, lowered: lower, clean: 0 };
  }
  if (rate === undefined || !held) return budget;
  return { ...budget, rate: rate + RAISE_BY * lowered * (clean + 1), clean: clean + 1 };
}
