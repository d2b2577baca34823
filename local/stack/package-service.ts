import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { runServerless, type ServerlessOptions, type ServerlessParams } from './serverless.ts';
import { StackError } from './stack-error.ts';

/**
 * Packages the service, as it would be deployed, into a folder of its own.
 *
 * @param folder relative to the project; gets `package/`, a working folder of the bundler, and copies that the bundler forgets
 * @returns the path of the CloudFormation template
 */
export async function packageService(
  folder: string,
  params: ServerlessParams,
  options: ServerlessOptions,
): Promise<string> {
  const output = path.join(folder, 'package');
  const args = ['package', '--package', output];
  const buildFolder = path.join(folder, 'package-build');
  const temporary = path.join(options.project, folder, 'package-tmp');
  await mkdir(temporary, { recursive: true });
  const env = { ...options.env, TMPDIR: temporary, TEMP: temporary, TMP: temporary };
  const { status, lastLines } = await runServerless(args, { ...params, buildFolder }, { ...options, env });
  options.signal.throwIfAborted();
  if (status !== 0) throw new StackError(`serverless package ended with ${status}:\n${lastLines}`);
  return path.join(options.project, output, 'cloudformation-template-update-stack.json');
}
