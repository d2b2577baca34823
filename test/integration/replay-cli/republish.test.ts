import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventBus } from '../../../lib/aws/event-bus.ts';
import { republishedHistory } from '../../../lib/aws/republish/republished-history.ts';
import { republish } from '../../../lib/republish/republish.ts';
import { newRun, type RunState } from '../../../lib/republish/run-state.ts';
import { REGION } from '../../support/world.ts';
import { HISTORY } from '../api/history-database.ts';
import { eventsOf, type ReplayWorld, startReplays } from './replay-world.ts';

let replays: ReplayWorld;
beforeEach(async () => {
  replays = await startReplays();
});
afterEach(() => replays.close());

/** Publishes rows again with a clock that nobody waits for. */
async function publish(
  rows: ReturnType<typeof eventsOf>,
  perSecond: number,
  { mayGoOn = (): boolean => true, endpoint = replays.world.bus.url } = {},
) {
  const { world } = replays;
  const { dynamodb } = world.clients();
  const credentials = { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' };
  const eventBridge = new EventBridgeClient({ endpoint, region: REGION, credentials, maxAttempts: 1 });
  const clock = { at: 0 };
  const times: number[] = [];
  const written: RunState[] = [];
  const given = world.bus.faults.request;
  world.bus.faults.request = (request) => {
    times.push(clock.at);
    return given?.(request);
  };
  await replays.record(rows);
  const result = await republish(newRun('test', 0, 1), rows, perSecond, {
    history: republishedHistory(dynamodb, HISTORY),
    bus: eventBus(eventBridge, 'ota-watch-dev', { replay: true }),
    store: {
      async write(state) {
        written.push(state);
      },
    },
    now: () => clock.at,
    async sleep(milliseconds) {
      clock.at += milliseconds;
    },
    onEvents: () => undefined,
    mayGoOn,
  });
  eventBridge.destroy();
  dynamodb.destroy();
  return { ...result, times, written };
}

const tasks = (count: number, events: number) =>
  Array.from({ length: count }, (_, task) => eventsOf(`t${task}`, events)).flat();

describe('the pace', () => {
  it.each([
    ['one task, one event after the other', tasks(1, 5), 50, [0, 20, 40, 60, 80]],
    ['ten tasks, ten events at once', tasks(10, 3), 50, [0, 200, 400]],
    ['as few at once as a second may have', tasks(4, 1), 2, [0, 1_000]],
  ])('is kept: %s', async (_, rows, perSecond, expected) => {
    const { times, state } = await publish(rows, perSecond);
    expect(times).toEqual(expected);
    expect(state).toMatchObject({ accepted: rows.length, finished: true });
  });
});

it('writes down what is on its way before each request, and what came of it after', async () => {
  const { written } = await publish(tasks(1, 2), 50);
  const event = (sequence: number) => ({ taskId: 't0', sequence });
  expect(written.map(({ underway, settled, accepted }) => ({ underway, settled, accepted }))).toEqual([
    { underway: [event(1)], settled: {}, accepted: 0 },
    { underway: [], settled: { t0: 1 }, accepted: 1 },
    { underway: [event(2)], settled: { t0: 1 }, accepted: 1 },
    { underway: [], settled: { t0: 2 }, accepted: 2 },
  ]);
});

describe('a bus that does not take everything', () => {
  it('is left the rest of a task whose event it goes on refusing for now', async () => {
    replays.world.bus.faults.entry = ({ Detail = '' }) =>
      Detail.includes('"t1:2"') ? { errorCode: 'InternalFailure' } : undefined;
    const { state, failed, stopped, times } = await publish(tasks(2, 9), 1_000);
    expect(state).toMatchObject({ accepted: 10, settled: { t0: 9, t1: 1 }, inDoubt: [], finished: false });
    // Nobody waits for the task that was left.
    expect(times.slice(6).map((at) => at - (times[6] ?? 0))).toEqual([0, 1, 2]);
    expect(failed).toEqual([
      't1:2, and what follows it in its task: the bus refuses it for now: InternalFailure',
    ]);
    expect(stopped).toBeUndefined();
  });

  it('goes on behind an event that it refuses for good', async () => {
    replays.world.bus.faults.entry = ({ Detail = '' }) =>
      Detail.includes('"t1:2"') ? { errorCode: 'MalformedDetail' } : undefined;
    const { state, failed } = await publish(tasks(2, 3), 1_000);
    expect(state).toMatchObject({ accepted: 5, settled: { t0: 3, t1: 3 }, finished: true });
    expect(failed).toEqual(['t1:2: the bus refuses it: MalformedDetail']);
  });

  it('is given time where it throttles, and nothing is in doubt', async () => {
    replays.world.bus.faults.request = ({ index }) => (index < 3 ? { kind: 'throttle' } : undefined);
    const { state, stopped } = await publish(tasks(1, 3), 1_000);
    expect(state).toMatchObject({ accepted: 3, inDoubt: [], finished: true });
    expect(stopped).toBeUndefined();
  });

  it('is left alone once its answers get lost', async () => {
    replays.world.bus.faults.request = () => ({ kind: 'drop-after' });
    const { state, stopped } = await publish(tasks(1, 8), 1_000);
    expect(state.inDoubt).toEqual([1, 2, 3].map((sequence) => ({ taskId: 't0', sequence })));
    expect(state).toMatchObject({ accepted: 0, settled: { t0: 3 }, finished: false });
    expect(stopped).toBe('The answers of the bus get lost');
    expect(replays.world.bus.accepted.length).toBe(3);
  });

  it('is not tried for ever where it is not there', async () => {
    const { state, stopped, failed } = await publish(tasks(1, 2), 1_000, { endpoint: 'http://127.0.0.1:1' });
    expect(state).toMatchObject({ accepted: 0, settled: {}, inDoubt: [], finished: false });
    expect(stopped).toBe('The bus takes nothing: Error (ECONNREFUSED)');
    expect(failed).toEqual([]);
  });
});

it('ends between two requests when somebody wants it to', async () => {
  let steps = 0;
  const { state, stopped } = await publish(tasks(1, 5), 50, { mayGoOn: () => steps++ < 2 });
  expect(state).toMatchObject({ accepted: 2, settled: { t0: 2 }, inDoubt: [], finished: false });
  expect(stopped).toBe('It was broken off');
});

describe('what is too large for one request', () => {
  const large = () =>
    Array.from({ length: 10 }, (_, task) => eventsOf(`t${task}`, 1, 'x'.repeat(30_000))).flat();

  it('goes in two, each written down by itself', async () => {
    const { state, times, written } = await publish(large(), 1_000);
    expect(state).toMatchObject({ accepted: 10, finished: true });
    expect(times).toEqual([0, 6]);
    expect(written.map(({ underway }) => underway.length)).toEqual([6, 0, 4, 0]);
  });

  it.each([0, 1])('is not sent twice when the answer to request %i gets lost', async (lost) => {
    replays.world.bus.faults.request = ({ index }) => (index === lost ? { kind: 'drop-after' } : undefined);
    const { state } = await publish(large(), 1_000);
    expect(state.inDoubt.length).toBe(lost === 0 ? 6 : 4);
    expect(state).toMatchObject({ accepted: 10 - state.inDoubt.length, finished: true });
    expect(replays.world.bus.accepted.length).toBe(10);
  });
});
