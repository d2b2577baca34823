/**
 * What Lambda does around a function, in a process of its own: loads the handler that `_HANDLER` names once, then hands it
 * the invocations that arrive on the process's channel. Standard output and error stay the function's own.
 */
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const { LAMBDA_TASK_ROOT = '', _HANDLER = '' } = process.env;
const { dir, name: file, ext } = path.parse(_HANDLER);
const code = await import(pathToFileURL(path.join(LAMBDA_TASK_ROOT, dir, `${file}.mjs`)).href);
const handler = Reflect.get(code, ext.slice(1));

function contextOf(message: object): object {
  const deadline = performance.now() + Number(Reflect.get(message, 'timeoutMs'));
  return {
    ...Reflect.get(message, 'context'),
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, Math.round(deadline - performance.now())),
  };
}

/** All that Lambda logs and answers of a failed invocation. */
function errorOf(error: unknown): object {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error) };
  return { ...error, errorType: error.name, errorMessage: error.message, stack: error.stack?.split('\n') };
}

async function invoke(message: object): Promise<object> {
  try {
    return { value: await handler(Reflect.get(message, 'event'), contextOf(message)) };
  } catch (thrown) {
    const error = errorOf(thrown);
    process.stderr.write(`ERROR Invoke Error ${JSON.stringify(error)}\n`);
    return { error };
  }
}

process.on('message', async (message) => {
  if (typeof message === 'object' && message !== null) process.send?.(await invoke(message));
});
process.on('disconnect', () => process.exit());
