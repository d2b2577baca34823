import { expect, it } from 'vitest';
import { readOptions, UsageError } from '../../../local/terminal/options.ts';

it.each([
  [[], { everyMs: 2_000, seed: 1, untilDone: false }],
  [['--until-done', '--every', '0.25', '--seed=7'], { everyMs: 250, seed: 7, untilDone: true }],
  [['--fan-out-above', '2'], { everyMs: 2_000, seed: 1, untilDone: false, fanOutAbove: 2 }],
  [['--every', '0'], { everyMs: 0, seed: 1, untilDone: false }],
  [['--help', '--every', 'x'], undefined],
  [['-h'], undefined],
])('reads %j', (args, expected) => {
  expect(readOptions(args)).toEqual(expected);
});

it.each([
  [['--every', 'soon'], '--every must be a number'],
  [['--every', '3601'], '--every must be 3600 at most'],
  [['--every=-1'], '--every must be a number'],
  [['--seed', '1.5'], '--seed must be a whole number'],
  [['--fan-out-above', 'off'], '--fan-out-above must be a number'],
  [['--fan-out-above', '0'], '--fan-out-above must be 1 at least'],
  [['--fan-out-above', '2.5'], '--fan-out-above must be a whole number'],
  [['--fan-out-above', '1000001'], '--fan-out-above must be 1000000 at most'],
  [['--every', '', '--seed', 'x'], '--every must be a number\n--seed must be a number'],
  [['--every'], "Option '--every <value>' argument missing"],
  [['--forever'], "Unknown option '--forever'"],
  [['now'], "Unexpected argument 'now'. This command does not take positional arguments"],
])('refuses %j', (args, message) => {
  expect(() => readOptions(args)).toThrow(new UsageError(message));
});
