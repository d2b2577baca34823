import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { DynamoDbLocalError } from './errors.ts';

const START_SECONDS = 60;

export interface DynamoDbLocal {
  readonly url: string;
  stop(): void;
}

/**
 * Starts DynamoDB Local on a free port, in memory: tables of one access key are not seen by another. It listens on all
 * interfaces, since it can be told nothing else. It ends with this process, unless that is killed.
 */
export async function startDynamoDbLocal(folder: string): Promise<DynamoDbLocal> {
  const port = await freePort();
  const options = ['-inMemory', '-disableTelemetry', '-port', String(port)];
  const args = ['-Djava.library.path=DynamoDBLocal_lib', '-jar', 'DynamoDBLocal.jar', ...options];
  const java = spawn('java', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  let complaint = '';
  java.stderr.setEncoding('utf8').on('data', (text: string) => {
    complaint = (complaint + text).slice(-10_000);
  });
  const stop = () => void java.kill('SIGKILL');
  process.once('exit', stop);
  const url = `http://127.0.0.1:${port}`;
  const deadline = AbortSignal.timeout(START_SECONDS * 1_000);
  while (!(await answers(url))) {
    if (java.exitCode !== null || deadline.aborted) {
      stop();
      throw new DynamoDbLocalError(`DynamoDB Local did not start: ${complaint}`);
    }
    await sleep(100);
  }
  return { url, stop };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new DynamoDbLocalError('There is no free port');
  return address.port;
}

/** Whatever it answers to a request that makes no sense: it is there. */
function answers(url: string): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}
