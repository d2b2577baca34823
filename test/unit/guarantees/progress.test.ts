import { stripVTControlCharacters } from 'node:util';
import { expect, it } from 'vitest';
import { plan } from '../../guarantees/run/plan.ts';
import { progressOn } from '../../guarantees/run/progress.ts';
import { GUARANTEES } from './example.ts';

/** Plays three of four scripts, 20 s each, of which the last fails; then the row ends. */
function shown(isTTY: boolean): string[] {
  const rows = plan(GUARANTEES, { only: [91], seed: 1, share: 8 });
  const [row] = rows;
  if (row === undefined) throw new Error('There are no rows');
  const written: string[] = [];
  let now = 0;
  const output = { isTTY, columns: 200, write: (text: string) => written.push(text) };
  const progress = progressOn(output, rows, () => now);
  for (let script = 0; script < 3; script += 1) {
    now += 20_000;
    progress.onPlayed(row);
  }
  const failure = { seed: 1, broken: 'the worker died' };
  progress.onFailure(row, failure);
  progress.onEnd({ row, runs: 6, tally: {}, seconds: 60, failures: [failure] });
  return written.map((text) => stripVTControlCharacters(text).trim().split('\n')[0] ?? '');
}

const END = [
  'FAILED  91 Holds: the worker died',
  'FAILS  91  Holds                               embedded          60 s  6 numbers',
];

it('a terminal shows a bar', () => {
  expect(shown(true)).toEqual([
    '██████░░░░░░░░░░░░░░░░░░  91 Holds (embedded)  1 of 4  0:20  0 failures',
    '████████████░░░░░░░░░░░░  91 Holds (embedded)  2 of 4  0:40  0 failures',
    '██████████████████░░░░░░  91 Holds (embedded)  3 of 4  1:00  0 failures',
    ...END,
  ]);
});

it('elsewhere there is a line now and then', () => {
  expect(shown(false)).toEqual([
    '████████████░░░░░░░░░░░░  91 Holds (embedded)  2 of 4  0:40  0 failures',
    ...END,
  ]);
});
