import { describe, expect, it } from 'vitest';
import { renderBlock } from '../../../../local/inbox/blocks.ts';
import { renderPagerDuty } from '../../../../local/inbox/pagerduty-column.ts';
import { renderSlack } from '../../../../local/inbox/slack-column.ts';
import type { Incident } from '../../../../local/pagerduty/incidents.ts';
import type { SlackBlock } from '../../../../local/slack/blocks.ts';

const NOON = Date.parse('2026-03-02T12:00:00Z');
const READER = { now: NOON, timeZone: 'UTC' };
const HOSTILE = `"><img src=x onerror='alert(1)'>`;
const ESCAPED = '&quot;&gt;&lt;img src=x onerror=&#39;alert(1)&#39;&gt;';

const span = (text: string, style = {}) => ({ type: 'text', text, style }) as const;

describe('renderBlock', () => {
  it.each<[string, SlackBlock, string]>([
    [
      'a header',
      { type: 'header', text: { type: 'plain_text', text: '*a* & b' } },
      '<h4 class="block-header">*a* &amp; b</h4>',
    ],
    ['a divider', { type: 'divider' }, '<hr class="block-divider">'],
    [
      'the text for a picture',
      { type: 'image', image_url: 'https://a.example/x.png', alt_text: HOSTILE },
      `<p class="block-image">Picture: ${ESCAPED}</p>`,
    ],
    [
      'buttons',
      {
        type: 'actions',
        elements: [{ type: 'button', text: { type: 'plain_text', text: 'Go' }, style: 'danger' }],
      },
      '<div class="block-actions"><span class="button danger">Go</span></div>',
    ],
    [
      'rich text',
      {
        type: 'rich_text',
        elements: [
          {
            type: 'rich_text_section',
            elements: [
              span('a\nb', { bold: true, code: true }),
              { type: 'link', url: 'mailto:a@b.example', text: 'mail' },
            ],
          },
          {
            type: 'rich_text_list',
            style: 'ordered',
            elements: [{ type: 'rich_text_section', elements: [span('one')] }],
          },
          { type: 'rich_text_preformatted', elements: [span(HOSTILE)] },
          { type: 'rich_text_quote', elements: [span('said', { italic: true })] },
        ],
      },
      `<div class="text rich"><p><strong><code>a<br>b</code></strong><span class="link">mail</span></p><ol><li>one</li></ol><pre><code>${ESCAPED}</code></pre><blockquote><em>said</em></blockquote></div>`,
    ],
  ])('renders %s', (_, block, expected) => {
    expect(renderBlock(block, READER).toString()).toBe(expected);
  });
});

const incident = (overrides: Partial<Incident> = {}): Incident => ({
  service: 'locks',
  dedupKey: 'key',
  status: 'triggered',
  summary: 'Summary',
  severity: 'critical',
  source: 'source',
  customDetails: {},
  links: [],
  triggers: 1,
  openedAt: NOON,
  log: [{ action: 'trigger', at: NOON }],
  ...overrides,
});

describe('renderPagerDuty', () => {
  const render = (...incidents: readonly Incident[]) => renderPagerDuty(incidents, [], READER).toString();

  it('has what is open first, the newest at the top', () => {
    const markup = render(
      incident({ summary: 'older', openedAt: NOON - 2 }),
      incident({ summary: 'over', openedAt: NOON, status: 'resolved' }),
      incident({ summary: 'newer', openedAt: NOON - 1 }),
    );
    expect(markup.match(/(?<=<h4>)\w+/g)).toEqual(['newer', 'older', 'over']);
  });

  it('nests details, as JSON from the fifth level on', () => {
    expect(render(incident({ customDetails: { a: [1, { b: { c: { d: null } } }] } }))).toContain(
      '<dl class="facts"><dt>a</dt><dd><ul><li>1</li><li><dl class="facts"><dt>b</dt><dd><dl class="facts"><dt>c</dt><dd><code>{&quot;d&quot;:null}</code></dd></dl></dd></dl></li></ul></dd></dl>',
    );
  });

  it('escapes whatever came', () => {
    const links = [{ href: `javascript:${HOSTILE}`, text: HOSTILE }];
    const hostile = {
      service: HOSTILE,
      dedupKey: HOSTILE,
      summary: HOSTILE,
      severity: HOSTILE,
      source: HOSTILE,
      links,
    };
    const markup = render(incident({ ...hostile, customDetails: { [HOSTILE]: HOSTILE } }));
    expect(markup).not.toContain('<img');
    expect(markup).not.toContain('javascript:');
    expect(markup.split(ESCAPED)).toHaveLength(10);
  });
});

it('escapes the names and the messages of channels', () => {
  const message = { ts: HOSTILE, at: NOON, by: 'bot', text: HOSTILE, blocks: [], edits: 0 } as const;
  const reply = { ...message, broadcast: true, replies: [] } as const;
  const channels = [{ id: HOSTILE, name: HOSTILE, messages: [{ ...message, replies: [reply] }] }];
  expect(renderSlack(channels, undefined, READER).toString()).not.toContain('<img');
});
