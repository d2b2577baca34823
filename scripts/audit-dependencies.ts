// Checks the packages that run in production: licences, hashes and number by package-lock.json, and known weaknesses by
// `npm audit`. Where the registry has no advisories that is said, and is no failure unless `--required` is given.
import { readAudit } from './dependencies/advisories.ts';
import { lockfileProblems, MAX_SHIPPED } from './dependencies/checks.ts';
import { readLockfile, shippedPackages } from './dependencies/lockfile.ts';
import { npm } from './dependencies/npm.ts';

const REQUIRED = '--required';

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== REQUIRED);
  if (unknown !== undefined) {
    console.error(`There is no option ${unknown}: npm run audit:dependencies [-- ${REQUIRED}]`);
    return 2;
  }
  const lockfile = readLockfile();
  const problems = lockfileProblems(lockfile);
  for (const problem of problems) console.error(problem);
  console.log(
    `Packages that run in production: ${shippedPackages(lockfile).length} of at most ${MAX_SHIPPED}`,
  );
  if (problems.length === 0) console.log('Licences, hashes and versions: as they have to be');

  const outcome = readAudit(await npm(['audit', '--omit=dev', '--json']));
  if (outcome.kind === 'not-checked') {
    console.log(`Advisories: not checked: ${outcome.reason}`);
    return problems.length > 0 || args.includes(REQUIRED) ? 1 : 0;
  }
  for (const found of outcome.serious) console.error(`Advisory: ${found}`);
  console.log(`Advisories: ${outcome.serious.length} high or critical, ${outcome.others} below`);
  return problems.length > 0 || outcome.serious.length > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
