import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BadCursorError, createCursors } from '../../../../lib/api/cursor.ts';

const KEY = 'a key that nobody guesses, of 32 characters or more';
const cursors = createCursors(KEY);

/** Positions as searches make them: JSON without what JSON does not tell apart. */
const aPosition = fc
  .dictionary(fc.string(), fc.jsonValue())
  .map((position): Record<string, unknown> => JSON.parse(JSON.stringify(position)));
const aRequest = fc.record({
  operation: fc.constantFrom('listHistory', 'exportHistory', 'listTasks'),
  query: fc.dictionary(fc.constantFrom('from', 'to', 'type', 'order', 'taskId'), fc.string()),
});

const expectRefused = (request: unknown, cursor: string, by = cursors) =>
  expect(() => by.open(request, cursor)).toThrow(BadCursorError);

describe('a cursor', () => {
  it('opens to what was sealed, in whatever order the parameters come, and fits into an address', () =>
    fc.assert(
      fc.property(aRequest, aPosition, ({ operation, query }, position) => {
        const cursor = cursors.seal({ operation, query }, position);
        const reversed = Object.fromEntries(Object.entries(query).reverse());
        expect(cursors.open({ query: reversed, operation }, cursor)).toEqual(position);
        expect(encodeURIComponent(cursor)).toBe(cursor);
      }),
    ));

  it('is refused with any byte changed, put in, or taken out', () =>
    fc.assert(
      fc.property(
        aRequest,
        aPosition,
        fc.nat(),
        fc.constantFrom(...'ABCDwxyz0189-_.=+/ \n'),
        (request, position, which, character) => {
          const cursor = cursors.seal(request, position);
          const at = which % cursor.length;
          const [before, after] = [cursor.slice(0, at), cursor.slice(at + 1)];
          if (cursor[at] !== character) expectRefused(request, `${before}${character}${after}`);
          expectRefused(request, `${before}${after}`);
          expectRefused(request, `${cursor.slice(0, at)}${character}${cursor.slice(at)}`);
        },
      ),
    ));

  it('is refused at each place that base64 leaves open', () => {
    const cursor = cursors.seal('request', { sequence: 1 });
    const decoded = (text: string) =>
      text.split('.').map((part) => Buffer.from(part, 'base64url').toString('hex'));
    const same = [...'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_']
      .map((character) => cursor.slice(0, -1) + character)
      .filter((other) => other !== cursor && decoded(other).join() === decoded(cursor).join());
    expect(same).toHaveLength(3);
    for (const other of [...same, `${cursor}=`, ` ${cursor}`]) expectRefused('request', other);
  });

  it('is refused for another request', () =>
    fc.assert(
      fc.property(aRequest, aRequest, aPosition, (request, other, position) => {
        fc.pre(JSON.stringify(request) !== JSON.stringify(other));
        fc.pre(Object.keys(request.query).sort().join() !== Object.keys(other.query).sort().join());
        expectRefused(other, cursors.seal(request, position));
      }),
    ));

  it.each([
    [{ order: 'asc' }, { order: 'desc' }],
    [{ taskId: 'a' }, {}],
    [{ type: ['a', 'b'] }, { type: ['b', 'a'] }],
    [{ limit: 1 }, { limit: '1' }],
    ['a', ['a']],
  ])('of the request %j is refused for %j', (request, other) => {
    expectRefused(other, cursors.seal(request, {}));
    expectRefused(request, cursors.seal(other, {}));
  });

  it('is refused by another key', () =>
    fc.assert(
      fc.property(aPosition, fc.string({ minLength: 1 }), (position, key) => {
        expectRefused('request', createCursors(key).seal('request', position));
      }),
    ));

  it('is refused when anybody made it', () =>
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.webFragments()), (text) => {
        expectRefused('request', text);
      }),
    ));

  it.each(['', '.', '..', 'e30', 'e30.', '.e30', 'null', '__proto__'])('is refused when it is %j', (text) =>
    expectRefused('request', text),
  );
});
