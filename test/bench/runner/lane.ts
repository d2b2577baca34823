import { StandIns } from '../stand-ins/stand-ins.ts';
import type { Bundles, Script } from './bundle.ts';
import { Measured } from './measured.ts';
import { Remote } from './remote.ts';

export interface LaneOptions {
  readonly tasks: number;
  /** Milliseconds that each request takes. */
  readonly latencyMs: number;
  readonly concurrency: number;
  readonly bundles: Bundles;
}

/**
 * What Node is told of the memory in a function of 512 MB: a tenth is for new objects, in halves, as in the bootstrap of Lambda's
 * own runtimes. Else it would put off collecting garbage as long as this machine has memory.
 */
const MEMORY = ['--max-semi-space-size=25', '--max-old-space-size=461'];

const MINUTE_MS = 60_000;
/** A change is older than the poll that finds it. */
const CHANGED_BEFORE_MS = 10_000;

/** An account with its tables and its own clock, on which a minute passes from poll to poll. */
export class Lane {
  readonly options: LaneOptions;
  readonly standIns: StandIns;
  #now = Date.now();

  private constructor(options: LaneOptions, standIns: StandIns) {
    this.options = options;
    this.standIns = standIns;
  }

  /** Lets a poller see one task, and stores the same of all others. */
  static async start(options: LaneOptions, script: Script): Promise<Lane> {
    const lane = new Lane(options, await StandIns.start());
    await lane.standIns.seed(1, lane.now);
    const child = lane.spawn(script);
    await child.call('poll', { now: lane.now }, Measured);
    await child.stop();
    await lane.standIns.grow(options.tasks);
    await lane.standIns.setLatency(options.latencyMs);
    return lane;
  }

  /** Epoch milliseconds. */
  get now(): number {
    return this.#now;
  }

  /**
   * Lets a minute pass in which a share of the tasks changes, and counts requests from there.
   *
   * @param among only the first so many tasks
   * @returns how many changed
   */
  async pass(share: number, among = this.options.tasks): Promise<number> {
    this.#now += MINUTE_MS;
    const changed = await this.standIns.change(share, this.#now - CHANGED_BEFORE_MS, among);
    await this.standIns.begin();
    return changed;
  }

  spawn(script: Script, env: Readonly<Record<string, string>> = {}): Remote {
    const { bundles, concurrency } = this.options;
    const settings = { FETCH_CONCURRENCY: String(concurrency), PROGRESS_EVENTS: 'all' };
    const environment = { ...this.standIns.environment, ...settings, ...env };
    return new Remote(bundles.fileOf(script), { env: environment, execArgv: MEMORY });
  }

  stop(): Promise<void> {
    return this.standIns.stop();
  }
}
