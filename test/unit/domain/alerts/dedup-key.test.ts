import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dedupKeyOf } from '../../../../lib/domain/alerts/dedup-key.ts';

const sha256 = (value: string) => createHash('sha256').update(value).digest('hex');
const keyOf = (taskId: string, ruleId: string) => dedupKeyOf(taskId, ruleId, sha256);

describe('dedupKeyOf', () => {
  it.each([
    ['Vq3ZtY81mLxE', 'failed-percent', 'ota-watch:Vq3ZtY81mLxE:failed-percent'],
    ['Vq3ZtY81mLxE', 'abort-criteria:failed:50', 'ota-watch:Vq3ZtY81mLxE:abort-criteria:failed:50'],
    ['a:b%', 'c', 'ota-watch:a%3Ab%25:c'],
    ['t', 'r'.repeat(242), `ota-watch:t:${'r'.repeat(242)}`],
    ['t', 'r'.repeat(243), `ota-watch:t:${'r'.repeat(178)}~${sha256(`ota-watch:t:${'r'.repeat(243)}`)}`],
  ])('names the breach of a rule (%#)', (taskId, ruleId, key) => {
    expect(keyOf(taskId, ruleId)).toBe(key);
  });

  it('names breaches differently, in 255 characters at most', () => {
    const part = fc.oneof(
      fc.string({ unit: fc.constantFrom(':', '%', '~', '3', 'A', 'a'), maxLength: 6 }),
      fc.tuple(fc.constantFrom('a', ':'), fc.integer({ min: 225, max: 250 })).map(([c, n]) => c.repeat(n)),
    );
    fc.assert(
      fc.property(fc.tuple(part, part), fc.tuple(part, part), (one, other) => {
        const keys = [keyOf(...one), keyOf(...other)];
        expect(Math.max(...keys.map((key) => key.length))).toBeLessThanOrEqual(255);
        expect(new Set(keys).size).toBe(one.join(' ') === other.join(' ') ? 1 : 2);
      }),
      { numRuns: 5_000 },
    );
  });

  it('mistakes no long key for that of another rule', () => {
    const long = keyOf('t', 'r'.repeat(300));
    expect(keyOf('t', long.slice('ota-watch:t:'.length))).not.toBe(long);
  });
});
