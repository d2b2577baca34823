import { describe, expect, it } from 'vitest';
import { nextCursor, type Query, queryString } from '../../../web/src/query.ts';

describe('queryString', () => {
  it.each<[Query, string]>([
    [{}, ''],
    [{ state: undefined, q: '', status: [] }, ''],
    [{ status: ['CANCELED', 'COMPLETED'], limit: 500 }, '?status=CANCELED,COMPLETED&limit=500'],
    [{ q: 'a&b=c d#"<' }, '?q=a%26b%3Dc+d%23%22%3C'],
  ])('writes %j as %s', (query, text) => {
    expect(queryString(query)).toBe(text);
  });
});

describe('nextCursor', () => {
  it.each([
    [null, undefined],
    ['</export?format=csv&cursor=a.b-c_d>; rel="next"', 'a.b-c_d'],
    ['<https://api.example.com/export?cursor=a%2Bb>; rel=next', 'a+b'],
    ['<?format=csv&cursor=a.b>; rel="next"', 'a.b'],
    ['</export?cursor=a>; rel="prev"', undefined],
    ['</export>; rel="next"', undefined],
  ])('finds in %s the cursor %s', (link, cursor) => {
    expect(nextCursor(link)).toBe(cursor);
  });
});
