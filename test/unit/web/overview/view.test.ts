import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  filtersIn,
  parseView,
  type Sort,
  sortedBy,
  toggled,
  unfiltered,
  type View,
  viewQuery,
} from '../../../../web/src/overview/view.ts';
import { queryString } from '../../../../web/src/query.ts';
import { SEVERITIES } from '../../../../web/src/severity.ts';

const PLAIN: View = { statuses: [], severities: [], configurationId: '', q: '', sort: 'trouble' };
const SORTS: readonly Sort[] = ['trouble', 'taskId', 'status', 'since', 'progress', 'failed', 'rate', 'end'];

const addressOf = (view: View) => queryString(viewQuery(view));
const viewAt = (address: string) => parseView(Object.fromEntries(new URLSearchParams(address)));

const anyText = (maxLength: number) => fc.string({ maxLength }).map((text) => text.trim());
const anyView = fc.record(
  {
    state: fc.constantFrom('live', 'ended'),
    statuses: fc.uniqueArray(fc.stringMatching(/^[A-Z_]{1,64}$/), { maxLength: 20 }),
    severities: fc.subarray([...SEVERITIES]),
    configurationId: anyText(200),
    q: anyText(100),
    sort: fc.constantFrom(...SORTS),
  },
  { requiredKeys: ['statuses', 'severities', 'configurationId', 'q', 'sort'] },
);

describe('the address', () => {
  it('says of a view all that there is to say', () => {
    fc.assert(
      fc.property(anyView, fc.boolean(), (view, isTurned) => {
        const turned = isTurned ? sortedBy(view, view.sort) : view;
        expect(viewAt(addressOf(turned))).toEqual(turned);
      }),
    );
  });

  it('is plain where nothing is chosen', () => {
    expect(addressOf(PLAIN)).toBe('');
  });

  it.each([
    ['?state=past&sort=size&order=up', PLAIN],
    ['?severity=warning,fatal,critical', { ...PLAIN, severities: ['critical', 'warning'] }],
    ['?status=,CANCELED,,CANCELED', { ...PLAIN, statuses: ['CANCELED'] }],
    [`?q=${'x'.repeat(101)}`, { ...PLAIN, q: 'x'.repeat(100) }],
    [`?status=${'S'.repeat(65)},OTHER`, { ...PLAIN, statuses: ['OTHER'] }],
  ])('%s is read as what the API takes', (address, view) => {
    expect(viewAt(address)).toEqual(view);
  });
});

describe('sorting', () => {
  it('begins with the order of the column, and turns', () => {
    const byRate = sortedBy(PLAIN, 'rate');
    const turned = sortedBy(byRate, 'rate');
    const back = sortedBy(turned, 'rate');
    expect([byRate, turned, back].map(addressOf)).toEqual([
      '?sort=rate',
      '?sort=rate&order=asc',
      '?sort=rate',
    ]);
  });

  it('forgets the order of another column', () => {
    expect(sortedBy({ ...PLAIN, sort: 'rate', order: 'asc' }, 'end')).toEqual({ ...PLAIN, sort: 'end' });
  });
});

describe('filters', () => {
  const filtered: View = {
    state: 'live',
    statuses: ['CANCELED'],
    severities: ['error', 'critical'],
    configurationId: 'c',
    q: 'text',
    sort: 'end',
    order: 'desc',
  };

  it('are counted', () => {
    expect([filtersIn(PLAIN), filtersIn({ ...PLAIN, q: ' ' }), filtersIn(filtered)]).toEqual([0, 0, 5]);
  });

  it('are cleared, and the order stays', () => {
    expect(unfiltered(filtered)).toEqual({ ...PLAIN, sort: 'end', order: 'desc' });
  });

  it('are toggled', () => {
    expect([toggled(['a', 'b'], 'a'), toggled(['b'], 'a')]).toEqual([['b'], ['b', 'a']]);
  });
});
