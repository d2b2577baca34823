import { availableParallelism } from 'node:os';
import pMap from 'p-map';
import { Lane, type LaneOptions } from './lane.ts';
import type { Step } from './lanes.ts';
import { Measured } from './measured.ts';
import type { Remote } from './remote.ts';
import { check, type Sample, sampleOf } from './sample.ts';

/** Functions that poll parts at the same time. */
const WORKERS = 10;

/**
 * Our poller in an account that is too large for one function: one hands out parts, and workers poll them. In AWS these work side
 * by side, each on processors of its own; here as many as there are processors, so that none disturbs what is measured of another.
 * A poll then takes as long as handing out and the worker that takes longest.
 */
export class FanOutLane {
  readonly #lane: Lane;

  private constructor(lane: Lane) {
    this.#lane = lane;
  }

  static async start(options: LaneOptions): Promise<FanOutLane> {
    return new FanOutLane(await Lane.start(options, 'ours'));
  }

  /** Polls of the same functions; the first is cold. */
  async polls(steps: readonly Step[]): Promise<Sample[]> {
    const env = { SHARD_QUEUE_URL: `${this.#lane.standIns.url}/queue`, WORKER_CONCURRENCY: String(WORKERS) };
    const splitter = this.#lane.spawn('ours', env);
    const workers = Array.from({ length: WORKERS }, () => this.#lane.spawn('ours', env));
    const samples: Sample[] = [];
    try {
      for (const [index, { share, isMeasured }] of steps.entries()) {
        const sample = await this.#poll(splitter, workers, { share, isCold: index === 0 });
        if (isMeasured) samples.push(sample);
      }
    } finally {
      await Promise.all([splitter, ...workers].map((child) => child.stop()));
    }
    return samples;
  }

  stop(): Promise<void> {
    return this.#lane.stop();
  }

  async #poll(
    splitter: Remote,
    workers: readonly Remote[],
    given: { readonly share: number; readonly isCold: boolean },
  ): Promise<Sample> {
    const { tasks } = this.#lane.options;
    const changed = await this.#lane.pass(given.share);
    const { now } = this.#lane;
    const startedAt = performance.now();
    const handedOut = await splitter.call('poll', { now }, Measured);
    const { messages } = await this.#lane.standIns.end();
    const pollParts = async (worker: Remote, index: number) => {
      const parts: Measured[] = [];
      for (const message of messages.filter((_, part) => part % WORKERS === index))
        parts.push(await worker.call('pollPart', { now, message }, Measured));
      return parts;
    };
    const parts = await pMap(workers, pollParts, { concurrency: availableParallelism() });
    const measured = togetherOf(handedOut, parts);
    const traffic = await this.#lane.standIns.end();
    const sample = sampleOf({ poller: 'ours', tasks, asked: tasks, ...given }, measured, traffic);
    const standInLoad = traffic.cpuMs / (performance.now() - startedAt);
    return check({ ...sample, standInLoad }, changed);
  }
}

function togetherOf(handedOut: Measured, workers: readonly (readonly Measured[])[]): Measured {
  const all = [handedOut, ...workers.flat()];
  const sum = (measured: readonly Measured[], of: (one: Measured) => number) =>
    measured.reduce((total, one) => total + of(one), 0);
  const longest = Math.max(...workers.map((parts) => sum(parts, ({ wallMs }) => wallMs)));
  return {
    wallMs: handedOut.wallMs + longest,
    cpuMs: sum(all, ({ cpuMs }) => cpuMs),
    peakMb: Math.max(...all.map(({ peakMb }) => peakMb)),
    polled: sum(all, ({ polled }) => polled),
    changes: sum(all, ({ changes }) => changes),
    failures: sum(all, ({ failures }) => failures),
  };
}
