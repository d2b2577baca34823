import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { batchEntries, entryOf, entrySize } from '../../../../lib/aws/put-events.ts';
import { canonicalHash } from '../../../../lib/canonical-hash.ts';
import { appendRows } from '../../../../lib/domain/chain.ts';
import type { HistoryRow } from '../../../../lib/domain/events.ts';
import type { TaskFacts } from '../../../../lib/domain/task.ts';
import { facts, NOON } from '../../../support/builders.ts';
import { expectValidEvent } from '../../../support/event-schemas.ts';

function rowOf(overrides: Partial<TaskFacts> = {}): HistoryRow {
  const { rows } = appendRows(
    { sequence: 6, hash: '0'.repeat(64), publishedSequence: 4 },
    facts({ description: 'größer 🔒', ...overrides }),
    [{ detailType: 'OTA Task Tracking Started', published: true, body: { reason: 'discovered' } }],
    { now: NOON + 123, hash: canonicalHash, retentionDays: 30 },
  );
  const [row] = rows;
  if (row === undefined) throw new Error('No row');
  return row;
}

describe('entryOf', () => {
  it('makes an entry of a row, without what concerns only the table', () => {
    const row = rowOf();
    const { detailType, published, previousHash, day, expiresAt, ...detail } = row;
    const { Detail, ...entry } = entryOf(row, 'bus1');
    expect(entry).toEqual({
      EventBusName: 'bus1',
      Source: 'ota-watch',
      DetailType: 'OTA Task Tracking Started',
      Time: new Date(NOON + 123),
      Resources: ['arn:aws:iotmanagedintegrations:eu-west-1:123456789012:ota-task/task1'],
    });
    expect(JSON.parse(Detail ?? '')).toEqual(detail);
  });

  it('makes what the contract promises', () => {
    const { Source, DetailType, Resources, Time, Detail } = entryOf(rowOf(), 'bus1');
    expectValidEvent({
      source: Source ?? '',
      detailType: DetailType ?? '',
      resources: Resources ?? [],
      time: Time ?? '',
      detail: JSON.parse(Detail ?? ''),
    });
  });

  it('makes the same entry of the same row', () => {
    expect(entryOf(rowOf(), 'bus1')).toEqual(entryOf(rowOf(), 'bus1'));
  });

  it('marks an event that is published again, and leaves all else as it was', () => {
    const { Detail = '', ...entry } = entryOf(rowOf(), 'bus1');
    const { Detail: again = '', ...entryAgain } = entryOf(rowOf(), 'bus1', { replay: true });
    expect(entryAgain).toEqual(entry);
    expect(again).not.toBe(Detail);
    expect(again.replace(',"replay":true', '')).toBe(Detail);
    expectValidEvent({
      source: entryAgain.Source ?? '',
      detailType: entryAgain.DetailType ?? '',
      resources: entryAgain.Resources ?? [],
      time: entryAgain.Time ?? '',
      detail: JSON.parse(again),
    });
  });

  it('has no resource where the row has no ARN', () => {
    const { taskArn, ...row } = rowOf();
    expect(entryOf(row, 'bus1').Resources).toEqual([]);
  });
});

describe('entrySize', () => {
  it.each([
    ['nothing', {}, 0],
    ['a time', { Time: new Date(NOON) }, 14],
    ['a source', { Source: 'ota-watch' }, 9],
    [
      'all',
      { Time: new Date(NOON), Source: 'ab', DetailType: 'cde', Detail: '{}', Resources: ['fg', 'h'] },
      24,
    ],
    ['characters of 2, 3 and 4 bytes', { Detail: 'é€🔒' }, 9],
    ['no bus name', { EventBusName: 'bus1' }, 0],
  ])('of %s', (_, entry, bytes) => {
    expect(entrySize(entry)).toBe(bytes);
  });
});

describe('batchEntries', () => {
  const MAX_BYTES = 200_000;
  const item = (bytes: number, id = 0) => ({ id, entry: { Detail: 'x'.repeat(bytes) } });
  const sizes = (batches: { entry: { Detail: string } }[][]) =>
    batches.map((batch) => batch.map(({ entry }) => entry.Detail.length));

  it.each<[what: string, bytes: readonly number[], batches: readonly (readonly number[])[]]>([
    ['nothing', [], []],
    ['one', [5], [[5]]],
    ['ten', Array(10).fill(1), [Array(10).fill(1)]],
    ['eleven', Array(11).fill(1), [Array(10).fill(1), [1]]],
    ['as many bytes as may go together', [150_000, 50_000], [[150_000, 50_000]]],
    ['one byte more', [150_000, 50_001], [[150_000], [50_001]]],
    ['one that is too large for any request', [1, 300_000, 1], [[1], [300_000], [1]]],
  ])('%s', (_, bytes, batches) => {
    expect(sizes(batchEntries(bytes.map((size) => item(size))))).toEqual(batches);
  });

  it('counts bytes, not characters', () => {
    const batches = batchEntries([
      { entry: { Detail: '€'.repeat(40_000) } },
      { entry: { Detail: '€'.repeat(40_000) } },
    ]);
    expect(batches).toHaveLength(2);
  });

  it('keeps the order, and the limits, and makes no more requests than that takes', () => {
    const bytes = fc.oneof(fc.nat({ max: 30_000 }), fc.nat({ max: 250_000 }));
    fc.assert(
      fc.property(fc.array(bytes, { maxLength: 60 }), (all) => {
        const items = all.map(item);
        const batches = batchEntries(items);
        expect(batches.flat()).toEqual(items);
        batches.forEach((batch, index) => {
          const size = batch.reduce((sum, { entry }) => sum + entrySize(entry), 0);
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(10);
          if (batch.length > 1) expect(size).toBeLessThanOrEqual(MAX_BYTES);
          const next = batches[index + 1]?.[0];
          if (next !== undefined && batch.length < 10)
            expect(size + entrySize(next.entry)).toBeGreaterThan(MAX_BYTES);
        });
      }),
    );
  });
});
