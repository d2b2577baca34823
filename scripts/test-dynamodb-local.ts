// Runs the tests that use a database, or the files given, against AWS's DynamoDB Local in place of the embedded one. Flags go to vitest.
// Needs Java 17; fetches DynamoDB Local itself.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { AptError } from './apt.ts';
import { emulatorFolder } from './dynamodb-local/emulator.ts';
import { DynamoDbLocalError } from './dynamodb-local/errors.ts';
import { needJava } from './dynamodb-local/java.ts';
import { startDynamoDbLocal } from './dynamodb-local/server.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const SUITES = ['test/integration', 'test/e2e/packaged-kill.test.ts', 'test/e2e/api.test.ts'];
/** Those that use no database, and those whose thousands of events it would take minutes for and tell nothing new. */
const LEFT_OUT = [
  'test/integration/{alert-cli,pagerduty,publish-dashboard,simulator,slack}/**',
  'test/integration/local/{bus,cloudwatch,dashboard,issuer,queue,template}/**',
  'test/integration/alerts/{faults,pagerduty-chaos,queue,storm}.test.ts',
  'test/integration/secrets.test.ts',
];

async function main(args: readonly string[]): Promise<number> {
  needJava(process.env);
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const { url } = await startDynamoDbLocal(emulatorFolder());
  const vitest = spawn(path.join(ROOT, 'node_modules/.bin/vitest'), ['run', ...vitestArguments(args)], {
    cwd: ROOT,
    stdio: 'inherit',
    env: { ...process.env, TEST_DYNAMODB_URL: url, AWS_ENDPOINT_URL_DYNAMODB: url },
  });
  process.once('exit', () => vitest.kill());
  const [code] = await once(vitest, 'exit');
  return code ?? 1;
}

/** A file is what exists: the value of a flag may be a word of its own. */
function vitestArguments(args: readonly string[]): readonly string[] {
  const hasFiles = args.some((arg) => !arg.startsWith('-') && existsSync(path.resolve(ROOT, arg)));
  return hasFiles ? args : [...SUITES, ...LEFT_OUT.flatMap((files) => ['--exclude', files]), ...args];
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof DynamoDbLocalError || error instanceof AptError)) throw error;
  console.error(error.message);
  process.exit(1);
}
