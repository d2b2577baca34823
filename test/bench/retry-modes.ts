// How long reading 500 tasks takes while the service throttles 5 of them in 9 of 10 requests, by the SDK's retry mode.
// node test/bench/retry-modes.ts
import { IoTManagedIntegrationsClient } from '@aws-sdk/client-iot-managed-integrations';
import pMap from 'p-map';
import { otaService } from '../../lib/aws/managed-integrations.ts';
import { pinnedTask, startSimulator } from '../../local/simulator/simulator.ts';

const TASKS = 500;
const LATENCY_MS = 20;
const ROUNDS = 3;

const simulator = await startSimulator({ seed: 1, now: () => 0 });
const ids = Array.from({ length: TASKS }, (_, index) => `t${index}`);
for (const taskId of ids) simulator.account.putTask(pinnedTask({ taskId }), taskId);
const throttled = new Set(['t7', 't107', 't207', 't307', 't407']);
simulator.faults.on = ({ identifier = '', attempt }) =>
  throttled.has(identifier) && attempt % 10 !== 0 ? { kind: 'throttle' } : { kind: 'delay', ms: LATENCY_MS };

const medians: number[] = [];
for (const retryMode of ['standard', 'adaptive']) {
  const client = new IoTManagedIntegrationsClient({
    endpoint: simulator.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'bench', secretAccessKey: 'bench' },
    retryMode,
    maxAttempts: 3,
  });
  const service = otaService(client, { partition: 'aws', region: 'us-east-1', accountId: '1' });
  const { signal } = new AbortController();
  const times: number[] = [];
  simulator.requests.reset();
  for (let round = 0; round < ROUNDS; round += 1) {
    const started = performance.now();
    await pMap(ids, (taskId) => service.getTask(taskId, signal).catch(() => undefined), { concurrency: 10 });
    times.push(performance.now() - started);
  }
  client.destroy();
  const median = times.sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
  medians.push(median);
  process.stdout.write(`${retryMode.padEnd(10)} ${(median / 1_000).toFixed(1)} s (median of ${ROUNDS})\n`);
}
const [standard = 1, adaptive = 1] = medians;
process.stdout.write(`adaptive / standard: ${(adaptive / standard).toFixed(1)}\n`);
await simulator.close();
