import { spawnSync } from 'node:child_process';
import { DynamoDbLocalError } from './errors.ts';

const NEEDED = 17;
const PACKAGE = `openjdk-${NEEDED}-jre-headless`;

/** Sees to a Java that DynamoDB Local runs on. A CI machine (`CI=true`) gets one; people are told what is missing. */
export function needJava(env: NodeJS.ProcessEnv): void {
  if (isNewEnough(javaVersion())) return;
  if (env.CI !== 'true') {
    const found = javaVersion() === undefined ? 'there is none' : `this is Java ${javaVersion()}`;
    throw new DynamoDbLocalError(
      `DynamoDB Local needs Java ${NEEDED} or newer, and ${found} (Debian, Ubuntu: apt-get install ${PACKAGE}).`,
    );
  }
  for (const args of [['update'], ['install', '--yes', '--no-install-recommends', PACKAGE]]) apt(args);
  if (!isNewEnough(javaVersion())) throw new DynamoDbLocalError(`${PACKAGE} gave no Java ${NEEDED}.`);
}

/** Major version of the `java` on the path; undefined where there is none. */
function javaVersion(): number | undefined {
  const { stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  const major = /version "(\d+)/.exec(stderr ?? '')?.[1];
  return major === undefined ? undefined : Number(major);
}

function isNewEnough(version: number | undefined): boolean {
  return version !== undefined && version >= NEEDED;
}

function apt(args: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status, stderr, error } = spawnSync('apt-get', ['-qq', ...args], { env, encoding: 'utf8' });
  if (status === 0) return;
  throw new DynamoDbLocalError(`apt-get ${args.join(' ')} failed: ${error?.message ?? stderr}`);
}
