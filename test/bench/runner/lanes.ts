import { StandIns } from '../stand-ins/stand-ins.ts';
import type { Bundles, Script } from './bundle.ts';
import { Measured } from './measured.ts';
import { Remote } from './remote.ts';
import { check, type Poller, type Sample, sampleOf } from './sample.ts';

export interface LaneOptions {
  readonly tasks: number;
  /** Milliseconds that each request takes. */
  readonly latencyMs: number;
  readonly concurrency: number;
  readonly bundles: Bundles;
}

/** A poll to be measured. */
export interface Step {
  /** Of the tasks that change before it. */
  readonly share: number;
  /** Whether it is measured; else it only has to happen. */
  readonly isMeasured: boolean;
}

const MINUTE_MS = 60_000;
/** A change is older than the poll that finds it. */
const CHANGED_BEFORE_MS = 10_000;

/** An account with its tables and its own clock, on which a minute passes from poll to poll. */
class Lane {
  readonly options: LaneOptions;
  readonly standIns: StandIns;
  #now = Date.now();

  constructor(options: LaneOptions, standIns: StandIns) {
    this.options = options;
    this.standIns = standIns;
  }

  /** Lets a poller see one task, and stores the same of all others. */
  async seed(script: Script): Promise<void> {
    await this.standIns.seed(1, this.#now);
    const process = this.start(script);
    await process.call('poll', { now: this.#now }, Measured);
    await process.stop();
    await this.standIns.grow(this.options.tasks);
    await this.standIns.setLatency(this.options.latencyMs);
  }

  /** @param among so many tasks are polled, the first */
  async run(
    process: Remote,
    poller: Poller,
    { share, isCold, among }: { share: number; isCold: boolean; among: number },
  ): Promise<Sample> {
    const { tasks, concurrency } = this.options;
    this.#now += MINUTE_MS;
    const changed = await this.standIns.change(share, this.#now - CHANGED_BEFORE_MS, among);
    await this.standIns.begin();
    const { url } = this.standIns;
    const measured = await process.call(
      'poll',
      { now: this.#now, atMost: among, url, tasks, concurrency },
      Measured,
    );
    const sample = sampleOf(
      { poller, tasks, share, isCold, asked: among },
      measured,
      await this.standIns.end(),
    );
    return check(sample, changed);
  }

  start(script: Script, env: Readonly<Record<string, string>> = {}): Remote {
    const { bundles, concurrency } = this.options;
    const settings = { FETCH_CONCURRENCY: String(concurrency), PROGRESS_EVENTS: 'all' };
    return new Remote(bundles.fileOf(script), { env: { ...this.standIns.environment, ...settings, ...env } });
  }

  stop(): Promise<void> {
    return this.standIns.stop();
  }
}

/** Our poller in accounts of one size, each time in a process of its own. */
export class OurLane {
  readonly #lane: Lane;

  private constructor(lane: Lane) {
    this.#lane = lane;
  }

  static async start(options: LaneOptions): Promise<OurLane> {
    const lane = new Lane(options, await StandIns.start());
    await lane.seed('ours');
    return new OurLane(lane);
  }

  /** Polls of one process; the first is cold. */
  async polls(poller: 'ours' | 'trusting', steps: readonly Step[]): Promise<Sample[]> {
    const lane = this.#lane;
    const among = lane.options.tasks;
    const process = lane.start('ours', { TRUST_LAST_UPDATED: poller === 'trusting' ? 'on' : 'off' });
    const samples: Sample[] = [];
    try {
      for (const [index, { share, isMeasured }] of steps.entries()) {
        // What a cold poll does not know it cannot trust: it reads every task.
        const isCold = index === 0;
        const sample = await lane.run(process, isCold ? 'ours' : poller, { share, isCold, among });
        if (isMeasured) samples.push(sample);
      }
    } finally {
      await process.stop();
    }
    return samples;
  }

  /** Bare requests for every task. */
  async floor(): Promise<Sample> {
    const process = this.#lane.start('floor');
    try {
      const among = this.#lane.options.tasks;
      return await this.#lane.run(process, 'floor', { share: 0, isCold: true, among });
    } finally {
      await process.stop();
    }
  }

  stop(): Promise<void> {
    return this.#lane.stop();
  }
}

/** The naive poller in an account, in one process. */
export class NaiveLane {
  readonly #lane: Lane;
  readonly #process: Remote;
  /** Only the first so many tasks are polled. */
  readonly #atMost: number;

  private constructor(lane: Lane, atMost: number) {
    this.#lane = lane;
    this.#process = lane.start('naive');
    this.#atMost = atMost;
  }

  static async start(options: LaneOptions, atMost = options.tasks): Promise<NaiveLane> {
    const lane = new Lane(options, await StandIns.start());
    await lane.seed('naive');
    return new NaiveLane(lane, atMost);
  }

  poll(share: number): Promise<Sample> {
    return this.#lane.run(this.#process, 'naive', { share, isCold: false, among: this.#atMost });
  }

  async stop(): Promise<void> {
    await this.#process.stop();
    await this.#lane.stop();
  }
}
