import { allPackages, type LockedPackage, type Lockfile, shippedPackages } from './lockfile.ts';

/** Licences that ask for no more than a notice, and go with MIT. */
export const ALLOWED_LICENSES: ReadonlySet<string> = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'ISC',
  'MIT',
  'MIT-0',
]);

/** As many packages as run in production now. Raise it in the change that adds one, which then says what the package is for. */
export const MAX_SHIPPED = 86;

/** What is wrong with what is locked: one line each, none when all is well. */
export function lockfileProblems(lockfile: Lockfile, maxShipped = MAX_SHIPPED): readonly string[] {
  const shipped = shippedPackages(lockfile);
  return [
    ...allPackages(lockfile).flatMap(originProblems),
    ...shipped.flatMap(licenseProblems),
    ...(shipped.length > maxShipped
      ? [`${shipped.length} packages run in production: ${maxShipped} are allowed`]
      : []),
  ];
}

function originProblems({ path, version, integrity, resolved, isContained }: LockedPackage): string[] {
  return [
    ...(version === '' ? [`${path}: no version is locked`] : []),
    ...(isContained || integrity?.startsWith('sha512-') ? [] : [`${path}: no SHA-512 of what it holds`]),
    ...(resolved === undefined
      ? []
      : [`${path}: says where it was got: install with --omit-lockfile-registry-resolved`]),
  ];
}

function licenseProblems({ path, license }: LockedPackage): string[] {
  if (license !== undefined && ALLOWED_LICENSES.has(license)) return [];
  return [`${path}: its licence is ${license ?? 'not known'}`];
}
