// Looks after rule files: npm run rules -- check FILE
import { summarizeError } from '../lib/errors.ts';
import { UsageError } from './connect.ts';
import { check } from './rules/check.ts';
import { test } from './rules/test.ts';

const USAGE = `Usage: npm run rules -- check FILE   say what is wrong with a rule file

  --help   this text
docs/rules.md tells what rules mean.`;

/** Each takes the arguments after its name. */
const COMMANDS: ReadonlyMap<string, (args: readonly string[]) => void | Promise<void>> = new Map([
  ['check', check],
  ['test', test],
]);

async function main([name, ...args]: readonly string[]): Promise<void> {
  if (name === '--help' || args.includes('--help')) {
    console.log(USAGE);
    return;
  }
  const command = COMMANDS.get(name ?? '');
  if (command === undefined) throw new UsageError(`Not a command: ${name ?? '(none)'}`);
  await command(args);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  const { name, message } = summarizeError(error);
  console.error(message ?? name);
  if (error instanceof UsageError) console.error(`\n${USAGE}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
