import { accessSync, constants } from 'node:fs';
import path from 'node:path';
import { aptInstall } from '../apt.ts';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** Chromium, and fonts that have what alerts are written with. */
const PACKAGES = ['chromium', 'fonts-dejavu-core', 'fonts-lato', 'fonts-noto-color-emoji'];

/** The Chromium of this machine: `CHROMIUM_PATH`, else the first on the path; undefined where there is none. */
export function findChromium(env: NodeJS.ProcessEnv): string | undefined {
  if (env.CHROMIUM_PATH !== undefined) return env.CHROMIUM_PATH;
  const folders = (env.PATH ?? '').split(path.delimiter).filter((folder) => folder !== '');
  return NAMES.flatMap((name) => folders.map((folder) => path.join(folder, name))).find(isExecutable);
}

/** Installs Chromium with apt, as root. */
export function installChromium(): void {
  aptInstall(PACKAGES);
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
