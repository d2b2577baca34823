// A process with our poller, put together as its functions do it: the one that is scheduled, or a worker that polls parts. Its
// settings are environment variables.
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { createClients, createQueueClient } from '../../../lib/aws/clients.ts';
import { fanOut } from '../../../lib/aws/shard-queue.ts';
import { createPoller, createShardPoller, type Poller } from '../../../lib/compose.ts';
import { readConfig } from '../../../lib/config.ts';
import { parseShardMessage, type ShardPoller } from '../../../lib/fan-out.ts';
import { DEFAULT_RULES } from '../../../lib/rule-file/defaults.ts';
import { measured } from './measured.ts';
import { answerCalls } from './remote.ts';

/** Far more than any poll takes: whatever is measured is whole. */
const TIME_MS = 900_000;

const Poll = z.object({ now: z.number() });
const Part = z.object({ now: z.number(), message: z.string() });
const config = readConfig(process.env);
let ahead = 0;

const complain = (message: string, fields?: object) =>
  void process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);
const log = { info: () => undefined, warn: complain, error: complain };
const pause = (milliseconds: number) => sleep(milliseconds);

const surroundings = {
  account: { accountId: '123456789012', region: 'eu-west-1', partition: 'aws' },
  clients: createClients(config.fetchConcurrency),
  log,
  now: () => Date.now() + ahead,
  sleep: pause,
  ...(config.fanOut !== undefined && {
    fanOut: fanOut(createQueueClient(), config.fanOut, { log, sleep: pause }),
  }),
};
// A process is one or the other.
let poll: Poller | undefined;
let pollPart: ShardPoller | undefined;

function remaining(): () => number {
  const until = performance.now() + TIME_MS;
  return () => until - performance.now();
}

answerCalls({
  poll(argument) {
    ahead = Poll.parse(argument).now - Date.now();
    poll ??= createPoller(config, DEFAULT_RULES, surroundings);
    const run = poll;
    return measured(() => run(remaining()));
  },
  pollPart(argument) {
    const { now, message } = Part.parse(argument);
    ahead = now - Date.now();
    pollPart ??= createShardPoller(config, DEFAULT_RULES, surroundings);
    const run = pollPart;
    return measured(() => run(parseShardMessage(message), remaining()));
  },
});
