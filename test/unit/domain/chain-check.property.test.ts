import fc, { type JsonValue } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalHash, canonicalJson } from '../../../lib/canonical-hash.ts';
import { appendRows, type Head } from '../../../lib/domain/chain.ts';
import { type ChainProblem, checkRow, expiredIn, NOTHING_CHECKED } from '../../../lib/domain/chain-check.ts';
import { checkEnd, type Findings, missingEnd } from '../../../lib/domain/chain-end.ts';
import type { HistoryRow, TaskEvent } from '../../../lib/domain/events.ts';
import type { EndedTask, TrackedTask } from '../../../lib/domain/tracked.ts';
import { facts, liveTask, NOON } from '../../support/builders.ts';
import { rolloutHistory } from '../../support/history-rows.ts';

type Row = Readonly<Record<string, unknown>>;

const DAY_MS = 86_400_000;
const EVENT: TaskEvent = {
  detailType: 'OTA Task Event Set Aside',
  published: false,
  body: { setAsideSequence: 1, errorCode: 'x', errorMessage: 'x' },
};

/** Histories of simulated rollouts. The rows of some will expire. */
const histories = Array.from({ length: 12 }, (_, seed): Row[] =>
  rolloutHistory(seed, seed % 3 === 0 ? 30 : undefined).map((row) => ({ ...row })),
).filter(({ length }) => length > 1);
const aHistory = fc.constantFrom(...histories);
const aPlace = aHistory.chain((rows) => fc.tuple(fc.constant(rows), fc.nat({ max: rows.length - 1 })));

/** A hash that cannot even be made a text. */
const OF_A_HASH: [[Row[], number], number, JsonValue, boolean][] = histories
  .slice(0, 1)
  .map((rows) => [[rows, 0], namesOf(rows[0]).indexOf('hash'), { toString: null }, false]);

/** All that is found in rows where the poll knows the task. */
function problemsOf(rows: readonly Row[], task: TrackedTask, now = NOON): Findings {
  const problems: ChainProblem[] = [];
  let chain = NOTHING_CHECKED;
  for (const row of rows) {
    const checked = checkRow(chain, row, { taskId: task.taskId, hash: canonicalHash, now });
    chain = checked.chain;
    problems.push(...checked.problems);
  }
  const end = checkEnd(chain, task, now);
  const found = end.kind === 'behind' ? missingEnd(chain, end.recordedThrough, end.task, now) : end;
  return { broken: [...problems, ...found.broken], expired: [...expiredIn(chain), ...found.expired] };
}

/** All that is wrong with rows, where the poll has recorded others. */
function brokenOf(rows: readonly Row[], recorded: readonly Row[]): readonly ChainProblem[] {
  const { taskId, sequence, hash } = recorded.at(-1) ?? {};
  const head = { sequence: Number(sequence), hash: String(hash) };
  const task: EndedTask = { state: 'ended', taskId: String(taskId), version: 1, head, expiresAt: 0 };
  const { broken, expired } = problemsOf(rows, task);
  return [...broken, ...expired];
}

/** The key cannot be changed: a row with another key is another row. */
function namesOf(row: Row = {}): string[] {
  return Object.keys(row).filter((name) => name !== 'taskId' && name !== 'sequence');
}

function rehashed({ hash, ...content }: Row): Row {
  return { ...content, hash: canonicalHash(content) };
}

describe('the check of a chain', () => {
  it('finds nothing in the histories of rollouts', () => {
    expect(histories.length).toBeGreaterThan(8);
    for (const rows of histories) expect(brokenOf(rows, rows)).toEqual([]);
  });

  it('finds any change of any row, whether or not the row is hashed anew', () =>
    fc.assert(
      fc.property(
        aPlace,
        fc.nat(),
        fc.jsonValue(),
        fc.boolean(),
        ([rows, place], which, value, isHashedAnew) => {
          const row = rows[place] ?? {};
          const names = namesOf(row);
          const changed = { ...row, [names[which % names.length] ?? '']: value };
          const tampered = isHashedAnew ? rehashed(changed) : changed;
          fc.pre(canonicalJson(tampered) !== canonicalJson(row));
          expect(brokenOf(rows.with(place, tampered), rows)).not.toEqual([]);
        },
      ),
      { numRuns: 300, examples: OF_A_HASH },
    ));

  it('finds any attribute that is taken from a row, or added to it', () =>
    fc.assert(
      fc.property(aPlace, fc.nat(), fc.string(), ([rows, place], which, added) => {
        const row = rows[place] ?? {};
        const names = namesOf(row);
        const { [names[which % names.length] ?? '']: _, ...less } = row;
        expect(brokenOf(rows.with(place, less), rows)).not.toEqual([]);
        fc.pre(!Object.hasOwn(row, added));
        const more = { ...row, [added]: null };
        expect(brokenOf(rows.with(place, more), rows)).toMatchObject([{ kind: 'hash' }]);
      }),
    ));

  it('finds rows that are missing, save for first ones that may have expired', () =>
    fc.assert(
      fc.property(
        aHistory.chain((rows) =>
          fc.tuple(fc.constant(rows), fc.subarray(rows, { maxLength: rows.length - 1 })),
        ),
        ([rows, left]) => {
          const isTail = left.length > 0 && canonicalJson(left) === canonicalJson(rows.slice(-left.length));
          const mayExpire = rows[0]?.expiresAt !== undefined;
          const problems = brokenOf(left, rows);
          if (isTail && mayExpire) expect(problems).toEqual([]);
          else expect(problems).not.toEqual([]);
        },
      ),
      { numRuns: 300 },
    ));

  it('finds each end that is cut off', () => {
    for (const rows of histories) {
      for (let length = 0; length < rows.length; length += 1) {
        expect(brokenOf(rows.slice(0, length), rows)).toMatchObject([{ kind: 'head', sequence: length }]);
      }
    }
  });

  it('finds rows that have changed places', () =>
    fc.assert(
      fc.property(aPlace, fc.nat(), fc.boolean(), ([rows, one], which, isHashedAnew) => {
        const other = (one + 1 + (which % (rows.length - 1))) % rows.length;
        const put = (from: number, to: number): Row => {
          const moved = { ...rows[from], sequence: rows[to]?.sequence };
          return isHashedAnew ? rehashed(moved) : moved;
        };
        const swapped = rows.with(one, put(other, one)).with(other, put(one, other));
        expect(brokenOf(swapped, rows)).not.toEqual([]);
      }),
    ));

  it('finds a row that somebody appended', () =>
    fc.assert(
      fc.property(aHistory, (rows) => {
        const last = rows.at(-1) ?? {};
        const sequence = Number(last.sequence) + 1;
        const eventId = `${last.taskId}:${sequence}`;
        const appended = rehashed({ ...last, sequence, eventId, previousHash: last.hash });
        expect(brokenOf([...rows, appended], rows)).toMatchObject([{ kind: 'head', sequence }]);
      }),
    ));

  /** Days on which something happened, and how many days later somebody looks. */
  const aLife = fc.record({
    days: fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 12 }),
    after: fc.nat({ max: 100 }),
    /** Of the rows whose time is up, which have gone. */
    gone: fc.infiniteStream(fc.boolean()),
  });
  /** Days; infinitely many where rows are kept for good. */
  const aRetention = fc.constantFrom(Number.POSITIVE_INFINITY, 90, 30, 7, 1);

  function brokenIn(
    { days, after, gone }: typeof aLife extends fc.Arbitrary<infer Life> ? Life : never,
    retentions: readonly number[],
    mayGo: (row: HistoryRow, all: readonly HistoryRow[]) => boolean,
  ) {
    let head: Head | undefined;
    let now = NOON;
    const rows = days.flatMap((day, index) => {
      now += day * DAY_MS;
      const retentionDays = retentions[Math.floor((index * retentions.length) / days.length)] ?? 0;
      const appended = appendRows(head, facts(), [EVENT], {
        now,
        hash: canonicalHash,
        ...(Number.isFinite(retentionDays) && { retentionDays }),
      });
      head = appended.head;
      return appended.rows;
    });
    now += after * DAY_MS;
    const left = rows.filter((row) => {
      const isOver = row.expiresAt !== undefined && row.expiresAt * 1_000 <= now;
      return !(isOver && mayGo(row, rows) && gone.next().value);
    });
    const item = liveTask({ recordedThrough: rows.length, outbox: [], ...(head && { head }) });
    const trackedSince = NOON + (days[0] ?? 0) * DAY_MS;
    const task = { ...item, snapshot: { ...item.snapshot, trackedSince } };
    return problemsOf(
      left.map((row) => ({ ...row })),
      task,
      now,
    ).broken;
  }

  it('finds nothing broken in what is left of rows that expire, in whatever order they go', () =>
    fc.assert(
      fc.property(aLife, aRetention, (life, retention) => {
        expect(brokenIn(life, [retention], () => true)).toEqual([]);
      }),
      { numRuns: 500 },
    ));

  it('finds nothing broken where rows are kept no longer than before, save at an end that has gone', () =>
    fc.assert(
      fc.property(aLife, fc.array(aRetention, { minLength: 1, maxLength: 3 }), (life, retentions) => {
        const falling = retentions.toSorted((a, b) => (a > b ? -1 : Number(a < b)));
        expect(brokenIn(life, falling, (row, all) => row !== all.at(-1))).toEqual([]);
      }),
      { numRuns: 500 },
    ));
});
