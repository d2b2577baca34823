import { describe, expect, it } from 'vitest';
import { renderEvent } from '../../../../lib/slack/render-event.ts';
import { events } from '../../../support/alert-events.ts';
import { SAMPLE_NAMES, sampleEvent } from './samples.ts';

const text = (words: string) => ({ type: 'text', text: words });
const bold = (words: string) => ({ type: 'text', text: words, style: { bold: true } });
const plain = (words: string) => ({ type: 'plain_text', text: words, emoji: false });

const BREACH_SPOKEN =
  'Thermostat firmware 2-0-0: Critical breach: abort-criteria:failed:100. ' +
  '28 of 120 things that received the task have failed (23.33 %, limit 20 %): AWS cancels the rollout. ' +
  'Observed: 23.33 % (28 of 120), limit 20 %. ' +
  'Rule: 20 % of the things that received the task have failed (of at least 50): AWS cancels the rollout. ' +
  'Failed most recently: thermostat-0117 FAILED, thermostat-0104 FAILED retry 1, thermostat-0098 FAILED.';

const BREACH_BODY = {
  type: 'rich_text',
  elements: [
    {
      type: 'rich_text_section',
      elements: [
        text('🔴 '),
        bold('Critical breach: abort-criteria:failed:100'),
        text(
          '\n28 of 120 things that received the task have failed (23.33 %, limit 20 %): AWS cancels the rollout.',
        ),
        text('\nObserved: 23.33 % (28 of 120), limit 20 %'),
        text(
          '\nRule: 20 % of the things that received the task have failed (of at least 50): AWS cancels the rollout.',
        ),
      ],
    },
    { type: 'rich_text_section', elements: [text('Failed most recently:')] },
    {
      type: 'rich_text_preformatted',
      elements: [text('thermostat-0117  FAILED\nthermostat-0104  FAILED  retry 1\nthermostat-0098  FAILED')],
    },
  ],
};

/** What is read out of each sample, as a reply. */
const SPOKEN: readonly (readonly [sample: string, text: string])[] = [
  [
    'configuration-changed',
    'Door lock firmware 4-2-1: Configuration changed from c4Rk2mWz8Qp1 to c7Tn5xBd3Hs6.',
  ],
  [
    'progressed',
    'Door lock firmware 4-2-1: 25 % of 400 things finished. Things: 88 succeeded, 12 failed, 100 in progress, 200 queued. 50 things finish a minute. Estimated end 2026-03-02 09:08 UTC.',
  ],
  [
    'status-changed',
    'Door lock firmware 4-2-1: Status changed from Scheduled to In progress. 0 % of 400 things finished. Things: 60 in progress, 340 queued.',
  ],
  [
    'status-changed.abort-criteria',
    'Thermostat firmware 2-0-0: Status changed from In progress to Canceled, probably by abort criteria. 100 % of 1000 things finished. Things: 32 succeeded, 28 failed, 940 canceled.',
  ],
  [
    'status-changed.end-time',
    'Smart plug firmware 1-8-3: Status changed from In progress to Canceled, probably at its end time. 100 % of 300 things finished. Things: 251 succeeded, 49 canceled.',
  ],
  [
    'status-changed.operator',
    'Camera firmware 7-1-0: Status changed from In progress to Canceled, probably by an operator. 100 % of 200 things finished. Things: 24 succeeded, 176 canceled.',
  ],
  [
    'threshold-breached.critical',
    'Thermostat firmware 2-0-0: Critical breach: abort-criteria:failed:100. 28 of 120 things that received the task have failed (23.33 %, limit 20 %): AWS cancels the rollout. Observed: 23.33 % (28 of 120), limit 20 %. Rule: 20 % of the things that received the task have failed (of at least 50): AWS cancels the rollout. Failed most recently: thermostat-0117 FAILED, thermostat-0104 FAILED retry 1, thermostat-0098 FAILED.',
  ],
  [
    'threshold-breached.error',
    'Thermostat firmware 2-0-0: Error breach: abort-criteria:failed:80. 28 of 120 things that received the task have failed (23.33 %, limit 16 %); AWS cancels the rollout at 20 %. Observed: 23.33 % (28 of 120), limit 16 %. Rule: 16 % of the things that received the task have failed (of at least 50): AWS cancels the rollout at 20 %. Failed most recently: thermostat-0117 FAILED, thermostat-0104 FAILED retry 1, thermostat-0098 FAILED.',
  ],
  [
    'threshold-breached.flapping',
    'Window sensor firmware 0-9-4: Critical breach: failed-percent, flapping. 12 of 100 things that received the task have failed, rejected the update or timed out (12 %, limit 10 %). It is flapping: it counts as over only when it has been gone for 15 min. Observed: 12 % (12 of 100), limit 10 %. Rule: 10 % of the things that received the task have failed, rejected the update or timed out (of at least 20). Failed most recently: window-sensor-96 FAILED.',
  ],
  [
    'threshold-breached.ratio',
    'Window sensor firmware 0-9-4: Critical breach: failed-percent. 3 of 24 things that received the task have failed, rejected the update or timed out (12.5 %, limit 10 %). Observed: 12.5 % (3 of 24), limit 10 %. Rule: 10 % of the things that received the task have failed, rejected the update or timed out (of at least 20). Failed most recently: window-sensor-22 FAILED, window-sensor-14 FAILED retry 1, window-sensor-09 FAILED.',
  ],
  [
    'threshold-breached.reminder',
    'Window sensor firmware 0-9-4: Critical breach: failed-percent, reminder 1. Reminder 1: 14 of 110 things that received the task have failed, rejected the update or timed out (12.73 %, limit 10 %). Breached since 2026-03-02T09:05:07Z. Observed: 12.73 % (14 of 110), limit 10 %. Rule: 10 % of the things that received the task have failed, rejected the update or timed out (of at least 20). Breached since 2026-03-02 09:05 UTC.',
  ],
  [
    'threshold-breached.warning',
    'Door lock firmware 4-2-1: Warning breach: abort-criteria:failed:50. 22 of 200 things that received the task have failed (11 %, limit 10 %); AWS cancels the rollout at 20 %, after 18 more failures at today’s mix. Observed: 11 % (22 of 200), limit 10 %. Rule: 10 % of the things that received the task have failed (of at least 50): AWS cancels the rollout at 20 %.',
  ],
  [
    'threshold-recovered.recovered',
    'Door lock firmware 4-2-1: Recovered: abort-criteria:failed:50. Over after 1 min: 10 of 320 things that received the task have failed (3.13 %, limit 10 %). Observed: 3.13 % (10 of 320), limit 10 %. Severity warning, lasted 1 min, since 2026-03-02 09:03 UTC.',
  ],
  [
    'threshold-recovered.rule-removed',
    'Gateway firmware 5-0-2: Rule removed: abort-criteria:failed:50. This rule is no longer in force. The breach lasted 1 min. Observed: 13.46 % (14 of 104), limit 10 %. Severity warning, lasted 1 min, since 2026-03-02 09:00 UTC.',
  ],
  [
    'threshold-recovered.task-ended',
    'Thermostat firmware 2-0-0: Ended with the task: abort-criteria:failed:50. The task has ended: 28 of 120 things that received the task have failed (23.33 %, limit 10 %). The breach lasted 1 min. Observed: 23.33 % (28 of 120), limit 10 %. Severity warning, lasted 1 min, since 2026-03-02 09:01 UTC.',
  ],
  [
    'tracking-started.discovered',
    'Door lock firmware 4-2-1: Now watched: it was discovered. Scheduled, 0 % of 400 things finished. Things: 400 queued.',
  ],
  [
    'tracking-started.requested',
    'Smart plug firmware 1-8-3: Now watched, as requested. In progress, 80 % of 300 things finished. Things: 240 succeeded, 20 in progress, 40 queued.',
  ],
  [
    'tracking-stopped.canceled',
    'Thermostat firmware 2-0-0: No longer watched: it was canceled. Canceled, 100 % of 1000 things finished. Things: 32 succeeded, 28 failed, 940 canceled.',
  ],
  [
    'tracking-stopped.completed',
    'Door lock firmware 4-2-1: No longer watched: it has completed. Completed, 100 % of 400 things finished. Things: 392 succeeded, 8 failed.',
  ],
  [
    'tracking-stopped.deleted',
    'Sensor firmware 3-3-0: No longer watched: it was deleted. Deleted, 100 % of 100 things finished. Things: 70 succeeded, 30 removed.',
  ],
  [
    'tracking-stopped.requested',
    'Gateway firmware 5-0-2: No longer watched, as requested. In progress, 26.47 % of 204 things finished. Things: 40 succeeded, 14 failed, 50 in progress, 100 queued.',
  ],
];

describe('the message of an event', () => {
  it('is short as a reply', () => {
    expect(renderEvent(sampleEvent('threshold-breached.critical'), {}, { standalone: false })).toEqual({
      text: BREACH_SPOKEN,
      blocks: [BREACH_BODY],
    });
  });

  it('has a title, buttons and facts by itself', () => {
    const links = {
      dashboardUrl: 'https://ota.example',
      consoleUrl: 'https://aws.example/{region}/{taskId}',
    };
    expect(renderEvent(sampleEvent('threshold-breached.critical'), links, { standalone: true })).toEqual({
      text: `${BREACH_SPOKEN} Task Hb6NwC42sKdP. Configuration c4Rk2mWz8Qp1. Account 123456789012. Region eu-west-1. As of 2026-03-02 09:01 UTC.`,
      blocks: [
        { type: 'header', text: plain('Thermostat firmware 2-0-0') },
        BREACH_BODY,
        {
          type: 'actions',
          elements: [
            {
              type: 'button',
              action_id: 'dashboard',
              text: { type: 'plain_text', text: 'Open dashboard' },
              url: 'https://ota.example/tasks/Hb6NwC42sKdP',
            },
            {
              type: 'button',
              action_id: 'aws-console',
              text: { type: 'plain_text', text: 'Open AWS console' },
              url: 'https://aws.example/eu-west-1/Hb6NwC42sKdP',
            },
          ],
        },
        {
          type: 'context',
          elements: [
            plain('Task Hb6NwC42sKdP'),
            plain('Configuration c4Rk2mWz8Qp1'),
            plain('Account 123456789012'),
            plain('Region eu-west-1'),
            {
              type: 'mrkdwn',
              text: 'As of <!date^1772442067^{date_short_pretty} {time}|2026-03-02 09:01 UTC>',
            },
          ],
        },
      ],
    });
  });

  it('says when it is told late', () => {
    expect(
      renderEvent(sampleEvent('threshold-recovered.recovered'), {}, { standalone: false, late: true }),
    ).toEqual({
      text:
        'Door lock firmware 4-2-1: Recovered: abort-criteria:failed:50. ' +
        'Over after 1 min: 10 of 320 things that received the task have failed (3.13 %, limit 10 %). ' +
        'Observed: 3.13 % (10 of 320), limit 10 %. Severity warning, lasted 1 min, since 2026-03-02 09:03 UTC. ' +
        'Told late: later events of this rollout were told before. This was observed 2026-03-02 09:04 UTC.',
      blocks: [
        {
          type: 'rich_text',
          elements: [
            {
              type: 'rich_text_section',
              elements: [
                {
                  type: 'text',
                  text: 'Told late: later events of this rollout were told before. This was observed ',
                  style: { italic: true },
                },
                {
                  type: 'date',
                  timestamp: 1772442247,
                  format: '{date_short_pretty} {time}',
                  fallback: '2026-03-02 09:04 UTC',
                },
                text('\n'),
              ],
            },
            {
              type: 'rich_text_section',
              elements: [
                text('✅ '),
                bold('Recovered: abort-criteria:failed:50'),
                text(
                  '\nOver after 1 min: 10 of 320 things that received the task have failed (3.13 %, limit 10 %).',
                ),
                text('\nObserved: 3.13 % (10 of 320), limit 10 %'),
                text('\nSeverity warning, lasted 1 min, since '),
                {
                  type: 'date',
                  timestamp: 1772442187,
                  format: '{date_short_pretty} {time}',
                  fallback: '2026-03-02 09:03 UTC',
                },
              ],
            },
          ],
        },
      ],
    });
  });

  it.each(SPOKEN)('is read out well: %s', (name, spoken) => {
    expect(renderEvent(sampleEvent(name), {}, { standalone: false }).text).toBe(spoken);
  });

  it('is known of every sample', () => {
    expect(SPOKEN.map(([name]) => name).sort()).toEqual([...SAMPLE_NAMES].sort());
  });

  it.each([
    [
      { kind: 'milestone', id: 'milestone:50', severity: 'info', description: 'Half.' } as const,
      'Milestone: milestone:50',
    ],
    [{ kind: 'count', id: 'many', severity: 'error', description: 'Many.' } as const, 'Error breach: many'],
  ])('tells milestones from breaches: %j', (rule, title) => {
    const { text: spoken } = renderEvent(events.breached({ rule }), {}, { standalone: false });
    expect(spoken.startsWith(`task1: ${title}. `)).toBe(true);
  });

  it.each([
    [{ value: 1, limit: 5, unit: 'things' } as const, 'Observed: 1 thing, limit 5 things.'],
    [{ value: 5_400, limit: 60, unit: 'seconds' } as const, 'Observed: 1 h 30 min, limit 1 min.'],
    [{ value: 1, limit: 0, unit: 'tags' } as const, 'Observed: 1 tag, limit 0 tags.'],
  ])('tells numbers in their unit: %j', (observed, sentence) => {
    const { text: spoken } = renderEvent(events.breached({ observed }), {}, { standalone: false });
    expect(spoken).toContain(sentence);
  });
});
