// Runs the tests that need a browser: Chromium, or Chrome. Without one they are skipped; `--install` gets one with apt, as root.
// Other arguments go to vitest.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { AptError } from './apt.ts';
import { findChromium, installChromium } from './browser/chromium.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
const INSTALL = '--install';
const SKIPPED =
  'Browser tests skipped: no Chromium on the path, and CHROMIUM_PATH does not name one (Debian, Ubuntu: apt-get install chromium).';

async function main(args: readonly string[]): Promise<number> {
  if (findChromium(process.env) === undefined && args.includes(INSTALL)) installChromium();
  const chromium = findChromium(process.env);
  if (chromium === undefined) {
    console.log(SKIPPED);
    return args.includes(INSTALL) ? 1 : 0;
  }
  const rest = args.filter((arg) => arg !== INSTALL);
  const vitest = spawn(
    path.join(ROOT, 'node_modules/.bin/vitest'),
    ['run', '--config', 'vitest.browser.config.ts', ...rest],
    { cwd: ROOT, stdio: 'inherit', env: { ...process.env, CHROMIUM_PATH: chromium } },
  );
  process.once('exit', () => vitest.kill());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
  const [code] = await once(vitest, 'exit');
  return code ?? 1;
}

try {
  process.exit(await main(process.argv.slice(2)));
} catch (error) {
  if (!(error instanceof AptError)) throw error;
  console.error(error.message);
  process.exit(1);
}
