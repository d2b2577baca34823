import { describe, expect, it } from 'vitest';
import { nearest } from '../../../../lib/rule-file/nearest.ts';

const KNOWN = ['percents', 'percent', 'perMinute', 'recoverBelow', 'recoverAbove', 'for', 'of'];

describe('nearest', () => {
  it.each([
    ['percen', ['percent', 'percents']],
    ['percnet', ['percent']],
    ['PerMinute', ['perMinute']],
    ['recover_below', ['recoverBelow']],
    ['recoverbellow', ['recoverBelow']],
    ['fro', []],
    ['For', ['for']],
    ['x'.repeat(100_000), []],
    ['', []],
  ])('to %j is %j', (name, expected) => {
    expect(nearest(name, KNOWN)).toEqual(expected);
  });
});
