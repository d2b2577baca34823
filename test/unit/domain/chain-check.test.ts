import { describe, expect, it } from 'vitest';
import { canonicalHash } from '../../../lib/canonical-hash.ts';
import { appendRows } from '../../../lib/domain/chain.ts';
import {
  type ChainProblem,
  type CheckedChain,
  checkEnd,
  checkRow,
  missingEnd,
  NOTHING_CHECKED,
} from '../../../lib/domain/chain-check.ts';
import type { TaskEvent } from '../../../lib/domain/events.ts';
import { facts, liveTask, NOON } from '../../support/builders.ts';

type Row = Readonly<Record<string, unknown>>;

const DAY_MS = 86_400_000;
const started: TaskEvent = {
  detailType: 'OTA Task Tracking Started',
  published: true,
  body: { reason: 'discovered' },
};

const rowsOf = (retentionDays?: number) =>
  appendRows(undefined, facts(), Array(6).fill(started), {
    now: NOON,
    hash: canonicalHash,
    ...(retentionDays !== undefined && { retentionDays }),
  }).rows;
const recorded = rowsOf();
const kept: readonly Row[] = recorded.map((row) => ({ ...row }));
const expiring: readonly Row[] = rowsOf(30).map((row) => ({ ...row }));

function check(rows: readonly Row[], now = NOON): { chain: CheckedChain; problems: ChainProblem[] } {
  const problems: ChainProblem[] = [];
  let chain = NOTHING_CHECKED;
  for (const row of rows) {
    const checked = checkRow(chain, row, { taskId: 'task1', hash: canonicalHash, now });
    chain = checked.chain;
    problems.push(...checked.problems);
  }
  return { chain, problems };
}

/** A row that was changed by somebody who knows how rows are hashed. */
function forged(row: Row | undefined, change: Row): Row {
  const { hash, ...content } = { ...row, ...change };
  return { ...content, hash: canonicalHash(content) };
}

const some = (rows: readonly Row[], ...sequences: number[]) =>
  rows.filter(({ sequence }) => sequences.includes(Number(sequence)));
const withRow = (sequence: number, change: (row: Row | undefined) => Row) =>
  kept.map((row) => (row.sequence === sequence ? change(row) : row));

describe('checkRow', () => {
  it('finds nothing in a whole chain', () => {
    expect(check(kept)).toEqual({
      chain: { rows: 6, last: { sequence: 6, firstSequence: 1, hash: kept[5]?.hash, hasExpired: false } },
      problems: [],
    });
  });

  it.each<
    readonly [what: string, rows: readonly Row[], problems: readonly (readonly [number, string, string])[]]
  >([
    [
      'a changed value',
      withRow(3, (row) => ({ ...row, status: 'COMPLETED' })),
      [[3, 'hash', 'Row 3 is not what it was when it was written.']],
    ],
    [
      'an attribute that was added',
      withRow(3, (row) => ({ ...row, note: '' })),
      [[3, 'hash', 'Row 3 is not what it was when it was written.']],
    ],
    [
      'a changed value with a hash made anew',
      withRow(3, (row) => forged(row, { status: 'COMPLETED' })),
      [[4, 'link', 'Row 4 does not continue row 3.']],
    ],
    [
      'no hash',
      withRow(6, ({ hash, ...row } = {}) => row),
      [[6, 'hash', 'Row 6 is not what it was when it was written.']],
    ],
    ['a row that is missing', some(kept, 1, 2, 4, 5, 6), [[4, 'gap', 'Row 3 is missing.']]],
    ['rows that are missing', some(kept, 1, 5, 6), [[5, 'gap', 'Rows 2 to 4 are missing.']]],
    [
      'the first row missing',
      some(kept, 2, 3),
      [[2, 'gap', 'Row 1 is missing, and row 2 is kept for good.']],
    ],
    [
      'a first row that is none',
      [forged(kept[0], { previousHash: 'h0' })],
      [[1, 'link', 'The first row names one before it.']],
    ],
    [
      'the event of another task',
      [forged(kept[0], { eventId: 'task2:1' })],
      [[1, 'identity', 'Row 1 has the id of another event.']],
    ],
    [
      'the row of another task',
      [forged(kept[0], { taskId: 'task2' })],
      [[1, 'identity', 'Row 1 is of another task.']],
    ],
    [
      'a row that hides on another day',
      [forged(kept[0], { day: '2020-01-01' })],
      [[1, 'identity', 'Row 1 is filed under another day than that of its observation.']],
    ],
    [
      'a row without an instant',
      [forged(kept[0], { observedAt: 1 })],
      [[1, 'identity', 'Row 1 is filed under another day than that of its observation.']],
    ],
  ])('finds %s', (_, rows, problems) => {
    expect(check(rows).problems).toEqual(
      problems.map(([sequence, kind, message]) => ({ sequence, kind, message })),
    );
  });

  it('begins behind the rows that have expired', () => {
    const { chain, problems } = check(some(expiring, 3, 4));
    expect([chain, problems]).toEqual([
      { rows: 2, last: { sequence: 4, firstSequence: 3, hash: expiring[3]?.hash, hasExpired: false } },
      [],
    ]);
  });

  it('begins anew behind a row whose time is up, since the next ones may be gone before it', () => {
    const later = NOON + 30 * DAY_MS;
    expect(check(some(expiring, 2, 3, 6), later)).toEqual({
      chain: { rows: 3, last: { sequence: 6, firstSequence: 6, hash: expiring[5]?.hash, hasExpired: true } },
      problems: [],
    });
    expect(check(some(expiring, 2, 3, 6), later - 1).problems).toEqual([
      { sequence: 6, kind: 'gap', message: 'Rows 4 to 5 are missing.' },
    ]);
  });

  it('finds rows that are missing behind one of which somebody says that its time was up', () => {
    const rows = [...kept.slice(0, 2), forged(kept[2], { expiresAt: 1 }), ...kept.slice(4)];
    expect(check(rows).problems).toEqual([
      { sequence: 5, kind: 'gap', message: 'Row 4 is missing, and row 5 is kept for good.' },
    ]);
  });

  it('finds a row behind expired ones that says it is the first', () => {
    const { previousHash, ...row } = expiring[3] ?? {};
    expect(check([forged(row, {})]).problems).toEqual([
      { sequence: 4, kind: 'link', message: 'Row 4 names no row before it.' },
    ]);
  });
});

describe('checkEnd', () => {
  const headAt = (sequence: number) => ({ sequence, hash: recorded[sequence - 1]?.hash ?? '' });
  const ended = { state: 'ended', taskId: 'task1', version: 1, expiresAt: 0, head: headAt(4) } as const;
  const live = (recordedThrough: number) =>
    liveTask({ recordedThrough, outbox: recorded.slice(recordedThrough), head: headAt(6) });
  const upTo = (sequence: number) => check(kept.slice(0, sequence)).chain;
  const known = { kind: 'known', problems: [] };
  const problem = (sequence: number, message: string) => ({
    kind: 'known',
    problems: [{ sequence, kind: 'head', message }],
  });

  it.each([
    ['the end of an ended task', upTo(4), ended, known],
    ['the end of a live task', upTo(6), live(6), known],
    ['rows that are on their way', upTo(3), live(3), known],
    ['rows that were recorded and are not noted yet', upTo(5), live(3), known],
    [
      'nothing of a task that was asked for',
      NOTHING_CHECKED,
      { state: 'requested', taskId: 'task1', version: 1 } as const,
      known,
    ],
    ['nothing of a task that cannot be read', NOTHING_CHECKED, undefined, { kind: 'unknown' }],
    ['rows of a task that nobody remembers', upTo(3), undefined, { kind: 'unknown' }],
    [
      'rows of a task that is asked for again',
      upTo(3),
      { state: 'requested', taskId: 'task1', version: 1 } as const,
      { kind: 'unknown' },
    ],
    ['a tail that is missing', upTo(3), ended, { kind: 'behind', recordedThrough: 4 }],
    ['a tail of a live task that is missing', upTo(4), live(5), { kind: 'behind', recordedThrough: 5 }],
    ['all rows missing', NOTHING_CHECKED, ended, { kind: 'behind', recordedThrough: 4 }],
    [
      'a tail of a task that is watched no longer that is missing',
      upTo(3),
      { ...ended, state: 'excluded' } as const,
      { kind: 'behind', recordedThrough: 4 },
    ],
    ['more rows than were written', upTo(5), ended, problem(5, 'The poll knows no row after 4.')],
    [
      'another last row',
      upTo(4),
      { ...ended, head: { sequence: 4, hash: 'h' } },
      problem(4, 'Row 4 is not the one that the poll has recorded.'),
    ],
    [
      'another last row than the one that the next one continues',
      upTo(3),
      liveTask({
        recordedThrough: 3,
        outbox: recorded.slice(3).map((row) => ({ ...row, previousHash: 'h' })),
        head: headAt(6),
      }),
      problem(3, 'Row 3 is not the one that the poll has recorded.'),
    ],
    [
      'rows of which the poll does not know the hash any more',
      upTo(5),
      liveTask({ recordedThrough: 5, outbox: [], head: headAt(6) }),
      known,
    ],
  ])('tells of %s', (_, chain, task, expected) => {
    expect(checkEnd(chain, task)).toEqual(expected);
  });
});

describe('missingEnd', () => {
  it.each([
    [2, 3, 'Row 3 is missing, which the poll has recorded.'],
    [2, 5, 'Rows 3 to 5 are missing, which the poll has recorded.'],
    [0, 5, 'Rows 1 to 5 are missing, which the poll has recorded, unless expired.'],
  ])('names what is missing after %i up to %i', (checked, recordedThrough, message) => {
    expect(missingEnd(check(kept.slice(0, checked)).chain, recordedThrough)).toEqual({
      sequence: checked,
      kind: 'head',
      message,
    });
  });

  it('allows for rows that have expired', () => {
    const { chain } = check(expiring.slice(0, 3), NOON + 30 * DAY_MS);
    expect(missingEnd(chain, 4).message).toBe(
      'Row 4 is missing, which the poll has recorded, unless expired.',
    );
  });
});
