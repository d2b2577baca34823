import type { SampleThing } from './domain/generated/events.ts';
import { summarizeError } from './errors.ts';
import type { Log, OtaService, ThingExecution } from './ports.ts';

const MAX_SAMPLES = 20;
const MAX_PAGES = 3;
/** In one poll, over all tasks. */
const MAX_FAILURES = 2;

/** How long a poll may wait for things, in milliseconds. */
export interface SamplingLimits {
  readonly taskMs: number;
  /** Over all tasks of the poll, times in which several are read at once counted for each. */
  readonly pollMs: number;
}

const LIMITS: SamplingLimits = { taskMs: 1_500, pollMs: 5_000 };

/**
 * Reads things of tasks whose rules are breached. They illustrate an event, and must neither delay nor lose it: what cannot be
 * read soon is left out.
 */
export class ThingSampler {
  readonly #service: Pick<OtaService, 'listExecutions'>;
  readonly #log: Log;
  readonly #now: () => number;
  readonly #limits: SamplingLimits;
  #waitedMs = 0;
  #failures = 0;

  /** @param now epoch milliseconds */
  constructor(
    service: Pick<OtaService, 'listExecutions'>,
    log: Log,
    now: () => number,
    limits: SamplingLimits = LIMITS,
  ) {
    this.#service = service;
    this.#log = log;
    this.#now = now;
    this.#limits = limits;
  }

  /** What was too slow or failed in the poll before is tried again. */
  beginPoll(): void {
    this.#waitedMs = 0;
    this.#failures = 0;
  }

  /** Reads the first few pages of a task's things, or as many as come in time. Never throws. */
  async read(taskId: string, signal: AbortSignal): Promise<readonly ThingExecution[]> {
    const { taskMs, pollMs } = this.#limits;
    const patienceMs = Math.min(taskMs, pollMs - this.#waitedMs);
    if (patienceMs <= 0 || this.#failures >= MAX_FAILURES) return [];
    const startedAt = this.#now();
    const executions: ThingExecution[] = [];
    try {
      const limited = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(patienceMs))]);
      await this.#readPages(taskId, limited, (page) => executions.push(...page));
    } catch (error) {
      this.#failures += 1;
      this.#log.warn('Things of a task could not be read', { taskId, error: summarizeError(error) });
    }
    // A clock that steps back gives no time back.
    this.#waitedMs += Math.max(0, this.#now() - startedAt);
    return executions;
  }

  async #readPages(
    taskId: string,
    signal: AbortSignal,
    take: (page: readonly ThingExecution[]) => void,
  ): Promise<void> {
    // The SDK does not hear of an abort while it waits between two tries.
    const aborted = rejectionOn(signal);
    const pages = this.#service.listExecutions(taskId, signal)[Symbol.asyncIterator]();
    for (let count = 0; count < MAX_PAGES; count += 1) {
      const page = await Promise.race([aborted, pages.next()]);
      if (page.done === true) return;
      take(page.value);
    }
  }
}

/** The things with one of the statuses, most recently updated first. */
export function pickSamples(
  executions: readonly ThingExecution[],
  statuses: ReadonlySet<string>,
): readonly SampleThing[] {
  return executions
    .filter(({ status }) => statuses.has(status))
    .sort(byRecency)
    .slice(0, MAX_SAMPLES);
}

/** Latest first, those without a time last; then by id. */
function byRecency(a: ThingExecution, b: ThingExecution): number {
  const [left = '', right = ''] = [a.lastUpdatedAt, b.lastUpdatedAt];
  if (left !== right) return left > right ? -1 : 1;
  return a.managedThingId < b.managedThingId ? -1 : 1;
}

function rejectionOn(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const abort = () => reject(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
