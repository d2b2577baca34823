import type { KnownBlock } from '@slack/types';

/** A message of Slack. */
export interface SlackMessage {
  /** Read out by screen readers, and shown in notifications: says everything that matters. mrkdwn, escaped. */
  readonly text: string;
  readonly blocks: readonly KnownBlock[];
}

/** Where the buttons of a message lead. */
export interface Links {
  /** Of the dashboard, without a slash at the end; left out where there is none. */
  readonly dashboardUrl?: string;
  /** Of the console of a task; `{region}` and `{taskId}` stand for those of the task. Left out: the start page of AWS IoT. */
  readonly consoleUrl?: string;
}
