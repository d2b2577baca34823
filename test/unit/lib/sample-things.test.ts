import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import type { ThingExecution } from '../../../lib/ports.ts';
import { pickSamples, ThingSampler } from '../../../lib/sample-things.ts';
import { NOON } from '../../support/builders.ts';

type Pages = AsyncIterable<readonly ThingExecution[]>;

const signal = new AbortController().signal;
const thing = (managedThingId: string, status = 'FAILED'): ThingExecution => ({ managedThingId, status });

let now: number;
let logged: unknown[];
let asked: string[];
/** What the service answers for a task. */
let answers: (taskId: string, signal: AbortSignal) => Pages;

beforeEach(() => {
  now = NOON;
  logged = [];
  asked = [];
});

function sampler(limits = { taskMs: 1_000, pollMs: 3_000 }): ThingSampler {
  const log = {
    info: () => undefined,
    warn: (message: string, fields: object = {}) => logged.push([message, fields]),
    error: () => undefined,
  };
  const service = {
    listExecutions(taskId: string, given: AbortSignal) {
      asked.push(taskId);
      return answers(taskId, given);
    },
  };
  return new ThingSampler(service, log, () => now, limits);
}

const FAILED_WITH = (name: string, taskId = 't1') => [
  'Things of a task could not be read',
  { taskId, error: expect.objectContaining({ name }) },
];

/** Never answers, and does not hear of an abort. */
const never = () => new Promise<never>(() => undefined);

describe('a sampler', () => {
  it('reads at most three pages', async () => {
    let pages = 0;
    answers = async function* () {
      for (;;) {
        pages += 1;
        yield [thing(`a${pages}`), thing(`b${pages}`)];
      }
    };
    expect(await sampler().read('t1', signal)).toEqual(
      ['a1', 'b1', 'a2', 'b2', 'a3', 'b3'].map((id) => thing(id)),
    );
    expect([pages, logged]).toEqual([3, []]);
  });

  it('reads as many pages as there are', async () => {
    answers = async function* () {
      yield [thing('a')];
    };
    expect(await sampler().read('t1', signal)).toEqual([thing('a')]);
    expect(logged).toEqual([]);
  });

  it('keeps what came before a page failed', async () => {
    answers = async function* () {
      yield [thing('a')];
      throw new Error('CANARY');
    };
    expect(await sampler().read('t1', signal)).toEqual([thing('a')]);
    expect(logged).toEqual([
      ['Things of a task could not be read', { taskId: 't1', error: { name: 'Error' } }],
    ]);
  });

  it('keeps what came before time ran out', async () => {
    answers = async function* () {
      yield [thing('a')];
      await never();
    };
    expect(await sampler({ taskMs: 10, pollMs: 100 }).read('t1', signal)).toEqual([thing('a')]);
    expect(logged).toEqual([FAILED_WITH('TimeoutError')]);
  });

  it('gives up when the poll does', async () => {
    const poll = new AbortController();
    answers = async function* () {
      yield [thing('a')];
      poll.abort();
      await never();
    };
    expect(await sampler().read('t1', poll.signal)).toEqual([thing('a')]);
    expect(logged).toEqual([FAILED_WITH('AbortError')]);
  });

  it('reads nothing when the poll has given up', async () => {
    answers = async function* () {
      yield await never();
    };
    expect(await sampler().read('t1', AbortSignal.abort())).toEqual([]);
  });

  it('tells the service when to stop', async () => {
    let given: AbortSignal | undefined;
    answers = async function* (_, limited) {
      given = limited;
      yield await never();
    };
    await sampler({ taskMs: 10, pollMs: 100 }).read('t1', signal);
    expect(given?.aborted).toBe(true);
  });

  it('reads no more in a poll in which two could not be read, and begins anew in the next', async () => {
    answers = async function* (taskId) {
      if (taskId !== 'good') throw new Error('down');
      yield [thing('a')];
    };
    const samples = sampler();
    samples.beginPoll();
    for (const taskId of ['bad1', 'good', 'bad2', 'good', 'bad3']) await samples.read(taskId, signal);
    expect(asked).toEqual(['bad1', 'good', 'bad2']);
    expect(logged).toEqual([FAILED_WITH('Error', 'bad1'), FAILED_WITH('Error', 'bad2')]);
    samples.beginPoll();
    expect(await samples.read('good', signal)).toEqual([thing('a')]);
  });

  it('reads no more in a poll that has waited long enough, and begins anew in the next', async () => {
    answers = async function* (taskId) {
      now += 1_100;
      yield [thing(taskId)];
    };
    const samples = sampler();
    samples.beginPoll();
    for (const taskId of ['a', 'b', 'c', 'd', 'e']) await samples.read(taskId, signal);
    expect([asked, logged]).toEqual([['a', 'b', 'c'], []]);
    samples.beginPoll();
    expect(await samples.read('f', signal)).toEqual([thing('f')]);
  });

  it('waits no longer for one task than is left for the poll', async () => {
    answers = async function* (taskId) {
      now += 2_990;
      yield [thing(taskId)];
      if (taskId === 'b') await never();
    };
    const samples = sampler({ taskMs: 60_000, pollMs: 3_000 });
    await samples.read('a', signal);
    expect(await samples.read('b', signal)).toEqual([thing('b')]);
    expect(logged).toEqual([FAILED_WITH('TimeoutError', 'b')]);
  });

  it('gains no time from a clock that steps back', async () => {
    const steps = [-1_000_000, 3_000, 0];
    answers = async function* (taskId) {
      now += steps.shift() ?? 0;
      yield [thing(taskId)];
    };
    const samples = sampler();
    for (const taskId of ['a', 'b', 'c']) await samples.read(taskId, signal);
    expect(asked).toEqual(['a', 'b']);
  });
});

describe('pickSamples', () => {
  const executions: ThingExecution[] = [
    { managedThingId: 'd', status: 'FAILED' },
    { managedThingId: 'c', status: 'FAILED', lastUpdatedAt: '2026-11-22T11:00:00.000Z' },
    { managedThingId: 'a', status: 'SUCCEEDED', lastUpdatedAt: '2026-11-22T12:00:00.000Z' },
    { managedThingId: 'b', status: 'TIMED_OUT', lastUpdatedAt: '2026-11-22T12:00:00.000Z', retryAttempt: 2 },
    { managedThingId: 'a', status: 'FAILED', lastUpdatedAt: '2026-11-22T11:00:00.000Z' },
  ];

  it.each([
    [['FAILED'], ['a', 'c', 'd']],
    [
      ['FAILED', 'TIMED_OUT'],
      ['b', 'a', 'c', 'd'],
    ],
    [['REJECTED'], []],
    [[], []],
  ])('of %j are the last ones first', (statuses, ids) => {
    const picked = pickSamples(executions, new Set(statuses));
    expect(picked.map(({ managedThingId }) => managedThingId)).toEqual(ids);
  });

  it('are whole', () => {
    expect(pickSamples(executions, new Set(['TIMED_OUT']))).toEqual([
      {
        managedThingId: 'b',
        status: 'TIMED_OUT',
        lastUpdatedAt: '2026-11-22T12:00:00.000Z',
        retryAttempt: 2,
      },
    ]);
  });

  it('are the same twenty in whatever order things come', () => {
    const instant = fc
      .integer({ min: 0, max: 9 })
      .map((second) => new Date(NOON + second * 1_000).toISOString());
    const execution = fc.record(
      {
        managedThingId: fc.string({ minLength: 1, maxLength: 3 }),
        status: fc.constantFrom('FAILED', 'SUCCEEDED'),
        lastUpdatedAt: instant,
      },
      { requiredKeys: ['managedThingId', 'status'] },
    );
    const things = fc.uniqueArray(execution, {
      maxLength: 60,
      selector: ({ managedThingId }) => managedThingId,
    });
    const shuffled = things.chain((all) =>
      fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length, maxLength: all.length })),
    );
    fc.assert(
      fc.property(shuffled, ([all, other]) => {
        const statuses = new Set(['FAILED']);
        const picked = pickSamples(all, statuses);
        expect(pickSamples(other, statuses)).toEqual(picked);
        expect(picked).toHaveLength(Math.min(20, all.filter(({ status }) => status === 'FAILED').length));
        const times = picked.map(({ lastUpdatedAt = '' }) => lastUpdatedAt);
        expect(times).toEqual([...times].sort().reverse());
      }),
    );
  });
});
