// How long a change stays unseen while requests are short: 10 a second for 5,000 tasks in progress.
// node test/bench/quota.ts
import { URGENCIES, type Urgency } from '../../lib/domain/cadence.ts';
import { fleetOf } from './quota/fleet.ts';
import { type Outcome, roundRobin, type Simulation, simulate, weighted } from './quota/simulate.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 22, 12);
const HOURS = 6;
const SIZES = { hot: 250, warm: 1_250, quiet: 3_500 };

const simulation: Simulation = {
  tasks: fleetOf(SIZES, START),
  requestsPerSecond: 10,
  maxLatencyMs: MINUTE,
  lookMs: 45_000,
  polls: HOURS * 60,
  changesEvery: 17 * MINUTE,
  start: START,
};

const minutes = (milliseconds: number) => (milliseconds / MINUTE).toFixed(1).padStart(9);

function row(name: string, urgency: Urgency, { latencies }: Outcome): string {
  const sorted = latencies[urgency].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  const numbers = [at(0.5), at(0.95), at(1)].map(minutes).join('');
  return `${name.padEnd(13)} ${urgency.padEnd(6)} ${String(SIZES[urgency]).padStart(5)}${numbers}\n`;
}

const began = performance.now();
process.stdout.write('minutes from a change to the look that finds it\n');
process.stdout.write(`${''.padEnd(13)} ${''.padEnd(6)} tasks      p50      p95      max\n`);
for (const order of [weighted(), roundRobin()]) {
  const outcome = simulate(simulation, order);
  for (const urgency of URGENCIES) process.stdout.write(row(order.name, urgency, outcome));
  const { requests, starved } = outcome;
  process.stdout.write(`${''.padEnd(13)} ${requests} requests, ${starved} tasks never looked at\n`);
}
process.stdout.write(`(${HOURS} hours in ${((performance.now() - began) / 1_000).toFixed(1)} s)\n`);
