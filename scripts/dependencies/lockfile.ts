import { readFileSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';

export const ROOT = path.resolve(import.meta.dirname, '../..');

const Entry = z.object({
  name: z.string().optional(),
  version: z.string().optional(),
  license: z.string().optional(),
  integrity: z.string().optional(),
  resolved: z.string().optional(),
  link: z.literal(true).optional(),
  dev: z.literal(true).optional(),
  inBundle: z.literal(true).optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
});
const Lockfile = z.object({
  lockfileVersion: z.literal(3),
  packages: z.record(z.string(), Entry),
});

/** package-lock.json: what is installed where, by the path from the root. */
export type Lockfile = z.infer<typeof Lockfile>;

export interface LockedPackage {
  /** From the root of the repository. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  readonly license: string | undefined;
  readonly integrity: string | undefined;
  readonly resolved: string | undefined;
  /** Comes with the repository, or within another package, and so not from the registry by itself. */
  readonly isContained: boolean;
}

/** Packages of the dashboard, which are bundled when it is built: devDependencies, though what is made of them goes to browsers. */
export const BROWSER_PACKAGES = ['@preact/signals', 'oauth4webapi', 'preact', 'preact-iso', 'uplot'];

const MODULES = 'node_modules/';

export const parseLockfile = (text: string): Lockfile => Lockfile.parse(JSON.parse(text));

export const readLockfile = (): Lockfile =>
  parseLockfile(readFileSync(path.join(ROOT, 'package-lock.json'), 'utf8'));

/** All that is installed, whatever for. */
export function allPackages({ packages }: Lockfile): readonly LockedPackage[] {
  return Object.entries(packages)
    .filter(([at, { link }]) => at !== '' && !link)
    .map(([at, { name, version = '', license, integrity, resolved, inBundle }]) => ({
      path: at,
      name: name ?? at.slice(at.lastIndexOf(MODULES) + MODULES.length),
      version,
      license,
      integrity,
      resolved,
      isContained: inBundle === true || !at.includes(MODULES),
    }));
}

/** What runs in production: the packages of the functions, and those of the dashboard. */
export function shippedPackages(lockfile: Lockfile): readonly LockedPackage[] {
  const inBrowsers = closureOf(lockfile, BROWSER_PACKAGES);
  return allPackages(lockfile).filter(({ path: at }) => !lockfile.packages[at]?.dev || inBrowsers.has(at));
}

/** Paths of packages and of all that they depend on. */
function closureOf({ packages }: Lockfile, names: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const visit = (name: string, from: string) => {
    const at = locate(packages, name, from);
    if (found.has(at)) return;
    found.add(at);
    for (const dependency of Object.keys(packages[at]?.dependencies ?? {})) visit(dependency, at);
  };
  for (const name of names) visit(name, '');
  return found;
}

/** Where a package is found by what lies at `from`, as Node.js looks for it. */
function locate(packages: Lockfile['packages'], name: string, from: string): string {
  const at = `${from === '' ? '' : `${from}/`}${MODULES}${name}`;
  if (Object.hasOwn(packages, at)) return at;
  if (from === '') throw new Error(`package-lock.json has no ${name}`);
  return locate(packages, name, from.slice(0, Math.max(0, from.lastIndexOf(`/${MODULES}`))));
}
