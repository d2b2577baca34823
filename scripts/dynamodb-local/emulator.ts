import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DynamoDbLocalError } from './errors.ts';

/** An npm package that has AWS's DynamoDB Local in its folder `emulator`. Its dependencies are not needed. */
const PACKAGE = 'amplify-dynamodb-simulator';
const VERSION = '2.9.30';
const SHA512 = 'xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ==';

const CACHE = path.resolve(import.meta.dirname, '../../node_modules/.cache/dynamodb-local');

/** Fetches DynamoDB Local if it is not there yet, and gives its folder. */
export function emulatorFolder(): string {
  const folder = path.join(CACHE, VERSION);
  if (existsSync(folder)) return folder;
  mkdirSync(CACHE, { recursive: true });
  const unfinished = mkdtempSync(path.join(CACHE, 'unfinished-'));
  try {
    run('npm', [
      'pack',
      '--silent',
      '--ignore-scripts',
      `--pack-destination=${unfinished}`,
      `${PACKAGE}@${VERSION}`,
    ]);
    const archive = path.join(unfinished, `${PACKAGE}-${VERSION}.tgz`);
    const sha512 = createHash('sha512').update(readFileSync(archive)).digest('base64');
    if (sha512 !== SHA512) {
      throw new DynamoDbLocalError(`${PACKAGE}@${VERSION} is not what it was: sha512 is ${sha512}`);
    }
    run('tar', ['-xzf', archive, '-C', unfinished, 'package/emulator']);
    renameSync(path.join(unfinished, 'package/emulator'), folder);
  } finally {
    rmSync(unfinished, { recursive: true });
  }
  return folder;
}

function run(command: string, args: readonly string[]): void {
  const { status, stderr, error } = spawnSync(command, args, { encoding: 'utf8' });
  if (status === 0) return;
  throw new DynamoDbLocalError(`${command} ${args.join(' ')} failed: ${error?.message ?? stderr}`);
}
