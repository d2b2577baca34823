import type { PagerDuty, SlackBot, SlackWebhooks } from '../../lib/alerts/ports.ts';

/** A call to a destination, and what came back. */
export type Call = {
  /** As the destination calls it. */
  readonly what: string;
} & ({ readonly answer: string } | { readonly error: Error });

export type OnCall = (call: Call) => void;

/** Tells of every call that is made through a bot. */
export function watchedBot(bot: SlackBot, onCall: OnCall): SlackBot {
  return {
    ...bot,
    // What is wrong with the secret is told as the outcome of the call.
    ready: () => Promise.resolve(),
    post: (channel, message, options) =>
      watch('chat.postMessage', onCall, bot.post(channel, message, options), (posted) => {
        const how = options.broadcast === true ? 'reply, shown in the channel' : 'reply';
        return `ok  ${posted.channel}  ${posted.ts}  ${options.thread === undefined ? 'message' : how}`;
      }),
    edit: (posted, message) =>
      watch('chat.update', onCall, bot.edit(posted, message), () => `ok  ${posted.channel}  ${posted.ts}`),
  };
}

/** Tells of every message that is sent to a webhook. */
export function watchedWebhooks(webhooks: SlackWebhooks, onCall: OnCall): SlackWebhooks {
  return {
    ready: () => Promise.resolve(),
    post: (channel, message) => watch('webhook', onCall, webhooks.post(channel, message), () => '200 ok'),
  };
}

/** Tells of every event that PagerDuty is sent. */
export function watchedPagerDuty(pagerDuty: PagerDuty, onCall: OnCall): PagerDuty {
  return {
    send: (service, event) =>
      watch(
        event.event_action,
        onCall,
        pagerDuty.send(service, event),
        () => `202  dedup_key ${event.dedup_key}`,
      ),
    change: (service, event) => watch('change', onCall, pagerDuty.change(service, event), () => '202'),
  };
}

async function watch<Answer>(
  what: string,
  onCall: OnCall,
  calling: Promise<Answer>,
  say: (answer: Answer) => string,
): Promise<Answer> {
  try {
    const answer = await calling;
    onCall({ what, answer: say(answer) });
    return answer;
  } catch (error) {
    onCall({ what, error: error instanceof Error ? error : new Error(String(error)) });
    throw error;
  }
}
