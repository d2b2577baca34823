import fc from 'fast-check';

/** Text with halves of surrogate pairs, control characters and marks of direction in it, now and then very long. */
export const hostileText: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(
      fc.oneof(
        fc.integer({ min: 0, max: 0xffff }),
        fc.integer({ min: 0xd800, max: 0xdfff }),
        fc.constantFrom(0, 0x0a, 0x1b, 0x22, 0x5c, 0x7f, 0x85, 0x2028, 0x202e, 0x2066),
      ),
      { maxLength: 12 },
    ),
    fc.constantFrom(1, 1, 1, 100, 2_000),
  )
  .map(([units, times]) => String.fromCharCode(...units).repeat(times));

const ranges = [
  [0x00, 0x1f],
  [0x7f, 0x9f],
  [0x2028, 0x202e],
  [0x2066, 0x2069],
  [0xd800, 0xdfff],
] as const;

/** Characters of a text that nobody sees, or that are none. */
export function unseenIn(text: string): string[] {
  return [...text].filter((character) => {
    const code = character.codePointAt(0) ?? 0;
    return ranges.some(([from, to]) => code >= from && code <= to);
  });
}
