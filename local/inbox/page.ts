import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { renderPagerDuty } from './pagerduty-column.ts';
import { renderSlack } from './slack-column.ts';
import type { Sources } from './sources.ts';
import type { Reader } from './times.ts';

const STYLE = ['slack.css', 'pagerduty.css', 'page.css'].map(assetOf).join('\n');
const SCRIPT = assetOf('client.js');

/** Nothing but the page's own style and script, and requests to where it came from. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  `style-src '${digest(STYLE)}'`,
  `script-src '${digest(SCRIPT)}'`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

function assetOf(name: string): string {
  return readFileSync(path.join(import.meta.dirname, name), 'utf8');
}

function digest(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}

/** What changes of the page: markup of its parts, and a sentence that is read out when it changes. */
export interface InboxState {
  readonly slack: string;
  readonly pagerduty: string;
  readonly summary: string;
}

/** Renders what Slack and PagerDuty have; of Slack the messages of one channel. */
export function renderState(
  { slack, pagerduty }: Sources,
  channelId: string | undefined,
  reader: Reader,
): InboxState {
  const channels = slack.channels();
  const incidents = pagerduty.incidents();
  const messages = channels.flatMap((channel) => channel.messages);
  const replies = messages.flatMap((message) => message.replies);
  const open = incidents.filter(({ status }) => status === 'triggered');
  return {
    slack: renderSlack(channels, channelId, reader).toString(),
    pagerduty: renderPagerDuty(incidents, pagerduty.changes(), reader).toString(),
    summary: [
      counted(messages.length, 'message', 'messages'),
      counted(replies.length, 'reply', 'replies'),
      counted(open.length, 'open incident', 'open incidents'),
    ].join(' · '),
  };
}

function counted(count: number, one: string, many: string): string {
  return `${count} ${count === 1 ? one : many}`;
}

/** The whole page: it is complete without its script, which only keeps it up to date. */
export function renderPage({ slack, pagerduty, summary }: InboxState): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Inbox · ota-watch</title>
<style>${STYLE}</style>
</head>
<body>
<a class="skip" href="#pagerduty">Skip to PagerDuty</a>
<header>
<h1>ota-watch <span>inbox</span></h1>
<p id="summary" role="status" aria-live="polite">${summary}</p>
<p class="about">What Slack and PagerDuty would show. Nothing here has left this machine.</p>
</header>
<main>
<section class="column" id="slack" aria-labelledby="slack-name">
<h2 id="slack-name">Slack</h2>
<div id="slack-content">${slack}</div>
</section>
<section class="column" id="pagerduty" aria-labelledby="pagerduty-name" tabindex="-1">
<h2 id="pagerduty-name">PagerDuty</h2>
<div id="pagerduty-content" tabindex="0" role="region" aria-label="Incidents and changes">${pagerduty}</div>
</section>
</main>
<script type="module">${SCRIPT}</script>
</body>
</html>
`;
}
