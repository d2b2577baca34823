import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Config } from '../../lib/config.ts';
import { MINUTE, NOON } from '../support/builders.ts';
import type { Answered } from '../support/gate.ts';
import { type TestPoller, World } from '../support/world.ts';

let world: World;
beforeAll(async () => {
  world = await World.start();
});
beforeEach(() => world.reset());
afterAll(() => world.close());

const TASKS = 15;
const SAMPLE = 10;
const FOUND_OUT = 'Counts have changed without LastUpdatedAt: tasks are looked at whatever the list says';
const id = (index: number) => `task${String(index).padStart(2, '0')}`;

/** Puts a task into the account, updated when it is told. */
const put = (index: number, succeeded: number, updatedAt = NOON - MINUTE) =>
  world.task(id(index), { queued: 100 - succeeded, succeeded }, { createdAt: NOON - MINUTE, updatedAt });

function pollerWith(config: Partial<Config> = { trustLastUpdated: true }): TestPoller {
  return world.poller({ config });
}

/** One poll, a minute after the last: what it looked at. */
async function looksOf(poller: TestPoller): Promise<number> {
  world.now += MINUTE;
  const before = poller.gate.requests.length;
  await poller.poll();
  return poller.gate.requests.slice(before).filter(({ operation }) => operation === 'GetOtaTask').length;
}

async function fleet(): Promise<TestPoller> {
  for (let index = 0; index < TASKS; index += 1) put(index, 0);
  const poller = pollerWith();
  expect(await looksOf(poller)).toBe(TASKS);
  return poller;
}

describe('tasks in progress that have not moved in a list that is trusted', () => {
  it('are left alone but for a sample, and soon by a function that starts cold as well', async () => {
    const poller = await fleet();
    expect([await looksOf(poller), await looksOf(poller)]).toEqual([SAMPLE, SAMPLE]);
    poller.close();
    const cold = pollerWith();
    // It does not know when they will have stalled, until it has looked at each of them once.
    for (let minute = 0; minute < 5; minute += 1) await looksOf(cold);
    expect([await looksOf(cold), await looksOf(cold)]).toEqual([SAMPLE, SAMPLE]);
    cold.close();
  });

  it('are looked at once they move, and again until that has settled', async () => {
    const poller = await fleet();
    put(3, 7, world.now + MINUTE - 1_000);
    await looksOf(poller);
    expect(world.events(id(3))).toEqual(['1 Tracking Started']);
    const [progressed] = (await world.history()).filter((row) => row.taskId === id(3) && row.sequence === 2);
    expect(progressed).toMatchObject({ counts: { succeeded: 7 } });
    // The update was one second before the look: not for sure all of it.
    put(3, 8, world.now - 1_000);
    await looksOf(poller);
    expect((await world.history()).at(-1)).toMatchObject({ taskId: id(14) });
    expect((await world.history()).filter((row) => row.taskId === id(3))).toHaveLength(3);
    poller.close();
  });

  it('are looked at while a rule counts time that only looks count', async () => {
    const poller = await fleet();
    const stalls = [];
    for (let minute = 0; minute < 62; minute += 1) stalls.push(await looksOf(poller));
    const breached = (await world.history()).filter(
      ({ detailType }) => detailType === 'OTA Task Threshold Breached',
    );
    expect(breached.map(({ taskId }) => taskId).sort()).toEqual(
      Array.from({ length: TASKS }, (_, index) => id(index)),
    );
    expect(stalls.slice(0, 58)).toEqual(Array(58).fill(SAMPLE));
    poller.close();
  });
});

describe('a list that lies', () => {
  it('is found out by a sample, said to be so, and trusted no longer by anybody', async () => {
    const poller = await fleet();
    const other = pollerWith();
    await looksOf(other);
    for (let index = 0; index < TASKS; index += 1) put(index, 5);
    world.now += MINUTE;
    expect(await poller.poll()).toMatchObject({ polled: SAMPLE, listDistrusted: true });
    const errors = poller.log.filter(({ level }) => level === 'error');
    expect(errors).toHaveLength(SAMPLE);
    expect(errors[0]).toEqual({ level: 'error', message: FOUND_OUT, fields: { taskId: expect.any(String) } });
    expect(await looksOf(other)).toBe(TASKS);
    expect(await looksOf(poller)).toBe(TASKS);
    expect((await world.history()).filter(({ sequence }) => sequence === 2)).toHaveLength(TASKS);
    expect(poller.log.filter(({ level }) => level === 'error')).toHaveLength(SAMPLE);
    poller.close();
    other.close();
  });

  it('is trusted again once the setting was off', async () => {
    const poller = await fleet();
    for (let index = 0; index < TASKS; index += 1) put(index, 5);
    await looksOf(poller);
    const off = pollerWith({});
    expect([await looksOf(off), await looksOf(off)]).toEqual([TASKS, TASKS]);
    const on = pollerWith();
    for (let minute = 0; minute < 5; minute += 1) await looksOf(on);
    expect(await looksOf(on)).toBe(SAMPLE);
    for (const each of [poller, off, on]) each.close();
  });

  it('is not what a list is that lags behind', async () => {
    const poller = await fleet();
    let list: Answered | undefined;
    poller.gate.between = async ({ operation, body }, send) => {
      const answer = await send(body);
      if (operation !== 'ListOtaTasks') return answer;
      list ??= answer;
      return list;
    };
    await looksOf(poller);
    for (let index = 0; index < TASKS; index += 1) put(index, 5, world.now + MINUTE / 2);
    await looksOf(poller);
    await looksOf(poller);
    expect(poller.log.filter(({ level }) => level === 'error')).toEqual([]);
    expect((await world.history()).filter(({ sequence }) => sequence === 2)).toHaveLength(TASKS);
    poller.close();
  });

  it('is not trusted while nobody knows whether it was found out', async () => {
    const poller = await fleet();
    poller.gate.on = ({ operation, body }) =>
      operation === 'GetItem' && body.includes('#poll-distrust') ? 'unsent' : undefined;
    expect(await looksOf(poller)).toBe(TASKS);
    poller.close();
  });
});
