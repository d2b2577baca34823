// A process that asks for each task once, with nothing but node:http: what no poller that reads every task can undercut.
import { Agent, get } from 'node:http';
import pMap from 'p-map';
import { z } from 'zod';
import { taskIdAt } from '../stand-ins/account.ts';
import { measured } from './measured.ts';
import { answerCalls } from './remote.ts';

const Poll = z.object({ url: z.string(), tasks: z.number(), concurrency: z.number() });
const agent = new Agent({ keepAlive: true });

function read(url: string): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  get(url, { agent }, (response) => response.resume().on('end', resolve)).on('error', reject);
  return promise;
}

answerCalls({
  poll(argument) {
    const { url, tasks, concurrency } = Poll.parse(argument);
    const urls = Array.from({ length: tasks }, (_, index) => `${url}/ota-tasks/${taskIdAt(index)}`);
    return measured(async () => {
      await pMap(urls, read, { concurrency });
      return { polled: tasks, changes: 0 };
    });
  },
});
