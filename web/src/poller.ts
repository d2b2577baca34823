/** What is known of something that is asked for again and again. */
export interface Live<T> {
  /** The last good answer. It stays beside an error. */
  readonly data?: T;
  /** Why the last attempt failed; left out once one succeeds. */
  readonly error?: Error;
  /** Whether this very question has had neither an answer nor an error yet; `data` is then of the question before, if any. */
  readonly loading: boolean;
  /** Epoch milliseconds at which `data` was last known to hold. */
  readonly updatedAt?: number;
}

/** The world around a poller. */
export interface PollerDeps {
  now(): number;
  /** Calls back once, after so many milliseconds; gives back how to call that off. */
  later(callback: () => void, ms: number): () => void;
}

export interface Poller {
  /** Asks now, whatever the time; where it is asking already, once more after that. */
  refresh(): void;
  /** Asks no more while it is paused; asks at once when that ends and it is time. */
  pause(paused: boolean): void;
  stop(): void;
}

const MAX_BACK_OFF_MS = 60_000;

/** How long to wait after so many errors in a row. */
export function backOff(everyMs: number, errors: number): number {
  return Math.min(everyMs * 2 ** errors, Math.max(everyMs, MAX_BACK_OFF_MS));
}

/**
 * Asks at once, and again `everyMs` after each answer, later and later while there are errors.
 * @param load gives the answer, or `unchanged` where the last one still holds
 * @param everyMs `undefined`: once, and again on `refresh` only
 * @param tell is told after each attempt
 */
export function startPoller<T>(
  load: (signal: AbortSignal) => Promise<T | 'unchanged'>,
  everyMs: number | undefined,
  tell: (change: (before: Live<T>) => Live<T>) => void,
  deps: PollerDeps,
): Poller {
  const stopped = new AbortController();
  let [asking, again, paused, errors] = [false, false, false, 0];
  let dueAt = deps.now();
  let callOff = () => {};

  function plan(): void {
    callOff();
    if (paused || asking || stopped.signal.aborted || dueAt === Number.POSITIVE_INFINITY) return;
    callOff = deps.later(() => void ask(), Math.max(0, dueAt - deps.now()));
  }

  async function ask(): Promise<void> {
    if (asking) return;
    asking = true;
    const change = await attempt();
    asking = false;
    if (stopped.signal.aborted) return;
    const wait = everyMs === undefined ? Number.POSITIVE_INFINITY : backOff(everyMs, errors);
    dueAt = deps.now() + (again ? 0 : wait);
    again = false;
    tell(change);
    plan();
  }

  async function attempt(): Promise<(before: Live<T>) => Live<T>> {
    try {
      const answer = await load(stopped.signal);
      errors = 0;
      const updatedAt = deps.now();
      return ({ data }) => {
        const latest = answer === 'unchanged' ? data : answer;
        return { ...(latest === undefined ? {} : { data: latest }), loading: false, updatedAt };
      };
    } catch (thrown) {
      errors += 1;
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      return (before) => ({ ...before, loading: false, error });
    }
  }

  plan();
  return {
    refresh: () => {
      callOff();
      again = asking;
      void ask();
    },
    pause: (value) => {
      paused = value;
      plan();
    },
    stop: () => {
      callOff();
      stopped.abort();
    },
  };
}
