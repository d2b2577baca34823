import fc from 'fast-check';
import { duplicates } from '../support/audit.ts';
import type { World } from '../support/world.ts';
import { type BundledPoll, bundlePoll } from './07-killed/bundle.ts';
import { Ledger } from './07-killed/ledger.ts';
import { PollProcess } from './07-killed/process.ts';
import { CHANGES, type Change, Rollouts } from './07-killed/rollouts.ts';
import { Wire } from './07-killed/wire.ts';
import type { Guarantee, Played } from './guarantee.ts';

/** When a process is killed, once it may be: so long after a request of it arrives, or after its next one. */
interface Kill {
  /** How many requests later. */
  readonly request: number;
  readonly delayMs: number;
  /** Not before the next process polls. */
  readonly overlaps: boolean;
}

interface Script {
  readonly kills: readonly Kill[];
  /** One at each so-manieth request, round and round. */
  readonly changes: readonly { readonly place: number; readonly change: Change }[];
  readonly requestsPerChange: number;
}

const KILLS = 5;
const PLACES = 6;
/** About what three polls make. */
const REQUESTS = 60;
/** About what two polls take. */
const TIME_MS = 120;

const kill: fc.Arbitrary<Kill> = fc
  .tuple(
    fc.oneof(
      fc.record({ request: fc.nat(REQUESTS), delayMs: fc.integer({ min: 0, max: 3 }) }),
      fc.record({ request: fc.constant(0), delayMs: fc.nat(TIME_MS) }),
    ),
    fc.boolean(),
  )
  .map(([moment, overlaps]) => ({ ...moment, overlaps }));

const change: fc.Arbitrary<Change> = fc.oneof(
  { weight: 6, arbitrary: fc.constant('progress' as const) },
  { weight: 4, arbitrary: fc.constantFrom(...CHANGES) },
);

let bundled: Promise<BundledPoll> | undefined;

export const killedProcesses: Guarantee<Script> = {
  number: 7,
  name: 'Killed processes',
  promise: 'A process that polls is killed with SIGKILL at any moment, and another goes on: nothing is lost.',
  unit: 'kills',
  runsPerScript: KILLS,
  scripts: { full: 500 / KILLS, share: 1 },
  script: fc.record({
    kills: fc.array(kill, { minLength: KILLS, maxLength: KILLS }),
    changes: fc.array(fc.record({ place: fc.nat(PLACES - 1), change }), { minLength: 20, maxLength: 60 }),
    requestsPerChange: fc.integer({ min: 2, max: 12 }),
  }),
  play: async (script, world) => {
    bundled ??= bundlePoll();
    return new KillingSpree(await bundled, script, world).play();
  },
};

/** Processes that poll one after the other, and sometimes two at once, while tasks change. */
class KillingSpree {
  readonly #poll: BundledPoll;
  readonly #script: Script;
  readonly #world: World;
  readonly #rollouts: Rollouts;
  readonly #ledger = new Ledger();
  readonly #problems: string[] = [];
  #isChanging = false;
  #requests = 0;
  #changes = 0;
  #polls = 0;
  #kills = 0;
  #killedBetweenPolls = 0;

  constructor(poll: BundledPoll, script: Script, world: World) {
    this.#poll = poll;
    this.#script = script;
    this.#world = world;
    this.#rollouts = new Rollouts(world, PLACES);
  }

  async play(): Promise<Played> {
    // What is over before anybody watches is no news.
    await this.#pollInPeace(1);
    this.#isChanging = true;
    const starts = [...this.#script.kills.map(() => Promise.withResolvers<void>())];
    const lives: Promise<void>[] = [];
    for (const [index, kill] of this.#script.kills.entries()) {
      const isOverlapping = kill.overlaps && index < starts.length - 1;
      const life = this.#live(kill, starts[index]?.resolve, isOverlapping ? starts[index + 1]?.promise : undefined);
      lives.push(life);
      if (!isOverlapping) await life;
    }
    await Promise.all(lives);
    this.#isChanging = false;
    await this.#pollInPeace(3);
    return {
      problems: [...this.#problems, ...(await this.#ledger.judge(this.#world, this.#rollouts.all))],
      tally: {
        kills: this.#kills,
        'of them between polls': this.#killedBetweenPolls,
        polls: this.#polls,
        requests: this.#requests,
        changes: this.#changes,
        commits: this.#ledger.commits,
        rows: (await this.#world.history()).length,
        duplicates: duplicates(this.#world),
      },
    };
  }

  /** A process polls until it is killed. @param onStart it makes its first request @param after not killed before */
  async #live(kill: Kill, onStart: (() => void) | undefined, after: Promise<void> | undefined): Promise<void> {
    let isArmed = after === undefined;
    void after?.then(() => {
      isArmed = true;
    });
    let remaining = kill.request;
    const process = await this.#start(() => {
      onStart?.();
      if (!isArmed) return;
      if (remaining === 0) setTimeout(() => this.#kill(process.process), kill.delayMs);
      remaining -= 1;
    });
    let isPolling = true;
    while (isPolling) isPolling = await this.#pollOnce(process.process);
    await process.wire.close();
  }

  async #pollInPeace(polls: number): Promise<void> {
    const { process, wire } = await this.#start(() => undefined);
    for (let poll = 0; poll < polls; poll += 1) await this.#pollOnce(process);
    await process.stop();
    await wire.close();
  }

  async #start(onRequest: () => void) {
    const wire = await Wire.open(this.#world, {
      onRequest: () => {
        this.#change();
        onRequest();
      },
      onAnswer: this.#ledger.listener(),
    });
    const process = new PollProcess(this.#poll, wire.url, this.#world.database.credentials.accessKeyId);
    return { process, wire };
  }

  /** @returns whether it lives */
  async #pollOnce(process: PollProcess): Promise<boolean> {
    const outcome = await process.poll();
    if (outcome === undefined) {
      this.#polls += 1;
      return true;
    }
    if (outcome !== 'died') this.#problems.push(`a poll failed: ${outcome.problem}`);
    else if (!process.isKilled) this.#problems.push(`a process ended by itself: ${process.complaint}`);
    return false;
  }

  #change(): void {
    this.#requests += 1;
    const { changes, requestsPerChange } = this.#script;
    if (!this.#isChanging || this.#requests % requestsPerChange !== 0) return;
    const next = changes[this.#changes % changes.length];
    if (next !== undefined) this.#rollouts.change(next.place, next.change);
    this.#changes += 1;
  }

  #kill(process: PollProcess): void {
    this.#kills += 1;
    process.kill();
  }
}
