import {
  GetOtaTaskCommand,
  type IoTManagedIntegrationsClient,
} from '@aws-sdk/client-iot-managed-integrations';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Pacing, paceCalls } from '../../lib/aws/pacing.ts';
import { NOON } from '../support/builders.ts';
import { VirtualTime } from '../support/virtual-time.ts';
import { World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await World.start();
});
beforeEach(() => {
  world.simulator.faults.on = undefined;
  return world.reset();
});
afterAll(() => world.close());

/** A client whose requests are paced, in a time that passes only while all of them wait. */
function pacedClient(requestsPerSecond?: number) {
  const time = new VirtualTime(NOON);
  const { managedIntegrations } = world.clients();
  const began: number[] = [];
  managedIntegrations.middlewareStack.add(
    (next) => async (args) => {
      began.push(time.now - NOON);
      const end = time.begin();
      try {
        return await next(args);
      } finally {
        end();
      }
    },
    { step: 'finalizeRequest', priority: 'low', name: 'noteTime' },
  );
  const pacing: Pacing = paceCalls(managedIntegrations, {
    requestsPerSecond,
    now: () => time.now,
    sleep: (milliseconds) => time.sleep(milliseconds),
  });
  return { time, client: managedIntegrations, began, pacing };
}

const get = (client: IoTManagedIntegrationsClient, Identifier: string, abortSignal?: AbortSignal) =>
  client.send(new GetOtaTaskCommand({ Identifier }), abortSignal === undefined ? {} : { abortSignal });

async function getMany(client: IoTManagedIntegrationsClient, ids: readonly string[]): Promise<string[]> {
  const outcomes = await Promise.allSettled(ids.map((id) => get(client, id)));
  return outcomes.map(({ status }) => status);
}

const ids = Array.from({ length: 9 }, (_, index) => `task${index}`);

describe('requests', () => {
  it('go evenly within a budget that is given, a few early', async () => {
    for (const id of ids) world.task(id);
    const { client, began } = pacedClient(20);
    await getMany(client, ids);
    expect(began).toEqual([0, 0, 0, 50, 100, 150, 200, 250, 300]);
  });

  it('go within the share of a process', async () => {
    for (const id of ids) world.task(id);
    const { client, began, pacing } = pacedClient(20);
    pacing.share(2);
    await getMany(client, ids);
    expect(began.at(-1)).toBe(700);
  });

  it('go within it when they are tried again, too', async () => {
    world.task('task0');
    world.simulator.faults.on = ({ attempt }) => (attempt < 3 ? { kind: 'throttle' } : undefined);
    const { client, began } = pacedClient(1);
    await getMany(client, ['task0']);
    expect(began).toEqual([0, 900, 1_900]);
  });

  it('do not wait once they are aborted', async () => {
    world.task('task0');
    const { client, began } = pacedClient(1);
    await get(client, 'task0');
    const aborted = get(client, 'task0', AbortSignal.abort());
    await expect(aborted).rejects.toThrow();
    expect(began).toEqual([0]);
  });

  it('are aborted while they wait', async () => {
    world.task('task0');
    const { client, began, time } = pacedClient(1);
    await get(client, 'task0');
    const end = time.begin();
    const abort = new AbortController();
    const waiting = get(client, 'task0', abort.signal);
    setImmediate(() => abort.abort());
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' });
    end();
    expect(began).toEqual([0]);
  });

  it('wait for nothing while nothing is known of a limit, and then for what was learned', async () => {
    const many = Array.from({ length: 30 }, (_, index) => `many${index}`);
    for (const id of many) world.task(id);
    world.simulator.faults.on = () => ({ kind: 'throttle' });
    const { client, began, time } = pacedClient();
    await getMany(client, many.slice(0, 20));
    expect(new Set(began)).toEqual(new Set([0]));
    await time.sleep(1_500);
    await getMany(client, many.slice(0, 1));
    world.simulator.faults.on = undefined;
    began.length = 0;
    await getMany(client, many.slice(0, 3));
    const [first = 0, second = 0, third = 0] = began;
    expect([second - first, third - second]).toEqual([1_000, 1_000]);
  });
});
