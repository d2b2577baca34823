import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalHash, canonicalJson } from '../../../lib/canonical-hash.ts';
import {
  type ChainProblem,
  checkEnd,
  checkRow,
  missingEnd,
  NOTHING_CHECKED,
} from '../../../lib/domain/chain-check.ts';
import type { EndedTask } from '../../../lib/domain/tracked.ts';
import { NOON } from '../../support/builders.ts';
import { rolloutHistory } from '../../support/history-rows.ts';

type Row = Readonly<Record<string, unknown>>;

/** Histories of simulated rollouts. The rows of some will expire. */
const histories = Array.from({ length: 12 }, (_, seed): Row[] =>
  rolloutHistory(seed, seed % 3 === 0 ? 30 : undefined).map((row) => ({ ...row })),
).filter(({ length }) => length > 1);
const aHistory = fc.constantFrom(...histories);
const aPlace = aHistory.chain((rows) => fc.tuple(fc.constant(rows), fc.nat({ max: rows.length - 1 })));

/** All that is wrong with rows, where the poll has recorded others. */
function problemsOf(rows: readonly Row[], recorded: readonly Row[]): readonly ChainProblem[] {
  const { taskId, sequence, hash } = recorded.at(-1) ?? {};
  const head = { sequence: Number(sequence), hash: String(hash) };
  const task: EndedTask = { state: 'ended', taskId: String(taskId), version: 1, head, expiresAt: 0 };
  const problems: ChainProblem[] = [];
  let chain = NOTHING_CHECKED;
  for (const row of rows) {
    const checked = checkRow(chain, row, { taskId: task.taskId, hash: canonicalHash, now: NOON });
    chain = checked.chain;
    problems.push(...checked.problems);
  }
  const end = checkEnd(chain, task);
  if (end.kind === 'known') return [...problems, ...end.problems];
  return end.kind === 'unknown' ? problems : [...problems, missingEnd(chain, end.recordedThrough)];
}

function rehashed({ hash, ...content }: Row): Row {
  return { ...content, hash: canonicalHash(content) };
}

describe('the check of a chain', () => {
  it('finds nothing in the histories of rollouts', () => {
    expect(histories.length).toBeGreaterThan(8);
    for (const rows of histories) expect(problemsOf(rows, rows)).toEqual([]);
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
          // The key cannot be changed: a row with another key is another row.
          const names = Object.keys(row).filter((name) => name !== 'taskId' && name !== 'sequence');
          const changed = { ...row, [names[which % names.length] ?? '']: value };
          const tampered = isHashedAnew ? rehashed(changed) : changed;
          fc.pre(canonicalJson(tampered) !== canonicalJson(row));
          expect(problemsOf(rows.with(place, tampered), rows)).not.toEqual([]);
        },
      ),
      { numRuns: 300 },
    ));

  it('finds any attribute that is taken from a row, or added to it', () =>
    fc.assert(
      fc.property(aPlace, fc.nat(), fc.string(), ([rows, place], which, added) => {
        const row = rows[place] ?? {};
        const names = Object.keys(row).filter((name) => name !== 'taskId' && name !== 'sequence');
        const { [names[which % names.length] ?? '']: _, ...less } = row;
        expect(problemsOf(rows.with(place, less), rows)).not.toEqual([]);
        fc.pre(!Object.hasOwn(row, added));
        const more = { ...row, [added]: null };
        expect(problemsOf(rows.with(place, more), rows)).toMatchObject([{ kind: 'hash' }]);
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
          const problems = problemsOf(left, rows);
          if (isTail && mayExpire) expect(problems).toEqual([]);
          else expect(problems).not.toEqual([]);
        },
      ),
      { numRuns: 300 },
    ));

  it('finds each end that is cut off', () => {
    for (const rows of histories) {
      for (let length = 0; length < rows.length; length += 1) {
        expect(problemsOf(rows.slice(0, length), rows)).toMatchObject([{ kind: 'head', sequence: length }]);
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
        expect(problemsOf(swapped, rows)).not.toEqual([]);
      }),
    ));

  it('finds a row that somebody appended', () =>
    fc.assert(
      fc.property(aHistory, (rows) => {
        const last = rows.at(-1) ?? {};
        const sequence = Number(last.sequence) + 1;
        const eventId = `${last.taskId}:${sequence}`;
        const appended = rehashed({ ...last, sequence, eventId, previousHash: last.hash });
        expect(problemsOf([...rows, appended], rows)).toMatchObject([{ kind: 'head', sequence }]);
      }),
    ));
});
