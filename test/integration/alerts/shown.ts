import type { ShownMessage } from '../../../local/slack/types.ts';
import type { NotifierWorld } from '../../support/notifier-world.ts';

/**
 * What a channel shows, a line for each message: the first sentence of its text and how often it was edited; replies are
 * indented, those that the channel shows as well with an arrow.
 */
export function shown({ slack }: NotifierWorld, channel = 'ota-rollouts'): string[] {
  const messages = slack.channels().find(({ name }) => name === channel)?.messages ?? [];
  return messages.flatMap((message) => [
    said(message),
    ...message.replies.map((reply) => `${reply.broadcast ? '→' : ' '} ${said(reply)}`),
  ]);
}

function said({ text, edits }: ShownMessage): string {
  const [, sentence = text] = /^(.*?)\. /.exec(text) ?? [];
  return `${sentence}${edits === 0 ? '' : ` (${edits} edits)`}`;
}

/** Requests to Slack that took effect, or not, as `seconds since the start: method`, with what was wrong. */
export function requests({ slack }: NotifierWorld, startedAt: number): string[] {
  return slack.requests.map(
    ({ method, at, error }) =>
      `${(at - startedAt) / 1_000}: ${method}${error === undefined ? '' : ` ${error}`}`,
  );
}

/** Everything that was logged, in one text. */
export function logged(...notifiers: readonly { readonly log: readonly unknown[] }[]): string {
  return JSON.stringify(notifiers.map(({ log }) => log));
}
