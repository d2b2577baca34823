import { describe, expect, it } from 'vitest';
import { canonicalHash } from '../../../lib/canonical-hash.ts';
import { appendRows, type ChainContext } from '../../../lib/domain/chain.ts';
import { diff, startTracking } from '../../../lib/domain/diff.ts';
import type { HistoryRow, TaskEvent } from '../../../lib/domain/events.ts';
import {
  applyDiff,
  clearDelivered,
  forgetRequest,
  isLeftAlone,
  isOutboxFull,
  leftAlone,
  nextToPublish,
  nextToRecord,
  type RequestedTask,
  relink,
  retire,
  setAside,
} from '../../../lib/domain/tracked.ts';
import { context, counts, facts, liveTask, NOON, snapshot } from '../../support/builders.ts';

const chain: ChainContext = { now: NOON, hash: canonicalHash };
const progressed = (published: boolean): TaskEvent => ({
  detailType: 'OTA Task Progressed',
  published,
  body: { previousCounts: counts() },
});

/** A live task with rows 1, 2, 3 …, published or not as given. */
function withOutbox(published: readonly boolean[], recordedThrough: number) {
  const { head, rows } = appendRows(undefined, facts(), published.map(progressed), chain);
  return liveTask({ ...(head && { head }), outbox: rows, recordedThrough });
}
const sequences = (rows: readonly HistoryRow[]) => rows.map(({ sequence }) => sequence);

describe('applyDiff', () => {
  it('makes an item of a task that is seen for the first time', () => {
    const result = startTracking(facts(), 'discovered', context());
    const { head, rows } = appendRows(undefined, facts(), result.events, chain);
    expect(applyDiff(undefined, undefined, result, chain)).toEqual({
      state: 'live',
      taskId: 'task1',
      version: 0,
      head,
      snapshot: result.snapshot,
      outbox: rows,
      recordedThrough: 0,
    });
  });

  it('goes on behind the history of a task that is tracked again', () => {
    const request: RequestedTask = { state: 'requested', taskId: 'task1', version: 4 };
    const result = startTracking(facts({ status: 'COMPLETED' }), 'requested', context());
    const next = applyDiff(request, { sequence: 9, hash: 'h9', publishedSequence: 9 }, result, chain);
    expect(sequences(next.outbox)).toEqual([10, 11]);
    expect(next).toMatchObject({ version: 4, recordedThrough: 9, stopped: 'completed' });
  });

  it('queues new events behind those that are not delivered', () => {
    const before = withOutbox([true, true], 2);
    const result = diff(before.snapshot, facts({ status: 'PAUSED' }), context());
    const next = applyDiff(before, before.head, result, chain);
    expect(next.outbox.slice(0, 2)).toEqual(before.outbox);
    expect(sequences(next.outbox)).toEqual([1, 2, 3]);
    expect(next.recordedThrough).toBe(2);
  });

  it('keeps an item without a history as it is when nothing happened', () => {
    const quiet = { snapshot: snapshot(), events: [] };
    expect(applyDiff(undefined, undefined, quiet, chain)).toEqual(liveTask({ version: 0 }));
  });
});

describe('isOutboxFull', () => {
  it('is bounded in events', () => {
    expect(
      isOutboxFull(
        withOutbox(
          Array.from({ length: 99 }, () => true),
          0,
        ),
      ),
    ).toBe(false);
    expect(
      isOutboxFull(
        withOutbox(
          Array.from({ length: 100 }, () => true),
          0,
        ),
      ),
    ).toBe(true);
  });

  it.each([
    ['x', 100_000, true],
    ['界', 33_334, true],
    ['x', 33_334, false],
  ])('is bounded in bytes: %s %i times', (character, times, full) => {
    const large = withOutbox([true], 0);
    const outbox = large.outbox.map((row) => ({ ...row, description: character.repeat(times) }));
    expect(isOutboxFull({ ...large, outbox })).toBe(full);
  });
});

it.each([
  [0, 1],
  [1, 2],
  [2, undefined],
])('the next to record behind %i is %s', (recordedThrough, next) => {
  expect(nextToRecord(withOutbox([true, false], recordedThrough))?.sequence).toBe(next);
});

describe('nextToPublish', () => {
  it.each([
    ['nothing', [], 0, [], undefined],
    ['the oldest', [true, true], 2, [], 1],
    ['the next once that is accepted', [true, true], 2, [1], 2],
    ['nothing once all are accepted', [true, true], 2, [1, 2], undefined],
    ['never what is only for the history', [false, true, false], 3, [], 2],
    ['nothing that is not in the history yet', [true, true], 0, [], undefined],
    ['nothing behind the history', [true, true], 1, [1], undefined],
  ])('%s', (_, published, recordedThrough, accepted, next) => {
    expect(nextToPublish(withOutbox(published, recordedThrough), new Set(accepted))?.sequence).toBe(next);
  });
});

describe('clearDelivered', () => {
  it.each([
    ['keeps what is not recorded', [true, false], 0, [], [1, 2]],
    ['keeps what the bus has not accepted', [true, true], 2, [1], [2]],
    ['drops what is only for the history once it is there', [true, false, true, false], 3, [], [1, 3, 4]],
    ['drops all', [true, false], 2, [1], []],
  ])('%s', (_, published, recordedThrough, accepted, left) => {
    const cleared = clearDelivered(withOutbox(published, recordedThrough), new Set(accepted));
    expect(sequences(cleared.outbox)).toEqual(left);
  });
});

describe('setAside', () => {
  it('keeps no more of a code than a code may have', () => {
    const refused = { sequence: 1, code: 'x'.repeat(129), message: '' };
    expect(setAside(liveTask(), refused, chain).outbox).toMatchObject([{ errorCode: 'x'.repeat(128) }]);
  });

  it('takes the event out and notes it in the history', () => {
    const before = withOutbox([true, true], 2);
    const message = `${'m'.repeat(511)}😀 and more`;
    const after = setAside(before, { sequence: 1, code: 'MalformedDetail', message }, chain);
    expect(sequences(after.outbox)).toEqual([2, 3]);
    expect(after.outbox[1]).toMatchObject({
      detailType: 'OTA Task Event Set Aside',
      published: false,
      setAsideSequence: 1,
      errorCode: 'MalformedDetail',
      errorMessage: `${'m'.repeat(511)}\ufffd`,
      previousHash: before.outbox[1]?.hash,
    });
    expect(after.head).toEqual({ sequence: 3, hash: after.outbox[1]?.hash, publishedSequence: 2 });
  });
});

describe('relink', () => {
  it('numbers what is in no history anew, and leaves what is', () => {
    const before = withOutbox([true, true, true], 1);
    const after = relink(before, { sequence: 6, hash: 'h6', publishedSequence: 6 }, [], canonicalHash);
    expect(after.outbox[0]).toEqual(before.outbox[0]);
    expect(after.outbox.slice(1)).toMatchObject([
      { sequence: 7, eventId: 'task1:7', previousHash: 'h6', previousSequence: 6 },
      { sequence: 8, eventId: 'task1:8', previousHash: after.outbox[1]?.hash, previousSequence: 7 },
    ]);
    expect(after).toMatchObject({ recordedThrough: 6, head: { sequence: 8, publishedSequence: 8 } });
  });

  it('begins anew behind no history', () => {
    const before = liveTask();
    expect(relink(before, undefined, [], canonicalHash)).toEqual(before);
  });

  it('offers what the history has there once more, between what is recorded and what is numbered anew', () => {
    const before = withOutbox([true, true], 1);
    const missed = withOutbox([true, true, false, true, true], 5)
      .outbox.slice(1)
      .filter(({ published }) => published);
    const after = relink(before, { sequence: 4, hash: 'h4', publishedSequence: 4 }, missed, canonicalHash);
    expect(after.outbox.slice(0, 3)).toEqual([before.outbox[0], missed[0], missed[1]]);
    expect(after).toMatchObject({ recordedThrough: 4, head: { sequence: 5 } });
    expect(sequences(after.outbox)).toEqual([1, 2, 4, 5]);
  });

  it.each([
    ['all of a full outbox and one more look', 150, '', 150],
    ['the newest that there is room for', 100, 'x'.repeat(10_000), 18],
    ['the newest that there is room for, in bytes', 100, '界'.repeat(10_000), 6],
  ])('offers %s', (_, length, description, kept) => {
    const { outbox, head } = withOutbox(Array(length).fill(true), length);
    const missed = outbox.map((row) => ({ ...row, description }));
    const after = relink(liveTask(), head, missed, canonicalHash);
    expect(sequences(after.outbox)).toEqual(sequences(missed.slice(-kept)));
  });
});

describe('retire', () => {
  const head = { sequence: 3, hash: 'h3' };
  it.each([
    ['a task that goes on', liveTask({ head }), 'live'],
    ['a task with undelivered events', { ...withOutbox([true], 1), stopped: 'completed' as const }, 'live'],
    ['a task that ended', liveTask({ head, stopped: 'completed' }), 'ended'],
    ['a task that is not to be watched', liveTask({ head, stopped: 'requested' }), 'excluded'],
  ])('%s', (_, task, state) => {
    expect(retire(task, NOON).state).toBe(state);
  });

  it('remembers how it ended and the end of the history, for a week', () => {
    const ended = snapshot({ facts: facts({ status: 'DELETED' }) });
    expect(retire(liveTask({ head, snapshot: ended, stopped: 'deleted', version: 5 }), NOON)).toEqual({
      state: 'ended',
      taskId: 'task1',
      version: 5,
      head,
      expiresAt: NOON / 1000 + 7 * 86_400,
      last: {
        facts: facts({ status: 'DELETED' }),
        trackedSince: ended.trackedSince,
        endedAt: ended.rules.lastAt,
        stopped: 'deleted',
      },
    });
    expect(retire(liveTask({ stopped: 'requested' }), NOON)).toEqual({
      state: 'excluded',
      taskId: 'task1',
      version: 1,
    });
  });
});

describe('forgetRequest', () => {
  it.each([{}, { head: { sequence: 3, hash: 'h3' } }])('keeps %o', (head) => {
    expect(forgetRequest({ state: 'requested', taskId: 'task1', version: 2, ...head }, NOON)).toEqual({
      state: 'ended',
      taskId: 'task1',
      version: 2,
      ...head,
      expiresAt: NOON / 1000 + 7 * 86_400,
    });
  });
});

describe('a task that a poll leaves alone', () => {
  it('is none that was excluded', () => {
    expect(leftAlone({ taskId: 'task1' })).toEqual({ state: 'excluded', taskId: 'task1', version: 0 });
    expect(isLeftAlone(leftAlone({ taskId: 'task1' }))).toBe(true);
    expect(isLeftAlone({ state: 'excluded', taskId: 'task1', version: 1 })).toBe(false);
    expect(isLeftAlone({ state: 'requested', taskId: 'task1', version: 0 })).toBe(false);
  });
});
