// What a GetOtaTask call takes of a processor, by who makes it, in turns: node:http alone, our client, and the SDK's with its default
// configuration. 50 calls at once, of a service with 30 ms of latency in a process of its own.
// node test/bench/cpu-per-call.ts [--calls 2000] [--rounds 5]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, get } from 'node:http';
import path from 'node:path';
import { json } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { GetOtaTaskCommand, IoTManagedIntegrationsClient } from '@aws-sdk/client-iot-managed-integrations';
import pMap from 'p-map';
import { createClients } from '../../lib/aws/clients.ts';

const { values } = parseArgs({
  options: { calls: { type: 'string', default: '2000' }, rounds: { type: 'string', default: '5' } },
});
const CONCURRENCY = 50;

const service = fork(path.join(import.meta.dirname, 'cpu-per-call/service.ts'));
const [url] = await once(service, 'message');
Object.assign(process.env, {
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'AKIABENCH',
  AWS_SECRET_ACCESS_KEY: 'secret',
  AWS_ENDPOINT_URL_IOT_MANAGED_INTEGRATIONS: url,
});

const agent = new Agent({ keepAlive: true, maxSockets: CONCURRENCY });
const { managedIntegrations: ours } = createClients(CONCURRENCY);
const theirs = new IoTManagedIntegrationsClient();
const { signal: abortSignal } = new AbortController();

const WAYS: Readonly<Record<string, () => Promise<unknown>>> = {
  'node:http': () =>
    new Promise((resolve, reject) => {
      get(`${url}/ota-tasks/task1`, { agent }, (answer) => resolve(json(answer))).on('error', reject);
    }),
  ours: () => ours.send(new GetOtaTaskCommand({ Identifier: 'task1' }), { abortSignal }),
  'the SDK': () => theirs.send(new GetOtaTaskCommand({ Identifier: 'task1' }), { abortSignal }),
};

/** Microseconds of a processor for each call. */
async function cpuOf(call: () => Promise<unknown>): Promise<number> {
  const calls = Array.from({ length: Number(values.calls) });
  const before = process.cpuUsage();
  await pMap(calls, call, { concurrency: CONCURRENCY });
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls.length;
}

const rounds: Record<string, number>[] = [];
// The first round is for getting warm.
for (let round = 0; round <= Number(values.rounds); round += 1) {
  const figures: Record<string, number> = {};
  for (const [name, call] of Object.entries(WAYS)) figures[name] = await cpuOf(call);
  if (round > 0) rounds.push(figures);
}

const middle = (name: string) =>
  rounds.map((figures) => figures[name] ?? 0).toSorted((a, b) => a - b)[rounds.length >> 1] ?? 0;
for (const name of Object.keys(WAYS)) {
  const times = (middle(name) / middle('node:http')).toFixed(1);
  process.stdout.write(
    `${name.padEnd(10)} ${middle(name).toFixed(0).padStart(4)} µs a call, ${times} times\n`,
  );
}
process.stdout.write(
  `ours / the SDK: ${(middle('ours') / middle('the SDK')).toFixed(2)} (middle of ${rounds.length} rounds)\n`,
);

agent.destroy();
ours.destroy();
theirs.destroy();
service.disconnect();
