// Writes the recording of a simulated rollout: node examples/bad-batch.ts > examples/bad-batch.jsonl
import { pathToFileURL } from 'node:url';
import { Rollout } from '../local/simulator/rollout/rollout.ts';
import type { ThingCounts } from '../local/simulator/rollout/things.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 3, 9);
const PER_MINUTE = 10;

/**
 * 1,000 things, ten a minute. Nearly all of the first 850 take the update, and most of the others, a batch with another radio
 * module, fail. Looked at every minute; a look that sees nothing new leaves no line.
 */
export function recordBadBatch(): string {
  const rollout = new Rollout({
    seed: 11,
    createdAt: START,
    things: 1_000,
    continuous: false,
    joiningPerMinute: 0,
    profile: { failed: 0.005, rejected: 0, phases: [{ fromThing: 850, failed: 0.7 }] },
    schedule: { startAt: START, endAt: undefined, endBehavior: 'STOP_ROLLOUT', windows: [] },
    push: { RolloutConfig: { MaximumPerMinute: PER_MINUTE } },
    retries: [],
  });
  const lines = [JSON.stringify({ ...seen(rollout, START), ...TASK })];
  for (let at = START + MINUTE; rollout.status === 'IN_PROGRESS'; at += MINUTE) {
    const before = JSON.stringify(rollout.counts);
    rollout.advance(at);
    if (JSON.stringify(rollout.counts) !== before) lines.push(JSON.stringify(seen(rollout, at)));
  }
  return `${lines.join('\n')}\n`;
}

const TASK = {
  otaType: 'ONE_TIME',
  configurationId: '4f1c0de5a7',
  configuration: { criteria: [], pace: { maximumPerMinute: PER_MINUTE } },
};

function seen({ status, counts }: Rollout, at: number) {
  return { taskId: 'bad-batch', observedAt: new Date(at).toISOString(), status, counts: countsOf(counts) };
}

/** A missing count is 0. */
function countsOf(counts: Readonly<ThingCounts>) {
  const { QUEUED: queued, IN_PROGRESS: inProgress, SUCCEEDED: succeeded, FAILED: failed } = counts;
  return { queued, inProgress, succeeded, failed };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) process.stdout.write(recordBadBatch());
