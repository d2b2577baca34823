import type { SlackMessage } from '../../lib/slack/message.ts';

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } }) as const;

export function plainMessage(text: string): SlackMessage {
  return { text, blocks: [section(text)] };
}

/** Text of others that would be markup, were it not escaped. */
export const HOSTILE = '<img src=x onerror="window.pwned=1"><script>window.pwned=1</script>';

/** Puts the hostile text wherever text can stand, and a link that is none of the web. */
export function hostileMessage(): SlackMessage {
  const escaped = HOSTILE.replaceAll('<', '&lt;').replaceAll('>', '&gt;');
  return {
    text: escaped,
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: HOSTILE } },
      section(`${escaped} &amp;lt;b&amp;gt; <javascript:window.pwned=1|do not click>`),
      {
        type: 'rich_text',
        elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'text', text: HOSTILE }] }],
      },
      { type: 'context', elements: [{ type: 'plain_text', text: HOSTILE }] },
    ],
  };
}
