import { describeError } from '../lib/errors.ts';
import { UsageError } from './connect.ts';

/** Commands by name; each takes the arguments after it. */
export type Commands = ReadonlyMap<string, (args: readonly string[]) => void | Promise<void>>;

/** Runs the command that the arguments of this process name. Ends with status 2 where they make no sense, with 1 where it fails. */
export async function runCommands(commands: Commands, usage: string): Promise<void> {
  try {
    await run(commands, usage, process.argv.slice(2));
  } catch (error) {
    console.error(describeError(error));
    if (error instanceof UsageError) console.error(`\n${usage}`);
    process.exitCode = error instanceof UsageError ? 2 : 1;
  }
}

async function run(commands: Commands, usage: string, [name, ...args]: readonly string[]): Promise<void> {
  if (name === '--help' || args.includes('--help')) {
    console.log(usage);
    return;
  }
  const command = commands.get(name ?? '');
  if (command === undefined) throw new UsageError(`Not a command: ${name ?? '(none)'}`);
  await command(args);
}
