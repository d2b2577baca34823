import type { KnownBlock } from '@slack/types';

/** A message of Slack. */
export interface SlackMessage {
  /** Read out by screen readers, and shown in notifications: says everything that matters. mrkdwn, escaped. */
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
}
