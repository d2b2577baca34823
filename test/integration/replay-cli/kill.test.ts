import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Dice } from '../../support/rule-oracle/dice.ts';
import { eventsOf, type ReplayWorld, startReplays } from './replay-world.ts';

const RUN = ['--since', '2026-11-22', '--until', '2026-11-22', '--rate', '400'] as const;
const KILLS = 10;
const TASKS = 12;
const EVENTS = 40;

let replays: ReplayWorld;
beforeEach(async () => {
  replays = await startReplays();
});
afterEach(() => replays.close());

const taken = () => replays.world.bus.accepted.map(({ detail }) => String(Reflect.get(detail, 'eventId')));

/** Kills a process of the run at one of its first requests: before the bus takes it, once it has, or somewhat later. */
async function killed(dice: Dice): Promise<unknown> {
  const { bus } = replays.world;
  const how = dice.int(0, 2);
  let requests = dice.int(1, 4);
  const { process: child, ended } = replays.start(...RUN);
  bus.faults.request = () => {
    requests -= 1;
    if (requests > 0) return undefined;
    if (how === 2) void sleep(dice.int(0, 12)).then(() => child.kill('SIGKILL'));
    else child.kill('SIGKILL');
    return how === 0 ? { kind: 'drop-before' } : undefined;
  };
  const signal = await ended;
  bus.faults.request = undefined;
  return signal;
}

it('sends nothing twice and leaves nothing out, however often it is killed', async () => {
  const ids = Array.from({ length: TASKS }, (_, task) => `t${task}`);
  const rows = ids.flatMap((taskId) => eventsOf(taskId, EVENTS));
  await replays.record(rows);
  const dice = new Dice(11);
  for (let kill = 0; kill < KILLS; kill += 1) expect(await killed(dice)).toEqual([null, 'SIGKILL']);
  const left: { inDoubt: unknown[]; underway: unknown[] } = JSON.parse(
    await readFile(replays.stateFile, 'utf8'),
  );
  expect([...left.inDoubt, ...left.underway].length).toBeGreaterThan(0);

  const { status, stderr } = await replays.replay(...RUN);
  expect(status).toBe(3);
  const inDoubt = [...stderr.matchAll(/^ {2}(t\d+:\d+)$/gm)].map(([, id = '']) => id);
  expect(new Set(taken()).size).toBe(taken().length);
  expect([...new Set([...taken(), ...inDoubt])].sort()).toEqual(rows.map(({ eventId }) => eventId).sort());
  expect(inDoubt.length).toBeLessThanOrEqual(10 * KILLS);
  for (const taskId of ids) {
    const sequences = taken()
      .filter((id) => id.startsWith(`${taskId}:`))
      .map((id) => Number(id.split(':')[1]));
    expect(sequences).toEqual(sequences.toSorted((a, b) => a - b));
  }

  const before = taken().length;
  expect(await replays.replay(...RUN, '--in-doubt', 'resend')).toMatchObject({ status: 0, stderr: '' });
  expect(taken().slice(before).sort()).toEqual(inDoubt.sort());
  expect(new Set(taken()).size).toBe(rows.length);
  expect(existsSync(replays.stateFile)).toBe(false);
});

it('leaves nothing in doubt when it is asked to end', async () => {
  const rows = eventsOf('t1', 30);
  await replays.record(rows);
  const { process: child, ended } = replays.start(...RUN, '--rate', '40');
  replays.world.bus.subscribe(({ detail }) => {
    if (Reflect.get(detail, 'sequence') === 5) child.kill('SIGINT');
  });
  expect(await ended).toEqual([1, null]);
  expect(taken().length).toBeLessThan(30);
  expect(await replays.replay(...RUN)).toMatchObject({ status: 0, stderr: '' });
  expect(taken()).toEqual(rows.map(({ eventId }) => eventId));
});
