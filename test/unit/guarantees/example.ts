import fc from 'fast-check';
import type { Guarantee } from '../../guarantees/guarantee.ts';

const example: Omit<Guarantee<number>, 'number' | 'name' | 'play'> = {
  promise: 'A number is what it is.',
  unit: 'numbers',
  runsPerScript: 2,
  scripts: { full: 50, share: 5 },
  script: fc.nat(1_000),
};

/** Guarantees of which one holds, and each of the others fails in its own way. */
export const GUARANTEES: readonly Guarantee<number>[] = [
  { ...example, number: 90, name: 'Ends its process', play: () => process.exit(3) },
  {
    ...example,
    number: 91,
    name: 'Holds',
    play: async (script) => ({ problems: [], tally: { scripts: 1, even: 1 - (script % 2) } }),
  },
  {
    ...example,
    number: 92,
    name: 'Fails from 10 on',
    play: async (script) => ({
      problems: script < 10 ? [] : [`${script} is no digit`],
      tally: { scripts: 1 },
    }),
  },
  { ...example, number: 94, name: 'Never ends', play: () => new Promise(() => undefined) },
];
