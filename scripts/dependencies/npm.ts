import { execFile } from 'node:child_process';
import { ROOT } from './lockfile.ts';

export interface NpmResult {
  readonly status: number;
  /** Without what npm prints on standard error, such as warnings about its own configuration. */
  readonly output: string;
}

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

/** Runs npm on the repository; a failure is a status. @throws where npm cannot be started */
export function npm(args: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<NpmResult> {
  return new Promise((resolve, reject) => {
    execFile('npm', [...args], { cwd: ROOT, env, maxBuffer: MAX_OUTPUT_BYTES }, (error, stdout) => {
      const status = error?.code ?? 0;
      if (typeof status === 'number') resolve({ status, output: stdout });
      else reject(error);
    });
  });
}
