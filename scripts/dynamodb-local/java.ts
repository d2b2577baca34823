import { spawnSync } from 'node:child_process';
import { aptInstall } from '../apt.ts';
import { DynamoDbLocalError } from './errors.ts';

const NEEDED = 17;
const PACKAGE = `openjdk-${NEEDED}-jre-headless`;

/** Sees to a Java that DynamoDB Local runs on. A CI machine (`CI=true`) gets one; people are told what is missing. */
export function needJava(env: NodeJS.ProcessEnv): void {
  const version = javaVersion();
  if (version >= NEEDED) return;
  if (env.CI !== 'true') {
    const found = version === 0 ? 'there is none' : `this is Java ${version}`;
    throw new DynamoDbLocalError(
      `DynamoDB Local needs Java ${NEEDED} or newer, and ${found} (Debian, Ubuntu: apt-get install ${PACKAGE}).`,
    );
  }
  aptInstall([PACKAGE]);
  if (javaVersion() < NEEDED) throw new DynamoDbLocalError(`${PACKAGE} gave no Java ${NEEDED}.`);
}

/** Major version of the `java` on the path; 0 where there is none. */
function javaVersion(): number {
  const { stderr } = spawnSync('java', ['-version'], { encoding: 'utf8' });
  return Number(/version "(\d+)/.exec(stderr ?? '')?.[1] ?? 0);
}
