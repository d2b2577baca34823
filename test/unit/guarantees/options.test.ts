import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { GuaranteeOptionError } from '../../guarantees/run/errors.ts';
import { readOptions } from '../../guarantees/run/options.ts';

const DEFAULTS = {
  seed: 20_261_122,
  share: 100,
  workers: Math.min(2, availableParallelism()),
  guarantees: 'test/guarantees/all.ts',
  summary: 'reports/guarantees.md',
  writeDocs: false,
  jsonReport: undefined,
};

describe('arguments', () => {
  it.each([
    [[], {}],
    [['--only', '2,4', '--share', '0.5'], { only: [2, 4], share: 0.5 }],
    [
      ['--only', '3', '--seed', '7', '--path', '1:0:2', '--engine', 'dynamodb-local'],
      { only: [3], seed: 7, path: '1:0:2', engine: 'dynamodb-local' },
    ],
    [
      ['--workers', '1', '--summary', 'a.md', '--json-report', 'a.json'],
      { workers: 1, summary: 'a.md', jsonReport: 'a.json' },
    ],
    [['--write-docs'], { writeDocs: true }],
  ])('%j', (args, options) => {
    expect(readOptions(args)).toEqual({ ...DEFAULTS, ...options });
  });

  it.each([
    [['--only', '2,x'], '--only: expected numbers with commas between'],
    [['--path', '1'], '--path replays one guarantee: --only says which'],
    [['--only', '1,2', '--path', '1'], '--path replays one guarantee: --only says which'],
    [['--write-docs', '--share', '5'], '--write-docs is for all, in full'],
    [['--write-docs', '--only', '5'], '--write-docs is for all, in full'],
    [['--engine', 'oracle'], '--engine: Invalid option: expected one of "embedded"|"dynamodb-local"'],
    [['--nothing'], /Unknown option '--nothing'/],
  ])('%j are wrong', (args, message) => {
    expect(() => readOptions(args)).toThrow(GuaranteeOptionError);
    expect(() => readOptions(args)).toThrow(message);
  });
});
