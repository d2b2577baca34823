import { expect, it } from 'vitest';
import type { HistoryPage, HistoryRow } from '../../../../lib/api/generated/api.ts';
import { goOn, NOT_SEARCHED, type Search } from '../../../../web/src/audit/search.ts';
import { counts } from '../../../support/builders.ts';

const row = (sequence: number): HistoryRow => ({
  schemaVersion: '1',
  eventId: `t:${sequence}`,
  taskId: 't',
  sequence,
  observedAt: '2026-11-22T12:00:00.000Z',
  detailType: 'OTA Task Progressed',
  published: true,
  status: 'IN_PROGRESS',
  counts: counts({}),
  hash: 'h',
  day: '2026-11-22',
});
const [A, B] = [row(2), row(1)];
const DAY = '2026-11-20T00:00:00.000Z';

/** Pages that stand under the cursors 1, 2, …; those after them are empty, without end. */
function pages(...all: HistoryPage[]) {
  const asked: (string | undefined)[] = [];
  return {
    asked,
    read: async (cursor: string | undefined): Promise<HistoryPage> => {
      asked.push(cursor);
      const at = Number(cursor ?? 0);
      return all[at] ?? { items: [], next: String(at + 1), searchedThrough: DAY };
    },
  };
}

async function searched(from: Search, { read }: ReturnType<typeof pages>, signal = AbortSignal.any([])) {
  const told: Search[] = [];
  await goOn(from, read, signal, (search) => told.push(search));
  return told;
}

it('ends with the last page', async () => {
  expect(await searched(NOT_SEARCHED, pages({ items: [A, B] }))).toEqual([
    { phase: 'searching', rows: [] },
    { phase: 'done', rows: [A, B] },
  ]);
});

it('waits once there are rows, and then goes on from there', async () => {
  const history = pages({ items: [A], next: '1' }, { items: [B] });
  const [, first = NOT_SEARCHED] = await searched(NOT_SEARCHED, history);
  expect(first).toEqual({ phase: 'more', rows: [A], next: '1' });
  expect((await searched(first, history)).at(-1)).toEqual({ phase: 'done', rows: [A, B] });
  expect(history.asked).toEqual([undefined, '1']);
});

it('goes on by itself while pages are empty, and tells how far it is', async () => {
  const history = pages({ items: [], next: '1', searchedThrough: DAY }, { items: [A] });
  expect(await searched(NOT_SEARCHED, history)).toEqual([
    { phase: 'searching', rows: [] },
    { phase: 'searching', rows: [], next: '1', searchedThrough: DAY },
    { phase: 'done', rows: [A] },
  ]);
});

it('does not go on for ever', async () => {
  const history = pages();
  const told = await searched(NOT_SEARCHED, history);
  expect(told.at(-1)).toEqual({ phase: 'paused', rows: [], next: '25', searchedThrough: DAY });
  expect(history.asked).toHaveLength(25);
});

it('keeps what it has when it fails, and can go on', async () => {
  const error = new Error('gone');
  const from: Search = { phase: 'more', rows: [A], next: '1' };
  const failing = { asked: [], read: () => Promise.reject(error) };
  const [, failed = NOT_SEARCHED] = await searched(from, failing);
  expect(failed).toEqual({ phase: 'failed', rows: [A], next: '1', error });
  const [again, done] = await searched(failed, pages({ items: [] }, { items: [B] }));
  expect(again).toEqual({ phase: 'searching', rows: [A], next: '1' });
  expect(done).toEqual({ phase: 'done', rows: [A, B] });
});

it('says nothing more once it is stopped', async () => {
  const stopping = new AbortController();
  const read = async () => {
    stopping.abort();
    return { items: [A] };
  };
  const told = await searched(NOT_SEARCHED, { asked: [], read }, stopping.signal);
  expect(told).toEqual([{ phase: 'searching', rows: [] }]);
  const failing = { asked: [], read: () => Promise.reject(new Error('aborted')) };
  expect(await searched(NOT_SEARCHED, failing, AbortSignal.abort())).toEqual([
    { phase: 'searching', rows: [] },
  ]);
});
