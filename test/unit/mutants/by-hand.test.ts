import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { MUTANTS_BY_HAND } from '../../mutation/by-hand/mutants.ts';

const ROOT = path.resolve(import.meta.dirname, '../../..');

it.each(MUTANTS_BY_HAND)('$name finds its place in the code', ({ file, find, replace }) => {
  const code = readFileSync(path.join(ROOT, file), 'utf8');
  expect(code.split(find).length - 1).toBe(1);
  expect(code.replace(find, replace)).not.toBe(code);
});
