import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalHash } from '../../../lib/canonical-hash.ts';

const sha256 = (text: string) => createHash('sha256').update(text, 'utf8').digest('hex');

describe('canonicalHash', () => {
  it('is SHA-256 in hexadecimal', () => {
    expect(canonicalHash({ a: 1 })).toBe('015abd7f5cc57a2dd94b7590f04ad8084273905ee33ec5cebeae62276a97f862');
  });

  it.each<[what: string, value: object, canonical: string]>([
    ['nothing', {}, '{}'],
    [
      'the values of RFC 8785, 3.2.2',
      {
        // biome-ignore lint/correctness/noPrecisionLoss: as the RFC has it
        numbers: [333333333.33333329, 1e30, 4.5, 2e-3, 0.000000000000000000000000001],
        string: '\u20ac$\u000F\u000aA\'\u0042\u0022\u005c\\"/',
        literals: [null, true, false],
      },
      '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    ],
    [
      'the order of RFC 8785, 3.2.3: by UTF-16 units',
      { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\ud83d\ude00': 5, '\u0080': 6, '\u00f6': 7 },
      '{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\ud83d\ude00":5,"\ufb33":3}',
    ],
    [
      'numbers of RFC 8785, appendix B',
      [0, -0, 5e-324, -5e-324, 1.7976931348623157e308, 9007199254740992, 295147905179352830000],
      '[0,0,5e-324,-5e-324,1.7976931348623157e+308,9007199254740992,295147905179352830000]',
    ],
    [
      'large and small numbers',
      [1e21, 1e20, 1e-6, 1e-7, 0.1, 33.33],
      '[1e+21,100000000000000000000,0.000001,1e-7,0.1,33.33]',
    ],
    [
      'depth',
      { b: [{ d: 1, c: [] }], a: { z: {}, y: null } },
      '{"a":{"y":null,"z":{}},"b":[{"c":[],"d":1}]}',
    ],
    ['fields that are not there', { b: undefined, a: 1 }, '{"a":1}'],
    [
      'characters that JSON escapes',
      { a: '\b\t\f\u001f\u007f\u2028' },
      '{"a":"\\b\\t\\f\\u001f\u007f\u2028"}',
    ],
  ])('%s', (_, value, canonical) => {
    expect(canonicalHash(value)).toBe(sha256(canonical));
  });

  it.each([[{ a: '\ud800' }], [{ a: Number.NaN }], [{ a: Number.POSITIVE_INFINITY }]])(
    'refuses %o',
    (value) => {
      expect(() => canonicalHash(value)).toThrow();
    },
  );

  it('is the same in any order of fields, and after a trip through JSON', () => {
    const text = fc.string({ unit: 'grapheme' });
    const value = fc.jsonValue({ stringUnit: 'grapheme' });
    fc.assert(
      fc.property(fc.dictionary(text, value), (object) => {
        const hash = canonicalHash(object);
        expect(canonicalHash(reversed(object))).toBe(hash);
        expect(canonicalHash(JSON.parse(JSON.stringify(object)))).toBe(hash);
      }),
    );
  });
});

/** The same, with the fields of every object the other way round. */
function reversed<Value>(value: Value): Value {
  return JSON.parse(JSON.stringify(value), (_, inner) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).reverse())
      : inner,
  );
}
