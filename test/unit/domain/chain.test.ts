import { describe, expect, it } from 'vitest';
import { canonicalHash } from '../../../lib/canonical-hash.ts';
import { appendRows, relinkRows } from '../../../lib/domain/chain.ts';
import { detailOf, type TaskEvent } from '../../../lib/domain/events.ts';
import { facts, NOON } from '../../support/builders.ts';

const started: TaskEvent = {
  detailType: 'OTA Task Tracking Started',
  published: true,
  body: { reason: 'discovered' },
};
const aside: TaskEvent = {
  detailType: 'OTA Task Event Set Aside',
  published: false,
  body: { setAsideSequence: 1, errorCode: 'MalformedDetail' },
};
const stopped: TaskEvent = {
  detailType: 'OTA Task Tracking Stopped',
  published: true,
  body: { reason: 'completed' },
};
const seen = facts({
  description: 'spring release',
  lastUpdatedAt: '2026-11-22T11:59:58.500Z',
  endTime: '2026-11-23T00:00:00.000Z',
  endBehavior: 'CANCEL',
});

describe('appendRows', () => {
  const { head, rows } = appendRows(undefined, seen, [started, aside, stopped], {
    now: NOON,
    hash: canonicalHash,
    retentionDays: 30,
  });
  const { endTime, endBehavior, ...common } = seen;

  it('begins a history', () => {
    const row = {
      schemaVersion: '1',
      observedAt: '2026-11-22T12:00:00.000Z',
      ...common,
      reason: 'discovered',
      detailType: 'OTA Task Tracking Started',
      published: true,
      day: '2026-11-22',
      expiresAt: NOON / 1000 + 30 * 86_400,
      sequence: 1,
      eventId: 'task1:1',
    };
    expect(rows[0]).toEqual({ ...row, hash: canonicalHash(row) });
  });

  it('links each row to the one before, and each published one to the published one before', () => {
    expect(
      rows.map(({ sequence, previousSequence, previousHash }) => ({
        sequence,
        previousSequence,
        previousHash,
      })),
    ).toEqual([
      { sequence: 1, previousSequence: undefined, previousHash: undefined },
      { sequence: 2, previousSequence: 1, previousHash: rows[0]?.hash },
      { sequence: 3, previousSequence: 1, previousHash: rows[1]?.hash },
    ]);
    expect(head).toEqual({ sequence: 3, hash: rows[2]?.hash, publishedSequence: 3 });
  });

  it('goes on where a history ended', () => {
    const next = appendRows({ sequence: 7, hash: 'h7' }, seen, [aside], { now: NOON, hash: canonicalHash });
    expect(next.rows[0]).toMatchObject({ sequence: 8, eventId: 'task1:8', previousHash: 'h7' });
    expect(next.rows[0]).not.toHaveProperty('previousSequence');
    expect(next.rows[0]).not.toHaveProperty('expiresAt');
    expect(next.head).toEqual({ sequence: 8, hash: next.rows[0]?.hash });
  });

  it('adds nothing for no events', () => {
    expect(appendRows(undefined, seen, [], { now: NOON, hash: canonicalHash })).toEqual({
      head: undefined,
      rows: [],
    });
  });

  it('hashes alike whatever the order of the fields', () => {
    for (const { hash, ...row } of rows) {
      expect(canonicalHash(Object.fromEntries(Object.entries(row).reverse()))).toBe(hash);
      expect(canonicalHash({ ...row, status: 'OTHER' })).not.toBe(hash);
    }
  });
});

describe('relinkRows', () => {
  it('gives rows another place and so another identity, and nothing else', () => {
    const { rows } = appendRows(undefined, seen, [started, stopped], { now: NOON, hash: canonicalHash });
    const at5 = { sequence: 5, hash: 'h5', publishedSequence: 4 };
    const expected = appendRows(at5, seen, [started, stopped], { now: NOON, hash: canonicalHash });
    expect(relinkRows(at5, rows, canonicalHash)).toEqual(expected);
  });
});

describe('detailOf', () => {
  it('is the row without what concerns only the table', () => {
    const { rows } = appendRows({ sequence: 1, hash: 'h1' }, seen, [stopped], {
      now: NOON,
      hash: canonicalHash,
      retentionDays: 1,
    });
    const [row] = rows;
    const { endTime, endBehavior, ...common } = seen;
    expect(row && detailOf(row)).toEqual({
      schemaVersion: '1',
      eventId: 'task1:2',
      sequence: 2,
      observedAt: '2026-11-22T12:00:00.000Z',
      ...common,
      reason: 'completed',
      hash: row?.hash,
    });
  });
});
