import { globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { lockfileProblems, MAX_SHIPPED } from '../../../scripts/dependencies/checks.ts';
import {
  BROWSER_PACKAGES,
  parseLockfile,
  ROOT,
  readLockfile,
  shippedPackages,
} from '../../../scripts/dependencies/lockfile.ts';

const HASH = 'sha512-YWJj';
const locked = (more: object = {}) => ({ version: '1.0.0', license: 'MIT', integrity: HASH, ...more });
/** A lockfile with these packages, and those of the dashboard. */
const lockfile = (packages: Record<string, object>) => {
  const dashboard = BROWSER_PACKAGES.map((name) => [`node_modules/${name}`, locked({ dev: true })]);
  return parseLockfile(
    JSON.stringify({
      lockfileVersion: 3,
      packages: { '': {}, ...Object.fromEntries(dashboard), ...packages },
    }),
  );
};
const problemsOf = (packages: Record<string, object>) => lockfileProblems(lockfile(packages));

describe('package-lock.json', () => {
  it('has nothing that is wrong, and as many packages as are allowed', () => {
    expect(lockfileProblems(readLockfile())).toEqual([]);
    expect(shippedPackages(readLockfile())).toHaveLength(MAX_SHIPPED);
  });

  it('counts the packages that the dashboard imports among those of production', () => {
    const imported = globSync('web/src/**/*.{ts,tsx}', { cwd: ROOT }).flatMap((file) =>
      [...readFileSync(path.join(ROOT, file), 'utf8').matchAll(/from '([^.'][^']*)'/g)].map(([, name = '']) =>
        name
          .split('/')
          .slice(0, name.startsWith('@') ? 2 : 1)
          .join('/'),
      ),
    );
    expect([...new Set(imported)].sort()).toEqual(BROWSER_PACKAGES);
  });
});

describe('a package', () => {
  it.each<[name: string, packages: Record<string, object>]>([
    ['of production', { 'node_modules/a': locked() }],
    [
      'of ours',
      {
        'node_modules/own': { resolved: 'packages/own', link: true },
        'packages/own': locked({ integrity: undefined }),
      },
    ],
    ['within another', { 'node_modules/a/node_modules/b': locked({ integrity: undefined, inBundle: true }) }],
    ['of the development with any licence', { 'node_modules/a': locked({ dev: true, license: 'GPL-3.0' }) }],
  ])('%s is all right', (_, packages) => {
    expect(problemsOf(packages)).toEqual([]);
  });

  it.each<[name: string, at: string, entry: object, problem: string]>([
    ['of another licence', 'node_modules/a', locked({ license: 'GPL-3.0' }), 'its licence is GPL-3.0'],
    [
      'of one of two licences',
      'node_modules/a',
      locked({ license: '(MIT OR GPL-3.0)' }),
      'its licence is (MIT OR GPL-3.0)',
    ],
    ['without a licence', 'node_modules/@s/a', locked({ license: undefined }), 'its licence is not known'],
    ['below another', 'node_modules/a/node_modules/b', locked({ license: 'X' }), 'its licence is X'],
    ['of the dashboard', 'node_modules/uplot', locked({ dev: true, license: 'X' }), 'its licence is X'],
    ['without a hash', 'node_modules/a', locked({ integrity: undefined }), 'no SHA-512 of what it holds'],
    [
      'with a weak hash',
      'node_modules/a',
      locked({ dev: true, integrity: 'sha1-abc' }),
      'no SHA-512 of what it holds',
    ],
    ['without a version', 'node_modules/a', locked({ version: undefined }), 'no version is locked'],
    [
      'with an address',
      'node_modules/a',
      locked({ resolved: 'https://registry.example/a.tgz' }),
      'says where it was got: install with --omit-lockfile-registry-resolved',
    ],
  ])('%s is a problem', (_, at, entry, problem) => {
    expect(problemsOf({ [at]: entry })).toEqual([`${at}: ${problem}`]);
  });

  it('that the dashboard gets by another is one of production, found where Node.js would find it', () => {
    const wrong = locked({ dev: true, license: 'X' });
    expect(
      problemsOf({
        'node_modules/preact': locked({ dev: true, dependencies: { a: '1' } }),
        'node_modules/preact/node_modules/a': locked({ dev: true, dependencies: { b: '1', preact: '1' } }),
        'node_modules/a': wrong,
        'node_modules/b': wrong,
      }),
    ).toEqual(['node_modules/b: its licence is X']);
  });

  it('too many is a problem', () => {
    const all = lockfile({ 'node_modules/a': locked(), 'node_modules/b': locked({ dev: true }) });
    expect(lockfileProblems(all, 6)).toEqual([]);
    expect(lockfileProblems(all, 5)).toEqual(['6 packages run in production: 5 are allowed']);
  });
});
