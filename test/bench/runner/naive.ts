// A process with the naive poller.
import { z } from 'zod';
import { NaivePoller } from '../naive/poller.ts';
import { measured } from './measured.ts';
import { answerCalls } from './remote.ts';

const Poll = z.object({ now: z.number(), atMost: z.number().optional() });
const poller = new NaivePoller();

answerCalls({
  poll(argument) {
    const { now, atMost } = Poll.parse(argument);
    return measured(() => poller.poll(now, atMost));
  },
});
