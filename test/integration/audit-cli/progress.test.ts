import { expect, it } from 'vitest';
import { Progress } from '../../../cli/audit/progress.ts';

function drawn(isTTY: boolean, total: number | undefined) {
  const written: string[] = [];
  const clock = { at: 0 };
  const output = { isTTY, write: (text: string) => written.push(text.replace('\r\u001b[2K', '<')) };
  const progress = new Progress(output, () => clock.at, total, 'rows');
  for (const at of [1_000, 1_050, 2_000]) {
    clock.at = at;
    progress.add(500);
  }
  progress.end();
  return written;
}

it('shows how far it is, ten times a second at most', () => {
  expect(drawn(true, 2_000)).toEqual([
    '<██████░░░░░░░░░░░░░░░░░░ 25 %  500 rows, 500 a second',
    '<██████████████████░░░░░░ 75 %  1,500 rows, 750 a second',
    '<',
  ]);
});

it('is never beyond its end, which is known only about', () => {
  expect(drawn(true, 1_000)[1]).toBe('<████████████████████████ 100 %  1,500 rows, 750 a second');
  expect(drawn(true, undefined)[0]).toBe('<500 rows, 500 a second');
});

it('shows nothing where there is no terminal', () => {
  expect(drawn(false, 2_000)).toEqual([]);
});
