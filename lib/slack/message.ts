import type { KnownBlock } from '@slack/types';

/** A message of Slack. */
export interface SlackMessage {
  /** Read out by screen readers, and shown in notifications: says everything that matters. mrkdwn, escaped. */
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
}

/** What a request carries of a message. Without blocks, Slack shows the text. */
export function contentOf({ text, blocks }: SlackMessage): { text: string; blocks?: KnownBlock[] } {
  return { text, ...(blocks.length > 0 && { blocks: [...blocks] }) };
}
