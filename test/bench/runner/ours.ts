// A process with our poller, put together as its function does it. Its settings are environment variables.
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { createClients } from '../../../lib/aws/clients.ts';
import { createPoller } from '../../../lib/compose.ts';
import { readConfig } from '../../../lib/config.ts';
import { DEFAULT_RULES } from '../../../lib/rule-file/defaults.ts';
import { measured } from './measured.ts';
import { answerCalls } from './remote.ts';

/** Far more than any poll takes: whatever is measured is whole. */
const TIME_MS = 900_000;

const Poll = z.object({ now: z.number() });
const config = readConfig(process.env);
let ahead = 0;

const complain = (message: string, fields?: object) =>
  void process.stderr.write(`${message} ${JSON.stringify(fields)}\n`);

const poll = createPoller(config, DEFAULT_RULES, {
  account: { accountId: '123456789012', region: 'eu-west-1', partition: 'aws' },
  clients: createClients(config.fetchConcurrency),
  log: { info: () => undefined, warn: complain, error: complain },
  now: () => Date.now() + ahead,
  sleep: (milliseconds) => sleep(milliseconds),
});

answerCalls({
  poll(argument) {
    ahead = Poll.parse(argument).now - Date.now();
    const until = performance.now() + TIME_MS;
    return measured(() => poll(() => until - performance.now()));
  },
});
