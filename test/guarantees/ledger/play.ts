import { duplicates } from '../../support/audit.ts';
import { MINUTE } from '../../support/builders.ts';
import type { GatedRequest } from '../../support/gate.ts';
import type { TestPoller, World } from '../../support/world.ts';
import type { Played } from '../guarantee.ts';
import { Ledger } from '../ledger.ts';
import { type Life, Rollouts } from '../rollouts.ts';
import type { ProgressEvents } from './expected.ts';
import type { Decide, Fault } from './wire.ts';

/** Milliseconds that a poll has. */
const TIME = 55_000;

export interface PlayOptions {
  readonly progressEvents?: ProgressEvents;
}

/** Rollouts in a world that polls watch, one after the other, with a ledger beside them. */
export class Play {
  readonly world: World;
  readonly ledger: Ledger;
  readonly rollouts: Rollouts;
  /** What happens to each request of a process, numbered from 0 in each poll. */
  decide: (request: GatedRequest, index: number) => Fault = () => undefined;
  readonly #tally: Record<string, number> = { polls: 0, requests: 0 };
  #poller: TestPoller | undefined;
  #firstRequest = 0;
  #remainingMs = TIME;
  #minute = 0;

  constructor(world: World, lives: readonly Life[], { progressEvents }: PlayOptions = {}) {
    this.world = world;
    this.ledger = new Ledger(world, progressEvents);
    this.rollouts = new Rollouts(this.ledger, lives);
  }

  /** Counts for the summary. */
  count(name: string, many = 1): void {
    this.#tally[name] = (this.#tally[name] ?? 0) + many;
  }

  /** A minute passes, and a poll. @returns its requests */
  async poll(): Promise<readonly GatedRequest[]> {
    this.rollouts.before(this.#minute);
    this.#minute += 1;
    this.world.now += MINUTE;
    this.#remainingMs = TIME;
    const poller = this.#poller ?? this.ledger.poller(this.#decide, { remainingMs: () => this.#remainingMs });
    this.#poller = poller;
    this.#firstRequest = poller.gate.requests.length;
    // One that cannot read the table of tasks fails as a whole.
    await poller.poll().catch(() => this.count('polls that failed'));
    const requests = poller.gate.requests.slice(this.#firstRequest);
    this.count('polls');
    this.count('requests', requests.length);
    if (poller.gate.isKilled) this.restart();
    return requests;
  }

  /** The next poll is one of another process. */
  restart(): void {
    this.#poller?.close();
    this.#poller = undefined;
  }

  /** No time remains of the poll. */
  runOutOfTime(): void {
    this.#remainingMs = 0;
  }

  /** What is left is lived and told, without any more faults: then the world is held to its ledger. */
  async settle(): Promise<Played> {
    this.decide = () => undefined;
    while (!this.rollouts.isOver) await this.poll();
    await this.poll();
    const quiet = await this.poll();
    const problems = [...this.ledger.judgeQuiet(quiet), ...(await this.ledger.judge())];
    this.count('rows', this.ledger.rowCount);
    this.count('duplicates', duplicates(this.world));
    return { problems, tally: this.#tally };
  }

  close(): void {
    this.restart();
    this.ledger.close();
  }

  readonly #decide: Decide = (request) => this.decide(request, request.index - this.#firstRequest);
}

/** Plays rollouts and stops what was started. */
export async function playing(play: Play, run: (play: Play) => Promise<unknown>): Promise<Played> {
  try {
    await run(play);
    return await play.settle();
  } finally {
    play.close();
  }
}
