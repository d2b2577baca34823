import { once } from 'node:events';
import { readOptions, USAGE } from './options.ts';
import { acceleratedClock, startSimulator } from './simulator.ts';

async function main(args: string[]): Promise<void> {
  const options = readOptions(args);
  if (!options) {
    console.log(USAGE);
    return;
  }
  const { seed, speed, port, account: accountId, region, latency, ...rates } = options;
  const simulator = await startSimulator({
    seed,
    now: acceleratedClock({ startsAt: Date.now(), factor: speed, real: Date.now }),
    port,
    accountId,
    region,
  });
  simulator.faults.random({ ...rates, latencyMs: [0, latency] });
  console.log(`The simulator listens at ${simulator.url}, at ${speed} times real time. Ctrl-C stops it.`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await simulator.close();
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
}
