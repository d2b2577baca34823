import { spawnSync } from 'node:child_process';

/** apt-get failed; the message has what it said. */
export class AptError extends Error {
  override readonly name = 'AptError';
}

/** Installs packages of Debian or Ubuntu, which only root can. */
export function aptInstall(packages: readonly string[]): void {
  apt(['update']);
  apt(['install', '--yes', '--no-install-recommends', ...packages]);
}

function apt(args: readonly string[]): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { status, stderr, error } = spawnSync('apt-get', ['-qq', ...args], { env, encoding: 'utf8' });
  if (status === 0) return;
  throw new AptError(`apt-get ${args.join(' ')} failed: ${error?.message ?? stderr}`);
}
