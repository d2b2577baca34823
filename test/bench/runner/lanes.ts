import { Lane, type LaneOptions } from './lane.ts';
import { Measured } from './measured.ts';
import type { Remote } from './remote.ts';
import { check, type Poller, type Sample, sampleOf } from './sample.ts';

/** A poll of ours. */
export interface Step {
  /** Of the tasks that change before it. */
  readonly share: number;
  /** Whether it is measured; else it only has to happen. */
  readonly isMeasured: boolean;
}

/** Our poller in accounts of one size, each time in a process of its own. */
export class OurLane {
  readonly #lane: Lane;

  private constructor(lane: Lane) {
    this.#lane = lane;
  }

  static async start(options: LaneOptions): Promise<OurLane> {
    return new OurLane(await Lane.start(options, 'ours'));
  }

  /** Polls of one process; the first is cold. */
  async polls(poller: 'ours' | 'trusting', steps: readonly Step[]): Promise<Sample[]> {
    const child = this.#lane.spawn('ours', { TRUST_LAST_UPDATED: poller === 'trusting' ? 'on' : 'off' });
    const samples: Sample[] = [];
    try {
      for (const [index, { share, isMeasured }] of steps.entries()) {
        const isCold = index === 0;
        const sample = await measure(this.#lane, child, {
          poller,
          share,
          isCold,
        });
        if (isMeasured) samples.push(sample);
      }
    } finally {
      await child.stop();
    }
    return samples;
  }

  /** Bare requests for every task. */
  async floor(): Promise<Sample> {
    const child = this.#lane.spawn('floor');
    try {
      return await measure(this.#lane, child, { poller: 'floor', share: 0, isCold: true });
    } finally {
      await child.stop();
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
    this.#process = lane.spawn('naive');
    this.#atMost = atMost;
  }

  static async start(options: LaneOptions, atMost = options.tasks): Promise<NaiveLane> {
    return new NaiveLane(await Lane.start(options, 'naive'), atMost);
  }

  poll(share: number): Promise<Sample> {
    return measure(this.#lane, this.#process, { poller: 'naive', share, isCold: false }, this.#atMost);
  }

  async stop(): Promise<void> {
    await this.#process.stop();
    await this.#lane.stop();
  }
}

async function measure(
  lane: Lane,
  child: Remote,
  given: { readonly poller: Poller; readonly share: number; readonly isCold: boolean },
  asked = lane.options.tasks,
): Promise<Sample> {
  const { tasks, concurrency } = lane.options;
  const changed = await lane.pass(given.share, asked);
  const order = { now: lane.now, atMost: asked, url: lane.standIns.url, tasks, concurrency };
  const measured = await child.call('poll', order, Measured);
  return check(sampleOf({ ...given, tasks, asked }, measured, await lane.standIns.end()), changed);
}
