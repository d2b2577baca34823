import { describe, expect, it } from 'vitest';
import { compilePattern, matchesPattern } from '../../../../local/bus/pattern.ts';

const event = {
  version: '0',
  id: 'a1',
  'detail-type': 'OTA Task Threshold Breached',
  source: 'ota-watch',
  account: '123456789012',
  time: '2026-01-02T03:04:05Z',
  region: 'eu-west-1',
  resources: ['arn:aws:iotmanagedintegrations:eu-west-1:123456789012:ota-task/t1', 'arn:other'],
  detail: {
    status: 'IN_PROGRESS',
    path: 'images/2026/board*1.png',
    backslash: 'a\\b',
    newline: 'one\ntwo',
    empty: '',
    terminal: false,
    previous: null,
    ip: '10.0.0.33',
    ip6: '2001:db8::1',
    counts: { failed: 5, total: 100, ratio: 0.05 },
    none: [],
    labels: [],
    tags: ['a', 'b', 7, true, null],
    things: [
      {
        id: 'one',
        state: 'FAILED',
        ports: [
          { n: 1, up: true },
          { n: 2, up: false },
        ],
      },
      { id: 'two', state: 'SUCCEEDED' },
    ],
    nested: [[{ deep: 'x' }], [{ deep: 'y' }]],
    'dotted.name': 'z',
  },
};

describe('a pattern', () => {
  it.each<[unknown, boolean]>([
    // Values, "and" between fields, "or" between values
    [{ source: ['ota-watch'] }, true],
    [{ source: ['OTA-watch'] }, false],
    [{ source: ['other', 'ota-watch'], region: ['eu-west-1'] }, true],
    [{ source: ['ota-watch'], region: ['us-east-1'] }, false],
    [{ detail: { counts: { failed: [5] } } }, true],
    [{ detail: { counts: { failed: [5.0] } } }, true],
    [{ detail: { counts: { failed: ['5'] } } }, false],
    [{ detail: { terminal: [false] } }, true],
    [{ detail: { terminal: ['false'] } }, false],
    [{ detail: { previous: [null] } }, true],
    [{ detail: { missing: [null] } }, false],
    [{ detail: { empty: [''] } }, true],
    [{ detail: { previous: [''] } }, false],
    [{ detail: { counts: [5] } }, false],
    [{ detail: { status: { more: ['IN_PROGRESS'] } } }, false],
    [{ Source: ['ota-watch'] }, false],
    // Arrays of the event
    [{ resources: ['arn:other'] }, true],
    [{ resources: ['arn:none', { prefix: 'arn:aws:iotmanagedintegrations' }] }, true],
    [{ detail: { tags: [7] } }, true],
    [{ detail: { tags: [null] } }, true],
    [{ detail: { none: [null] } }, false],
    [{ detail: { things: { id: ['two'] } } }, true],
    [{ detail: { things: { id: ['one'], state: ['FAILED'] } } }, true],
    [{ detail: { things: { id: ['two'], state: ['FAILED'] } } }, false],
    [{ detail: { things: { id: ['one'], ports: { n: [1], up: [true] } } } }, true],
    [{ detail: { things: { id: ['one'], ports: { n: [1], up: [false] } } } }, false],
    [{ detail: { things: { id: ['two'], ports: { n: [1] } } } }, false],
    [{ detail: { things: { state: [{ 'anything-but': 'FAILED' }] } } }, true],
    [{ detail: { nested: { deep: ['y'] } } }, true],
    // Names with dots are the same as nesting
    [{ detail: { dotted: { name: ['z'] } } }, true],
    [{ detail: { 'counts.failed': [5] } }, true],
    // Prefix and suffix
    [{ detail: { status: [{ prefix: 'IN_' }] } }, true],
    [{ detail: { status: [{ prefix: 'in_' }] } }, false],
    [{ detail: { status: [{ prefix: '' }] } }, true],
    [{ detail: { status: [{ prefix: { 'equals-ignore-case': 'in_' } }] } }, true],
    [{ detail: { status: [{ prefix: { 'equals-ignore-case': 'out' } }] } }, false],
    [{ detail: { counts: { failed: [{ prefix: '5' }] } } }, false],
    [{ detail: { path: [{ suffix: '.png' }] } }, true],
    [{ detail: { path: [{ suffix: '.PNG' }] } }, false],
    [{ detail: { path: [{ suffix: { 'equals-ignore-case': '.PNG' } }] } }, true],
    [{ detail: { missing: [{ suffix: '' }] } }, false],
    // Equals, ignoring case
    [{ detail: { status: [{ 'equals-ignore-case': 'in_Progress' }] } }, true],
    [{ detail: { status: [{ 'equals-ignore-case': 'in_Prog' }] } }, false],
    [{ detail: { previous: [{ 'equals-ignore-case': 'null' }] } }, false],
    // Anything but
    [{ detail: { status: [{ 'anything-but': 'COMPLETED' }] } }, true],
    [{ detail: { status: [{ 'anything-but': 'IN_PROGRESS' }] } }, false],
    [{ detail: { status: [{ 'anything-but': ['COMPLETED', 'IN_PROGRESS'] }] } }, false],
    [{ detail: { status: [{ 'anything-but': 3 }] } }, true],
    [{ detail: { counts: { failed: [{ 'anything-but': [4, 5] }] } } }, false],
    [{ detail: { counts: { failed: [{ 'anything-but': 0 }] } } }, true],
    [{ detail: { previous: [{ 'anything-but': 'x' }] } }, true],
    [{ detail: { missing: [{ 'anything-but': 'x' }] } }, false],
    [{ detail: { tags: [{ 'anything-but': ['a', 'b'] }] } }, true],
    [{ detail: { status: [{ 'anything-but': { prefix: 'IN' } }] } }, false],
    [{ detail: { status: [{ 'anything-but': { prefix: ['OUT', 'IN'] } }] } }, false],
    [{ detail: { counts: { failed: [{ 'anything-but': { prefix: '5' } }] } } }, true],
    [{ detail: { path: [{ 'anything-but': { suffix: ['.jpg', '.gif'] } }] } }, true],
    [{ detail: { path: [{ 'anything-but': { suffix: '.png' } }] } }, false],
    [{ detail: { status: [{ 'anything-but': { 'equals-ignore-case': ['x', 'in_progress'] } }] } }, false],
    [{ detail: { status: [{ 'anything-but': { 'equals-ignore-case': 'progress' } }] } }, true],
    [{ detail: { path: [{ 'anything-but': { wildcard: '*/2026/*' } }] } }, false],
    [{ detail: { path: [{ 'anything-but': { wildcard: ['*/2025/*', 'board*'] } }] } }, true],
    // Numeric
    [{ detail: { counts: { failed: [{ numeric: ['=', 5] }] } } }, true],
    [{ detail: { counts: { failed: [{ numeric: ['>', 5] }] } } }, false],
    [{ detail: { counts: { failed: [{ numeric: ['>=', 5] }] } } }, true],
    [{ detail: { counts: { failed: [{ numeric: ['<', 5] }] } } }, false],
    [{ detail: { counts: { failed: [{ numeric: ['<=', 5] }] } } }, true],
    [{ detail: { counts: { failed: [{ numeric: ['>', 0, '<=', 5] }] } } }, true],
    [{ detail: { counts: { failed: [{ numeric: ['>=', 0, '<', 5] }] } } }, false],
    [{ detail: { counts: { ratio: [{ numeric: ['=', 5e-2] }] } } }, true],
    [{ detail: { status: [{ numeric: ['>', 0] }] } }, false],
    [{ detail: { previous: [{ numeric: ['<=', 0] }] } }, false],
    [{ account: [{ numeric: ['>', 0] }] }, false],
    // Exists: leaves only
    [{ detail: { status: [{ exists: true }] } }, true],
    [{ detail: { previous: [{ exists: true }] } }, true],
    [{ detail: { missing: [{ exists: true }] } }, false],
    [{ detail: { missing: [{ exists: false }] } }, true],
    [{ detail: { status: [{ exists: false }] } }, false],
    [{ detail: { counts: [{ exists: true }] } }, false],
    [{ detail: { counts: [{ exists: false }] } }, true],
    [{ detail: { none: [{ exists: true }] } }, false],
    [{ detail: { none: [{ exists: false }] } }, true],
    [{ detail: { missing: [{ exists: false }, 'x'] } }, true],
    [{ detail: { status: [{ exists: false }, { prefix: 'IN' }] } }, true],
    [{ detail: { missing: { deeper: [{ exists: false }] } } }, true],
    // Wildcard
    [{ detail: { path: [{ wildcard: 'images/*.png' }] } }, true],
    [{ detail: { path: [{ wildcard: '*' }] } }, true],
    [{ detail: { path: [{ wildcard: 'images/*.jpg' }] } }, false],
    [{ detail: { path: [{ wildcard: 'images/*/board\\*1.png' }] } }, true],
    [{ detail: { path: [{ wildcard: 'images/*/boar\\*1.png' }] } }, false],
    [{ detail: { path: [{ wildcard: 'images.2026*' }] } }, false],
    [{ detail: { path: [{ wildcard: '' }] } }, false],
    [{ detail: { empty: [{ wildcard: '' }] } }, true],
    [{ detail: { backslash: [{ wildcard: 'a\\\\b' }] } }, true],
    [{ detail: { newline: [{ wildcard: 'one*two' }] } }, true],
    // IP addresses
    [{ detail: { ip: [{ cidr: '10.0.0.0/24' }] } }, true],
    [{ detail: { ip: [{ cidr: '10.0.1.0/24' }] } }, false],
    [{ detail: { ip: [{ cidr: '0.0.0.0/0' }] } }, true],
    [{ detail: { ip6: [{ cidr: '2001:db8::/32' }] } }, true],
    [{ detail: { ip6: [{ cidr: '2001:db9::/32' }] } }, false],
    [{ detail: { ip6: [{ cidr: '10.0.0.0/8' }] } }, false],
    [{ detail: { status: [{ cidr: '10.0.0.0/8' }] } }, false],
    // $or
    [{ $or: [{ source: ['x'] }, { region: ['eu-west-1'] }] }, true],
    [{ $or: [{ source: ['x'] }, { region: ['y'] }] }, false],
    [{ source: ['x'], $or: [{ region: ['eu-west-1'] }, { region: ['y'] }] }, false],
    [{ detail: { $or: [{ terminal: [true] }, { counts: { failed: [{ numeric: ['>', 4] }] } }] } }, true],
    [{ $or: [{ source: ['x'] }, { region: ['eu-west-1'], $or: [{ id: ['a1'] }, { id: ['a2'] }] }] }, true],
    [{ $or: [{ source: ['ota-watch'] }, { a: [1] }], detail: { $or: [{ a: [1] }, { b: [1] }] } }, false],
    [{ detail: { things: { $or: [{ id: ['two'] }, { id: ['x'] }], state: ['FAILED'] } } }, false],
  ])('%j: %s', (pattern, expected) => {
    expect(matchesPattern(pattern, event)).toBe(expected);
  });

  it.each<[unknown, string, string]>([
    [[], '$', 'must be an object'],
    ['{}', '$', 'must be an object'],
    [{}, '$', 'empty objects are not allowed'],
    [{ detail: {} }, '$.detail', 'empty objects are not allowed'],
    [{ detail: { a: [] } }, '$.detail.a', 'empty arrays are not allowed'],
    [{ source: 'x' }, '$.source', 'must be an object or an array'],
    [{ source: null }, '$.source', 'must be an object or an array'],
    [{ source: [['x']] }, '$.source[0]', 'a match value cannot be an array'],
    [{ source: [{}] }, '$.source[0]', 'a match expression has exactly one key'],
    [
      { source: ['a', { prefix: 'a', suffix: 'b' }] },
      '$.source[1]',
      'a match expression has exactly one key',
    ],
    [{ source: [{ PREFIX: 'a' }] }, '$.source[0]', 'unknown match type "PREFIX"'],
    [{ source: [{ constructor: 'a' }] }, '$.source[0]', 'unknown match type "constructor"'],
    [{ source: [{ exists: 'yes' }] }, '$.source[0].exists', 'must be true or false'],
    [{ source: [{ prefix: 1 }] }, '$.source[0].prefix', 'must be a string'],
    [{ source: [{ suffix: ['a'] }] }, '$.source[0].suffix', 'must be a string'],
    [{ source: [{ prefix: { wildcard: 'a' } }] }, '$.source[0].prefix', 'unknown match type "wildcard"'],
    [
      { source: [{ prefix: { 'equals-ignore-case': 1 } }] },
      '$.source[0].prefix.equals-ignore-case',
      'must be a string',
    ],
    [{ source: [{ 'equals-ignore-case': ['a'] }] }, '$.source[0].equals-ignore-case', 'must be a string'],
    [
      { source: [{ 'anything-but': null }] },
      '$.source[0].anything-but',
      'must be a string, a number, or a list of only one of them',
    ],
    [
      { source: [{ 'anything-but': [] }] },
      '$.source[0].anything-but',
      'must be a string, a number, or a list of only one of them',
    ],
    [
      { source: [{ 'anything-but': ['a', 1] }] },
      '$.source[0].anything-but',
      'must be a string, a number, or a list of only one of them',
    ],
    [
      { source: [{ 'anything-but': { numeric: ['=', 1] } }] },
      '$.source[0].anything-but',
      'unknown match type "numeric"',
    ],
    [
      { source: [{ 'anything-but': { prefix: '' } }] },
      '$.source[0].anything-but.prefix',
      'must not be empty',
    ],
    [
      { source: [{ 'anything-but': { suffix: [] } }] },
      '$.source[0].anything-but.suffix',
      'must not be empty',
    ],
    [
      { source: [{ 'anything-but': { suffix: ['a', 1] } }] },
      '$.source[0].anything-but.suffix[1]',
      'must be a string',
    ],
    [
      { source: [{ 'anything-but': { prefix: { 'equals-ignore-case': 'a' } } }] },
      '$.source[0].anything-but.prefix',
      'must be a string',
    ],
    [{ source: [{ wildcard: 'a**b' }] }, '$.source[0].wildcard', 'consecutive wildcard characters'],
    [{ source: [{ wildcard: 'a\\b' }] }, '$.source[0].wildcard', 'a backslash may only escape * or \\'],
    [{ source: [{ wildcard: 'a\\' }] }, '$.source[0].wildcard', 'a backslash may only escape * or \\'],
    [{ n: [{ numeric: 5 }] }, '$.n[0].numeric', 'must be an array'],
    [{ n: [{ numeric: ['~', 5] }] }, '$.n[0].numeric', 'unknown comparison "~"'],
    [{ n: [{ numeric: ['>', '5'] }] }, '$.n[0].numeric', '">" needs a number between -5.0e9 and 5.0e9'],
    [
      { n: [{ numeric: ['<', 5_000_000_001] }] },
      '$.n[0].numeric',
      '"<" needs a number between -5.0e9 and 5.0e9',
    ],
    [
      { n: [{ numeric: ['>', 0, '<'] }] },
      '$.n[0].numeric',
      'must be one comparison, or a lower and an upper bound',
    ],
    [
      { n: [{ numeric: ['>', 0, '>', 5] }] },
      '$.n[0].numeric',
      'must be one comparison, or a lower and an upper bound',
    ],
    [
      { n: [{ numeric: ['<', 5, '>', 0] }] },
      '$.n[0].numeric',
      'must be one comparison, or a lower and an upper bound',
    ],
    [{ n: [{ numeric: ['>=', 5, '<=', 5] }] }, '$.n[0].numeric', 'the range is empty'],
    [
      { ip: [{ cidr: '10.0.0.0' }] },
      '$.ip[0].cidr',
      'must be an IP address and a number of bits, such as 10.0.0.0/24',
    ],
    [
      { ip: [{ cidr: '10.0.0.0/33' }] },
      '$.ip[0].cidr',
      'must be an IP address and a number of bits, such as 10.0.0.0/24',
    ],
    [
      { ip: [{ cidr: 'x/8' }] },
      '$.ip[0].cidr',
      'must be an IP address and a number of bits, such as 10.0.0.0/24',
    ],
    [{ $or: { a: [1] } }, '$.$or', 'must be an array of at least two objects'],
    [{ detail: { $or: [{ a: [1] }] } }, '$.detail.$or', 'must be an array of at least two objects'],
    [{ $or: [{ a: [1] }, 'b'] }, '$.$or[1]', 'must be an object'],
    [
      { $or: [{ a: [1] }, { prefix: ['x'] }] },
      '$.$or[1].prefix',
      'a match type cannot name a field inside $or',
    ],
    [{ a: { b: [1] }, 'a.b': [2] }, '$.a.b', 'the field is already in the pattern'],
    [{ a: [1], $or: [{ a: [2] }, { b: [1] }] }, '$.$or[0].a', 'the field is already in the pattern'],
  ])('%j is not valid', (pattern, path, reason) => {
    expect(() => compilePattern(pattern)).toThrow(
      expect.objectContaining({
        name: 'EventPatternError',
        path,
        message: `Event pattern is not valid at ${path}: ${reason}`,
      }),
    );
  });

  it('has at most 1000 combinations of $or', () => {
    const tens = (name: string) => ({
      $or: Array.from({ length: 10 }, (_, index) => ({ [`${name}${index}`]: [1] })),
    });
    const thousand = { a: tens('a'), b: tens('b'), c: tens('c') };
    expect(matchesPattern(thousand, { a: { a9: 1 }, b: { b0: 1 }, c: { c5: 1 } })).toBe(true);
    expect(() => compilePattern({ ...thousand, d: { $or: [{ x: [1] }, { y: [1] }] } })).toThrow(
      '$.d.$or: more than 1000 combinations',
    );
  });
});
