import fc from 'fast-check';
import { expect, it } from 'vitest';
import { render, styled, toWidth } from '../../../local/terminal/line.ts';

const anyText = () => fc.string({ unit: 'binary' });

it('renders nothing but printable text, whatever the pieces are', () => {
  fc.assert(
    fc.property(anyText(), anyText(), (plain, painted) => {
      const rendered = render([plain, styled('red', painted)], (_, text) => text);
      expect(rendered).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    }),
  );
});

it('gives texts a width, in characters', () => {
  fc.assert(
    fc.property(anyText(), fc.integer({ min: 1, max: 30 }), (text, width) => {
      expect([...toWidth(text, width)]).toHaveLength(width);
    }),
  );
});

it.each([
  ['abc', 'abc  '],
  ['abcde', 'abcde'],
  ['abcdef', 'abcd…'],
  ['a\u001bb', 'ab   '],
  ['🔥🔥🔥🔥🔥🔥', '🔥🔥🔥🔥…'],
])('%j is %j in five columns', (text, expected) => {
  expect(toWidth(text, 5)).toBe(expected);
});

it('does not paint nothing', () => {
  expect(render([styled('red', ''), 'x', styled('bold', '\u0007')], () => 'painted')).toBe('x');
});
