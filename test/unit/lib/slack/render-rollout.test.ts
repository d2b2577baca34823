import { describe, expect, it } from 'vitest';
import { renderRollout } from '../../../../lib/slack/render-rollout.ts';
import { aRule, events, minutesAfterNoon, viewOf } from '../../../support/alert-events.ts';
import { counts } from '../../../support/builders.ts';
import { sampleEvent } from './samples.ts';

const running = viewOf(
  sampleEvent('tracking-started.discovered'),
  sampleEvent('status-changed'),
  sampleEvent('progressed'),
  sampleEvent('threshold-breached.warning'),
);

const plain = (text: string) => ({ type: 'plain_text', text, emoji: false });
const text = (words: string) => ({ type: 'text', text: words });
const bold = (words: string) => ({ type: 'text', text: words, style: { bold: true } });
const button = (action_id: string, label: string, url: string) => ({
  type: 'button',
  action_id,
  text: { type: 'plain_text', text: label },
  url,
});
const date = (timestamp: number, fallback: string) => ({
  type: 'date',
  timestamp,
  format: '{date_short_pretty} {time}',
  fallback,
});

describe('the message of a rollout', () => {
  it('says how it stands', () => {
    expect(renderRollout(running, { dashboardUrl: 'https://ota.example' })).toEqual({
      text:
        'Door lock firmware 4-2-1: In progress, 27.5 % of 400 things finished. ' +
        'Things: 88 succeeded, 22 failed, 90 in progress, 200 queued. ' +
        '1 open breach: Warning since 2026-03-02 09:03 UTC: 22 of 200 things that received the task have failed (11 %, ' +
        'limit 10 %); AWS cancels the rollout at 20 %, after 18 more failures at today’s mix. ' +
        '50 things finish a minute. Estimated end 2026-03-02 09:08 UTC. ' +
        'Task Vq3ZtY81mLxE. Configuration c4Rk2mWz8Qp1. Account 123456789012. Region eu-west-1. ' +
        'As of 2026-03-02 09:03 UTC.',
      blocks: [
        { type: 'header', text: plain('Door lock firmware 4-2-1') },
        {
          type: 'rich_text',
          elements: [
            {
              type: 'rich_text_section',
              elements: [
                bold('In progress'),
                text(', 27.5 % of 400 things finished'),
                text('\n'),
                { type: 'text', text: '████x░░░░░░░░░░░░░░░', style: { code: true } },
                text('\n88 succeeded, 22 failed, 90 in progress, 200 queued'),
                text('\n'),
                text('50 things finish a minute'),
                text(', '),
                text('estimated end '),
                date(1772442487, '2026-03-02 09:08 UTC'),
              ],
            },
            { type: 'rich_text_section', elements: [text('\n'), bold('1 open breach')] },
            {
              type: 'rich_text_list',
              style: 'bullet',
              elements: [
                {
                  type: 'rich_text_section',
                  elements: [
                    text('🟡 '),
                    bold('Warning'),
                    text(' since '),
                    date(1772442187, '2026-03-02 09:03 UTC'),
                    text(
                      ': 22 of 200 things that received the task have failed (11 %, limit 10 %); AWS cancels the rollout at 20 %, after 18 more failures at today’s mix.',
                    ),
                  ],
                },
              ],
            },
          ],
        },
        {
          type: 'actions',
          elements: [
            button('dashboard', 'Open dashboard', 'https://ota.example/tasks/Vq3ZtY81mLxE'),
            button(
              'aws-console',
              'Open AWS console',
              'https://console.aws.amazon.com/iot/home?region=eu-west-1',
            ),
          ],
        },
        {
          type: 'context',
          elements: [
            plain('Task Vq3ZtY81mLxE'),
            plain('Configuration c4Rk2mWz8Qp1'),
            plain('Account 123456789012'),
            plain('Region eu-west-1'),
            {
              type: 'mrkdwn',
              text: 'As of <!date^1772442187^{date_short_pretty} {time}|2026-03-02 09:03 UTC>',
            },
          ],
        },
      ],
    });
  });

  it('says how it ended, in few words where little is known', () => {
    const { accountId, region, configurationId, ...canceled } = viewOf(
      events.statusChanged({
        status: 'CANCELED',
        terminal: true,
        inferredCause: 'abort-criteria',
        counts: counts({}),
      }),
      events.stopped({ sequence: 2, reason: 'canceled', status: 'CANCELED', counts: counts({}) }),
    );
    expect(renderRollout(canceled, { consoleUrl: 'not an address' })).toEqual({
      text:
        'task1: Canceled, probably by abort criteria, no things yet. Things: no things. ' +
        'No longer watched: it was canceled. Task task1. As of 2026-11-22 12:01 UTC.',
      blocks: [
        { type: 'header', text: plain('task1') },
        {
          type: 'rich_text',
          elements: [
            {
              type: 'rich_text_section',
              elements: [
                bold('Canceled, probably by abort criteria'),
                text(', no things yet'),
                text('\nNo longer watched: it was canceled'),
              ],
            },
          ],
        },
        {
          type: 'context',
          elements: [
            plain('Task task1'),
            {
              type: 'mrkdwn',
              text: 'As of <!date^1795348860^{date_short_pretty} {time}|2026-11-22 12:01 UTC>',
            },
          ],
        },
      ],
    });
  });

  it('names the worst of many breaches, and says how many more there are', () => {
    const severities = [
      'info',
      'warning',
      'error',
      'critical',
      'info',
      'warning',
      'error',
      'critical',
    ] as const;
    const breaches = severities.map((severity, index) =>
      events.breached({
        sequence: index + 2,
        rule: aRule({ id: `rule${index}`, severity }),
        summary: `Breach ${index}.`,
        observedAt: minutesAfterNoon(0),
      }),
    );
    const { text: spoken } = renderRollout(viewOf(events.started(), ...breaches), {});
    const since = 'since 2026-11-22 12:00 UTC';
    expect(spoken).toContain(
      `8 open breaches: Critical ${since}: Breach 3. Critical ${since}: Breach 7. Error ${since}: Breach 2. ` +
        `Error ${since}: Breach 6. Warning ${since}: Breach 1. Warning ${since}: Breach 5. And 2 more. `,
    );
  });
});
