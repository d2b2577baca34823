import { StandardRetryStrategy } from '@smithy/core/retry';
import fc from 'fast-check';
import { createPoller, type Poller } from '../../lib/compose.ts';
import { readConfig } from '../../lib/config.ts';
import { DEFAULT_RULES } from '../../lib/rule-file/defaults.ts';
import { uniform } from '../../local/simulator/rollout/random.ts';
import { audit } from '../support/audit.ts';
import { MINUTE } from '../support/builders.ts';
import { ACCOUNT, REGION, type World } from '../support/world.ts';
import type { Guarantee, Played } from './guarantee.ts';

export interface ThrottlingScript {
  /** What is throttled and what changes follows from it. */
  readonly seed: number;
  readonly throttled: readonly number[];
  readonly polls: number;
}

const TASKS = 500;
const THROTTLED = 5;
const THROTTLED_SHARE = 0.9;
const CHANGED_SHARE = 0.1;
const THINGS = 1_000;
/** Of a poll, milliseconds. */
const TIME = 55_000;
/** What a request takes of it while nine others are under way: 100 ms each. */
const REQUEST_MS = 10;
const MAX_TRIES = 3;

const idOf = (index: number) => `t${String(index).padStart(3, '0')}`;

/** Nine of ten requests about five tasks of five hundred are throttled. */
export const throttledTasks: Guarantee<ThrottlingScript> = {
  number: 9,
  name: 'Tasks that are throttled',
  promise:
    'While nine of ten requests about five of five hundred tasks are throttled, the others are read in every poll and told of in the same, and so is each of the five whenever one of its tries is answered.',
  unit: 'worlds of 500 tasks',
  runsPerScript: 1,
  scripts: { full: 8, share: 1 },
  script: fc.record({
    seed: fc.nat(),
    throttled: fc.uniqueArray(fc.nat(TASKS - 1), { minLength: THROTTLED, maxLength: THROTTLED }),
    polls: fc.integer({ min: 2, max: 10 }),
  }),
  play: async (script, world) => new Play(script, world).run(),
};

class Play {
  readonly #script: ThrottlingScript;
  readonly #world: World;
  readonly #throttled: ReadonlySet<string>;
  readonly #finished = new Map<string, number>();
  readonly #problems: string[] = [];
  /** Of the poll that runs: tasks that the service answered for, how often it throttled, and how much time has passed. */
  #answered = new Set<string>();
  #throttles = 0;
  #passedMs = 0;

  constructor(script: ThrottlingScript, world: World) {
    this.#script = script;
    this.#world = world;
    this.#throttled = new Set(script.throttled.map(idOf));
  }

  async run(): Promise<Played> {
    const { simulator } = this.#world;
    const { seed, polls } = this.#script;
    const tally = { polls, throttled: 0, unread: 0 };
    const poll = this.#poller();
    for (let index = 0; index < TASKS; index += 1) this.#put(idOf(index), 0);
    await this.#pollOnce(poll);
    simulator.faults.on = ({ operation, identifier = '', attempt }) => {
      this.#passedMs += REQUEST_MS;
      if (operation !== 'GetOtaTask') return undefined;
      if (
        this.#throttled.has(identifier) &&
        uniform(seed, Number(identifier.slice(1)), attempt) < THROTTLED_SHARE
      ) {
        this.#throttles += 1;
        return { kind: 'throttle' };
      }
      this.#answered.add(identifier);
      return undefined;
    };
    for (let number = 0; number < polls; number += 1) {
      const changed = this.#change(number);
      const before = this.#world.bus.accepted.length;
      await this.#pollOnce(poll);
      tally.throttled += this.#throttles;
      tally.unread += TASKS - this.#answered.size;
      this.#judge(number, changed, before);
    }
    return { problems: [...this.#problems, ...(await audit(this.#world))], tally };
  }

  /** A process whose retries wait as they do in production, but for the time: each as long as it may, and one after the other. */
  #poller(): Poller {
    const world = this.#world;
    const clients = world.clients();
    let base = 0;
    const backoff = {
      setDelayBase: (milliseconds: number) => {
        base = milliseconds;
      },
      computeNextBackoffDelay: (retries: number) => {
        this.#passedMs += base * 2 ** retries;
        return 0;
      },
    };
    const strategy = new StandardRetryStrategy({ maxAttempts: MAX_TRIES, backoff });
    clients.managedIntegrations.config.retryStrategy = async () => strategy;
    const log = () => undefined;
    return createPoller({ ...readConfig({}), progressEvents: 'all' }, DEFAULT_RULES, {
      account: { partition: 'aws', region: REGION, accountId: ACCOUNT },
      clients,
      log: { info: log, warn: log, error: log },
      now: () => world.now,
      sleep: async () => undefined,
    });
  }

  async #pollOnce(poll: Poller): Promise<void> {
    this.#answered = new Set();
    this.#throttles = 0;
    this.#passedMs = 0;
    this.#world.now += MINUTE;
    await poll(() => TIME - this.#passedMs);
  }

  #put(taskId: string, finished: number): void {
    this.#finished.set(taskId, finished);
    this.#world.task(taskId, { queued: THINGS - finished, succeeded: finished });
  }

  /** The throttled ones change in every poll, of the others some. */
  #change(poll: number): string[] {
    const changed = [...this.#finished.keys()].filter(
      (taskId) =>
        this.#throttled.has(taskId) ||
        uniform(this.#script.seed, poll, Number(taskId.slice(1)), TASKS) < CHANGED_SHARE,
    );
    for (const taskId of changed) this.#put(taskId, (this.#finished.get(taskId) ?? 0) + 1);
    return changed;
  }

  #judge(poll: number, changed: readonly string[], before: number): void {
    const arrived = this.#world.bus.accepted.slice(before).map(({ detail }) => detail);
    const told = new Map(arrived.map((detail) => [detail.taskId, JSON.stringify(detail.counts)]));
    const unread = [...this.#finished.keys()].filter(
      (taskId) => !this.#answered.has(taskId) && !this.#throttled.has(taskId),
    );
    const untold = changed.filter(
      (taskId) =>
        this.#answered.has(taskId) &&
        told.get(taskId)?.includes(`"succeeded":${this.#finished.get(taskId)},`) !== true,
    );
    if (unread.length > 0) this.#problems.push(`poll ${poll}: ${unread} were not read`);
    if (untold.length > 0) this.#problems.push(`poll ${poll}: ${untold} were not told of`);
  }
}
