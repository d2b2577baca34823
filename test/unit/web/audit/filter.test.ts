import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  addressQuery,
  apiQuery,
  asCustom,
  type Filter,
  fieldInstant,
  fieldValue,
  filterOf,
  mistakesOf,
  NO_FILTER,
  RANGES,
} from '../../../../web/src/audit/filter.ts';
import { TYPES } from '../../../../web/src/event-words.ts';
import { queryString } from '../../../../web/src/query.ts';
import { SEVERITIES } from '../../../../web/src/severity.ts';

const NOON = Date.parse('2026-11-22T12:00:00.000Z');
const MINUTE = 60_000;

const given = (address: string) => filterOf(Object.fromEntries(new URLSearchParams(address)));

/** What the form can lead to. */
const filters: fc.Arbitrary<Filter> = fc
  .record({
    range: fc.constantFrom(...RANGES.map(([range]) => range)),
    from: fc.option(fc.nat(NOON), { nil: undefined }),
    to: fc.option(fc.nat(NOON), { nil: undefined }),
    task: fc.string(),
    types: fc.subarray(TYPES),
    severities: fc.subarray([...SEVERITIES]),
  })
  .map(({ from, to, ...others }) => ({
    ...others,
    ...(others.range === 'custom' && from !== undefined && { from }),
    ...(others.range === 'custom' && to !== undefined && { to }),
  }));

describe('the address', () => {
  it('says all that is searched for', () => {
    fc.assert(
      fc.property(filters, (filter) => {
        expect(given(queryString(addressQuery(filter)))).toEqual(filter);
      }),
    );
  });

  it('is short where nothing is chosen', () => {
    expect(queryString(addressQuery(NO_FILTER))).toBe('');
    expect(given('')).toEqual(NO_FILTER);
  });

  it('can be read by people', () => {
    const filter: Filter = {
      range: 'custom',
      from: NOON,
      task: 'Vq3ZtY81mLxE',
      types: ['breached', 'recovered'],
      severities: ['critical'],
    };
    expect(queryString(addressQuery(filter))).toBe(
      '?range=custom&from=2026-11-22T12%3A00%3A00.000Z&task=Vq3ZtY81mLxE&type=breached,recovered&severity=critical',
    );
  });

  it.each([
    'range=2y&type=nothing,,&severity=fatal',
    'from=yesterday&to=',
    'from=%2B275760-09-13T00:00:00Z&to=-000001-01-01T00:00:00Z',
  ])('may hold nonsense: %s', (address) => {
    expect(given(address)).toEqual(NO_FILTER);
  });
});

describe('what the API is asked', () => {
  it.each([
    ['1h', '2026-11-22T11:00:00.000Z'],
    ['24h', '2026-11-21T12:00:00.000Z'],
    ['7d', '2026-11-15T12:00:00.000Z'],
    ['30d', '2026-10-23T12:00:00.000Z'],
  ] as const)('reaches back by %s, and leaves the present open', (range, from) => {
    expect(apiQuery({ ...NO_FILTER, range }, NOON)).toEqual({
      from,
      to: undefined,
      taskId: '',
      type: [],
      severity: [],
    });
  });

  it('has the types as the API calls them, and both ends of a custom range', () => {
    const filter = given(
      'range=custom&from=2026-11-01T00:00:00Z&to=2026-11-02T00:00:00Z&type=set-aside,status',
    );
    expect(apiQuery(filter, NOON)).toEqual({
      from: '2026-11-01T00:00:00.000Z',
      to: '2026-11-02T00:00:00.000Z',
      taskId: '',
      type: ['OTA Task Status Changed', 'OTA Task Event Set Aside'],
      severity: [],
    });
  });
});

describe('a custom range', () => {
  it('begins as the range before it, in whole minutes', () => {
    expect(asCustom({ ...NO_FILTER, range: '1h' }, NOON + 5_000)).toEqual({
      ...NO_FILTER,
      range: 'custom',
      from: NOON - 60 * MINUTE,
      to: NOON + MINUTE,
    });
  });

  it.each([
    [NOON, '2026-11-22T12:00'],
    [NOON + 5_000, '2026-11-22T12:00:05'],
    [undefined, ''],
  ])('is shown and read in UTC: %s as "%s"', (at, value) => {
    expect(fieldValue(at)).toBe(value);
    expect(fieldInstant(value)).toBe(at);
  });
});

describe('mistakes', () => {
  it.each([
    ['', {}],
    ['task=Vq3ZtY81mLxE', {}],
    ['task=%3Cb%3E', { task: 'A task id has letters, digits, - and _ only, at most 200.' }],
    [`task=${'a'.repeat(201)}`, { task: 'A task id has letters, digits, - and _ only, at most 200.' }],
    ['range=custom&from=2026-11-22T12:00:00Z', {}],
    [
      'range=custom&from=2026-11-22T12:00:00Z&to=2026-11-22T12:00:00Z',
      { time: 'The beginning has to be before the end.' },
    ],
  ])('of "%s"', (address, mistakes) => {
    expect(mistakesOf(given(address))).toEqual(mistakes);
  });
});
