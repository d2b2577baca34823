import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isIn, WHOLE } from '../../../lib/domain/shards.ts';
import type { TaskSummary } from '../../../lib/domain/task.ts';
import { parseShardMessage, shardMessageText, splitWork, type Work } from '../../../lib/fan-out.ts';
import { MINUTE, NOON } from '../../support/builders.ts';

const OPTIONS = { looksPerShard: 10, workers: 4 };

const instants = fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true });
const summaries = fc.uniqueArray(
  fc
    .record(
      {
        taskId: fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }),
        status: fc.oneof(fc.constantFrom('IN_PROGRESS', 'COMPLETED', 'SCHEDULED', ''), fc.string()),
        configurationId: fc.oneof(fc.constantFrom('c1', 'c2'), fc.string()),
        createdAt: instants.map((date) => date.toISOString()),
        lastUpdatedAt: instants.map((date) => date.toISOString()),
      },
      { requiredKeys: ['taskId', 'status'] },
    )
    .map((summary): TaskSummary => summary),
  { selector: ({ taskId }) => taskId, maxLength: 200 },
);

const listOf = (tasks: readonly TaskSummary[]) => new Map(tasks.map((task) => [task.taskId, task]));

function workOf(tasks: readonly TaskSummary[], more: Partial<Work> = {}): Work {
  return {
    startedAt: NOON,
    deadline: NOON + MINUTE,
    looks: tasks.length,
    sweep: { complete: true, tasks: listOf(tasks) },
    state: { watchingSince: NOON - MINUTE },
    ...more,
  };
}

const fleet = (size: number): TaskSummary[] =>
  Array.from({ length: size }, (_, index) => ({
    taskId: `task${String(index).padStart(28, '0')}`,
    status: index % 10 === 0 ? 'COMPLETED' : 'IN_PROGRESS',
    configurationId: `configuration${index % 50}`,
    createdAt: new Date(NOON - index).toISOString(),
    lastUpdatedAt: new Date(NOON + index).toISOString(),
  }));

const sent = (work: Work, options = OPTIONS) =>
  splitWork(work, options).map((shard) => parseShardMessage(shardMessageText(shard)));

describe('the work of a poll', () => {
  it('is all there in the messages, each task in one of them, as it was listed', () => {
    fc.assert(
      fc.property(summaries, fc.boolean(), fc.integer({ min: 1, max: 300 }), (tasks, complete, looks) => {
        const sweep = { complete, tasks: listOf(tasks) };
        const shards = sent(workOf(tasks, { sweep, looks }));
        const listed = shards.flatMap((shard) => [...shard.sweep.tasks.values()]);
        expect(listOf(listed)).toEqual(sweep.tasks);
        expect(listed).toHaveLength(tasks.length);
        for (const { range, sweep: slice } of shards) {
          expect(slice.complete).toBe(complete);
          expect([...slice.tasks.keys()].filter((taskId) => !isIn(range, taskId))).toEqual([]);
        }
        const ranges = shards.map(({ range }) => range).sort((a, b) => a.from - b.from);
        expect([...ranges.map(({ to }) => to)]).toEqual([
          ...ranges.slice(1).map(({ from }) => from),
          WHOLE.to,
        ]);
        expect(ranges[0]?.from).toBe(WHOLE.from);
      }),
    );
  });

  it('says in each message what all have in common', () => {
    const state = { watchingSince: 7, parts: { now: 4, before: 8, changedAt: 1 } };
    const common = { startedAt: NOON, deadline: NOON + MINUTE, state, share: 4 };
    const shards = sent(workOf(fleet(100), { state }));
    expect(shards).toEqual(shards.map(({ range, sweep }) => ({ ...common, range, sweep })));
    expect(shards).toHaveLength(16);
  });

  it.each([
    { looks: 0, shards: 1, share: 1 },
    { looks: 10, shards: 1, share: 1 },
    { looks: 11, shards: 2, share: 2 },
    { looks: 35, shards: 4, share: 4 },
    { looks: 41, shards: 8, share: 4 },
  ])('of $looks looks goes to $shards workers', ({ looks, shards, share }) => {
    const found = splitWork(workOf([], { looks }), OPTIONS);
    expect(found.map((shard) => shard.share)).toEqual(Array.from({ length: shards }, () => share));
  });

  it('is cut into more messages where they would be too large', () => {
    const maxBytes = 5_000;
    const shards = splitWork(workOf(fleet(1_000)), { looksPerShard: 1_000, workers: 4, maxBytes });
    expect(Math.max(...shards.map((shard) => shardMessageText(shard).length))).toBeLessThanOrEqual(maxBytes);
    expect(shards).toHaveLength(32);
  });

  it('has another first message in each poll, so that the same ones are not always late', () => {
    const firsts = Array.from({ length: 64 }, (_, poll) => {
      const startedAt = NOON + poll * MINUTE;
      const [first] = splitWork(workOf([], { looks: 80, startedAt, deadline: startedAt + MINUTE }), OPTIONS);
      return first?.range.from;
    });
    const counted = [...Map.groupBy(firsts, (from) => from).values()].map(({ length }) => length);
    expect(counted).toHaveLength(8);
    expect(Math.min(...counted)).toBeGreaterThanOrEqual(7);
  });

  it('of 100,000 tasks is 64 messages, of less than 200 KB each', () => {
    const work = workOf(fleet(100_000));
    const shards = splitWork(work, { looksPerShard: 2_500, workers: 10 });
    expect(shards).toHaveLength(64);
    expect(Math.max(...shards.map((shard) => shardMessageText(shard).length))).toBeLessThan(200_000);
    expect(shards.reduce((sum, { sweep }) => sum + sweep.tasks.size, 0)).toBe(100_000);
  });
});

describe('a message', () => {
  const [shard] = splitWork(workOf(fleet(3)), OPTIONS);
  const text = shard === undefined ? '' : shardMessageText(shard);

  it('is this', () => {
    expect(JSON.parse(text)).toEqual({
      version: 1,
      startedAt: NOON,
      deadline: NOON + MINUTE,
      range: [0, 2 ** 32],
      share: 1,
      state: { watchingSince: NOON - MINUTE },
      sweep: {
        complete: true,
        statuses: ['COMPLETED', 'IN_PROGRESS'],
        configurations: ['configuration0', 'configuration1', 'configuration2'],
        tasks: [
          ['task0000000000000000000000000000', 0, 0, NOON, NOON],
          ['task0000000000000000000000000001', 1, 1, NOON - 1, NOON + 1],
          ['task0000000000000000000000000002', 1, 2, NOON - 2, NOON + 2],
        ],
      },
    });
  });

  it.each([
    ['no JSON', () => 'canary', 'all of it (invalid_type)'],
    ['nothing', () => 'null', 'all of it (invalid_type)'],
    ['a later version', () => text.replace('"version":1', '"version":2'), 'version (invalid_value)'],
    ['no deadline', () => text.replace('"deadline"', '"canary"'), 'deadline (invalid_type)'],
    ['an empty range', () => text.replace('[0,4294967296]', '[5,5]'), 'range (custom)'],
    ['a range off the ring', () => text.replace('4294967296', '4294967297'), 'range.1 (too_big)'],
    ['nobody at work', () => text.replace('"share":1', '"share":0'), 'share (too_small)'],
    ['a task without an id', () => text.replace(/"task0[^"]*"/, '""'), 'sweep.tasks.0.0 (too_small)'],
    [
      'a task of another shape',
      () => text.replace(/,0,0,\d+/, ',0,"canary",0'),
      'sweep.tasks.0.2 (invalid_type)',
    ],
    ['a status that it lacks', () => text.replace(',"IN_PROGRESS"', ''), 'sweep.statuses (custom)'],
    [
      'a configuration that it lacks',
      () => text.replace(',"configuration2"', ''),
      'sweep.configurations (custom)',
    ],
  ])('with %s is refused, and nothing of it is quoted', (_, broken, where) => {
    expect(() => parseShardMessage(broken())).toThrow(
      expect.objectContaining({ name: 'ShardMessageError', message: `This is no part of a poll: ${where}` }),
    );
  });
});
