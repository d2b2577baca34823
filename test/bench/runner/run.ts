import type { Bundles } from './bundle.ts';
import { FanOutLane } from './fan-out-lane.ts';
import { NaiveLane, OurLane, type Step } from './lanes.ts';
import type { Plan, Size } from './plan.ts';
import { Progress } from './progress.ts';
import type { Sample } from './sample.ts';

/** What a plan came to. */
export interface Outcome {
  readonly samples: readonly Sample[];
  /** Of what was to be measured and did not go as it should: left out. */
  readonly errors: readonly unknown[];
}

/** Runs a plan round by round: in each the naive poller, ours and the floor, so that what happens to the machine happens to all. */
export async function run(plan: Plan, bundles: Bundles): Promise<Outcome> {
  const samples: Sample[] = [];
  const errors: unknown[] = [];
  const attempt = async (name: string, weight: number, measure: () => Promise<readonly Sample[]>) => {
    try {
      samples.push(...(await progress.step(name, weight, measure)));
    } catch (error) {
      errors.push(error);
    }
  };
  const progress = new Progress(weightOf(plan));
  const lanes = await startLanes(plan, bundles, progress);
  try {
    for (let round = 1; round <= plan.rounds; round += 1) {
      const name = `round ${round} of ${plan.rounds}`;
      const isTimeFor = (seconds: number) => progress.seconds + seconds <= plan.atMostSeconds;
      if (isTimeFor(plan.naiveSeconds))
        await attempt(`${name}: naive`, plan.naiveSeconds, () => naiveSamples(lanes.naive));
      for (const { lane, size } of lanes.ours) {
        if (round > size.rounds || !isTimeFor(size.seconds)) continue;
        const label = `${name}: ${size.tasks.toLocaleString('en')} tasks`;
        await attempt(label, size.seconds, () => ourSamples(lane, size));
      }
    }
  } finally {
    progress.end();
    await Promise.all([...lanes.naive, ...lanes.ours].map(({ lane }) => lane.stop()));
  }
  return { samples, errors };
}

function weightOf({ rounds, naiveSeconds, sizes }: Plan): number {
  return sizes.reduce((sum, { seconds, rounds: times }) => sum + seconds * times, rounds * naiveSeconds);
}

async function startLanes({ naive, sizes, ...common }: Plan, bundles: Bundles, progress: Progress) {
  const start = async () => ({
    naive: await Promise.all(
      naive.map(async ({ tasks, atMost, shares }) => ({
        lane: await NaiveLane.start({ ...common, tasks, bundles }, atMost),
        shares,
      })),
    ),
    ours: await Promise.all(
      sizes.map(async (size) => ({
        lane: await (size.isShared ? FanOutLane : OurLane).start({ ...common, tasks: size.tasks, bundles }),
        size,
      })),
    ),
  });
  return progress.step('accounts are made', 0, start);
}

interface NaiveShares {
  readonly lane: NaiveLane;
  readonly shares: readonly number[];
}

/** The naive poller waits most of the time: several of them wait side by side. */
async function naiveSamples(lanes: readonly NaiveShares[]): Promise<Sample[]> {
  const polls = lanes.map(async ({ lane, shares }) => {
    const samples: Sample[] = [];
    for (const share of shares) samples.push(await lane.poll(share));
    return samples;
  });
  // Whatever follows is to be measured alone.
  await Promise.allSettled(polls);
  return (await Promise.all(polls)).flat();
}

const QUIET: Step = { share: 0, isMeasured: true };
const SOME: Step = { share: 0.05, isMeasured: true };
const ALL: Step = { share: 1, isMeasured: true };
/** A process that trusts does so fully once it has looked at each task itself: at a fifth of them in each poll. */
const TRUSTS_AFTER = 6;

function unmeasured(polls: number): Step[] {
  return Array.from({ length: polls }, () => ({ share: 0, isMeasured: false }));
}

async function ourSamples(lane: OurLane | FanOutLane, { warmUp, isFullyChanged }: Size): Promise<Sample[]> {
  const steps = [QUIET, ...unmeasured(warmUp), QUIET, SOME, ...(isFullyChanged ? [ALL] : [])];
  if (lane instanceof FanOutLane) return lane.polls(steps);
  const plain = await lane.polls('ours', steps);
  const trusting = await lane.polls('trusting', [...unmeasured(TRUSTS_AFTER), QUIET, SOME]);
  return [...plain, ...trusting, await lane.floor()];
}
