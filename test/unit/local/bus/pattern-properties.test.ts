import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchesPattern } from '../../../../local/bus/pattern.ts';

describe('matching', () => {
  const key = fc.constantFrom('a', 'b', 'c');
  const scalar = fc.oneof(
    fc.constantFrom('', 'x', 'y'),
    fc.integer({ min: -2, max: 2 }),
    fc.boolean(),
    fc.constant(null),
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof(
      { depthSize: 'small' },
      scalar,
      fc.dictionary(key, tie('tree'), { maxKeys: 3 }),
      fc.array(tie('tree'), { maxLength: 3 }),
    ),
  }));
  const events = fc.dictionary(key, tree, { minKeys: 1, maxKeys: 3 });
  const fields = fc.constantFrom('a', 'b', 'a.b', 'b.a', 'c.a.b');

  it('exactly one of "exists" and "does not exist" holds', () => {
    fc.assert(
      fc.property(events, fields, (some, field) => {
        const exists = matchesPattern({ [field]: [{ exists: true }] }, some);
        expect(matchesPattern({ [field]: [{ exists: false }] }, some)).toBe(!exists);
      }),
    );
  });

  it('a single value either matches or is anything but it', () => {
    fc.assert(
      fc.property(scalar, fc.constantFrom('x', 'y', 0, 1), (value, wanted) => {
        const matches = matchesPattern({ a: [wanted] }, { a: value });
        expect(matchesPattern({ a: [{ 'anything-but': wanted }] }, { a: value })).toBe(!matches);
      }),
    );
  });

  it('a list of values matches as one of its values does, and $or as one of its objects does', () => {
    fc.assert(
      fc.property(events, fields, scalar, scalar, (some, field, one, other) => {
        const either = matchesPattern({ [field]: [one] }, some) || matchesPattern({ [field]: [other] }, some);
        expect(matchesPattern({ [field]: [one, other] }, some)).toBe(either);
        expect(matchesPattern({ $or: [{ [field]: [one] }, { [field]: [other] }] }, some)).toBe(either);
      }),
    );
  });

  it('more fields in a pattern never match more events', () => {
    fc.assert(
      fc.property(events, scalar, scalar, (some, one, other) => {
        const both = matchesPattern({ a: [one], b: [other] }, some);
        const each = matchesPattern({ a: [one] }, some) && matchesPattern({ b: [other] }, some);
        expect(both).toBe(each);
      }),
    );
  });

  it('a wildcard pattern without wildcards is the escaped text itself', () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), (text, other) => {
        const escaped = text.replace(/[*\\]/g, '\\$&');
        expect(matchesPattern({ a: [{ wildcard: escaped }] }, { a: text })).toBe(true);
        expect(matchesPattern({ a: [{ wildcard: escaped }] }, { a: other })).toBe(text === other);
        expect(matchesPattern({ a: [{ wildcard: `x*${escaped}` }] }, { a: `x${other}${text}` })).toBe(true);
      }),
    );
  });

  it('an event without arrays matches the pattern made of it', () => {
    const flat = fc.dictionary(key, fc.oneof(scalar, fc.dictionary(key, scalar, { minKeys: 1 })), {
      minKeys: 1,
    });
    fc.assert(
      fc.property(flat, (some) => {
        const wrap = (value: unknown): unknown =>
          typeof value === 'object' && value !== null
            ? Object.fromEntries(Object.entries(value).map(([name, member]) => [name, wrap(member)]))
            : [value];
        expect(matchesPattern(wrap(some), some)).toBe(true);
      }),
    );
  });
});
