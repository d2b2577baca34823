import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Line } from '../../../local/terminal/line.ts';
import { createScreen } from '../../../local/terminal/screen.ts';

const plain = (_: unknown, text: string) => text;
const ESC = '\u001b';

/** A terminal as far as a screen needs one: it keeps every line, and the cursor reaches the last `rows` of them. */
function terminal(rows: number) {
  let lines = [''];
  const eraseFromLinesAbove = (count: number) => {
    lines = [...lines.slice(0, -1 - Math.min(count, rows - 1)), ''];
  };
  const type = (text: string) => {
    const [first = '', ...others] = text.split('\n');
    lines = [...lines.slice(0, -1), `${lines.at(-1)}${first}`, ...others];
  };
  const write = (text: string) => {
    const [before = '', ...sequences] = text.split(ESC);
    type(before);
    for (const sequence of sequences) {
      const [, parameter, command, after = ''] = /^\[(\??\d+)([A-Za-z])(.*)$/s.exec(sequence) ?? [];
      if (command === 'F') eraseFromLinesAbove(Number(parameter));
      type(after);
    }
  };
  return { isTTY: true, rows, write, lines: () => lines };
}

it('keeps what was printed above the block that was shown last', () => {
  const line = fc.stringMatching(/^[a-z]{0,9}$/).map((text): Line => [text]);
  const action = fc.record({ block: fc.boolean(), lines: fc.array(line, { maxLength: 6 }) });
  fc.assert(
    fc.property(fc.array(action, { maxLength: 12 }), fc.integer({ min: 2, max: 8 }), (actions, rows) => {
      const output = terminal(rows);
      const screen = createScreen(output, plain);
      for (const { block, lines } of actions) {
        if (block) screen.showBlock(lines);
        else screen.print(...lines);
      }
      const printed = actions.flatMap(({ block, lines }) => (block ? [] : lines.flat()));
      const shown = actions.findLast(({ block }) => block)?.lines.flat() ?? [];
      expect(output.lines()).toEqual([...printed, ...shown.slice(0, rows - 1), '']);
    }),
  );
});

it('never lets the terminal wrap a line of the block, and clears it before it draws', () => {
  const written: string[] = [];
  const screen = createScreen({ isTTY: true, write: (text) => written.push(text) }, plain);
  screen.showBlock([['one'], ['two']]);
  screen.print(['event']);
  const block = `${ESC}[?7lone\ntwo\n${ESC}[?7h`;
  expect(written).toEqual([block, `${ESC}[2F${ESC}[0Jevent\n${block}`]);
});

it('has no block where there is no terminal', () => {
  const written: string[] = [];
  const screen = createScreen({ write: (text) => written.push(text) }, plain);
  screen.showBlock([['block']]);
  screen.print(['a'], ['b']);
  expect([screen.hasBlock, written]).toEqual([false, ['a\nb\n']]);
});
