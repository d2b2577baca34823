import { describe, expect, it } from 'vitest';
import { renderDigest } from '../../../../lib/slack/render-digest.ts';
import { readBlocks } from '../../../../local/slack/blocks.ts';
import { aRule, events } from '../../../support/alert-events.ts';
import { counts } from '../../../support/builders.ts';

const observed = { value: 12.5, limit: 10, unit: 'percent', numerator: 3, denominator: 24 } as const;

describe('a digest', () => {
  it('says what happened to how many, and tells of each', () => {
    const done = { status: 'COMPLETED', terminal: true, counts: counts({ succeeded: 9, failed: 1 }) };
    const messages = renderDigest(
      [
        events.statusChanged({ taskId: 'a', description: 'Lock', ...done }),
        events.breached({ taskId: 'b', description: 'Camera', observed }),
        events.breached({ taskId: 'c', description: 'Camera', observed, reminder: 2 }),
        events.breached({ taskId: 'd', rule: aRule({ id: 'slow', severity: 'warning' }), observed }),
        events.recovered({ taskId: 'd', observed, durationSeconds: 90 }),
      ],
      { dashboardUrl: 'https://ota.example' },
    );
    const section = (...elements: object[]) => ({ type: 'rich_text_section', elements });
    const text = (words: string) => ({ type: 'text', text: words });
    const bold = (words: string) => ({ type: 'text', text: words, style: { bold: true } });
    expect(messages).toEqual([
      {
        text:
          '4 rollouts have news. 2 rollouts breached failed-percent (critical, limit 10 %); 1 rollout breached slow (warning, limit 10 %); ' +
          '1 rollout is now completed; 1 rollout recovered from failed-percent. ' +
          '2 rollouts breached failed-percent (critical, limit 10 %): Camera (b): 12.5 % (3 of 24). ' +
          'Camera (c): 12.5 % (3 of 24), reminder 2. ' +
          '1 rollout breached slow (warning, limit 10 %): d: 12.5 % (3 of 24). ' +
          '1 rollout is now completed: Lock: 9 succeeded, 1 failed. ' +
          '1 rollout recovered from failed-percent: d: 12.5 % (3 of 24), lasted 1 min 30 s.',
        blocks: [
          { type: 'header', text: { type: 'plain_text', text: '4 rollouts have news', emoji: false } },
          {
            type: 'rich_text',
            elements: [
              section(
                text(
                  '2 rollouts breached failed-percent (critical, limit 10 %); 1 rollout breached slow (warning, limit 10 %); 1 rollout is now completed; 1 rollout recovered from failed-percent\n',
                ),
              ),
              section(
                text('🔴 '),
                bold('2 rollouts breached failed-percent (critical, limit 10 %)'),
                text('\nCamera (b): 12.5 % (3 of 24)\nCamera (c): 12.5 % (3 of 24), reminder 2\n'),
              ),
              section(
                text('🟡 '),
                bold('1 rollout breached slow (warning, limit 10 %)'),
                text('\nd: 12.5 % (3 of 24)\n'),
              ),
              section(
                text('🔄 '),
                bold('1 rollout is now completed'),
                text('\nLock: 9 succeeded, 1 failed\n'),
              ),
              section(
                text('✅ '),
                bold('1 rollout recovered from failed-percent'),
                text('\nd: 12.5 % (3 of 24), lasted 1 min 30 s\n'),
              ),
            ],
          },
          {
            type: 'actions',
            elements: [
              {
                type: 'button',
                action_id: 'dashboard',
                text: { type: 'plain_text', text: 'Open dashboard' },
                url: 'https://ota.example',
              },
            ],
          },
        ],
      },
    ]);
  });

  it('of nothing is no message', () => {
    expect(renderDigest([], {})).toEqual([]);
  });

  it('has all of 1,000 rollouts, in messages that Slack takes', () => {
    const many = Array.from({ length: 1_000 }, (_, index) =>
      events.breached({ taskId: `task-${index}`, description: 'Door lock firmware 4-2-1', observed }),
    );
    const messages = renderDigest(many, {});
    const lines = messages.flatMap(({ blocks }) => linesOf(blocks));
    expect(lines).toEqual(
      many.map(({ detail }) => `Door lock firmware 4-2-1 (${detail.taskId}): 12.5 % (3 of 24)`),
    );
    expect(messages.map(({ blocks }) => readBlocks(blocks))).toEqual(messages.map(({ blocks }) => blocks));
    expect(messages.map(({ text }) => text.length <= 4_000)).toEqual(messages.map(() => true));
    expect(messages.map(({ text }) => text.split('. ')[0])).toEqual(
      [1, 2, 3, 4, 5].map((part) => `1000 rollouts have news (part ${part} of 5)`),
    );
    expect(messages[0]?.text).toMatch(/ And \d+ more lines\.$/);
  });
});

/** The lines of rollouts, without the headings. */
function linesOf(blocks: unknown): string[] {
  const texts = JSON.stringify(blocks).match(/"text":"\\n(?:[^"\\]|\\.)*"/g) ?? [];
  return texts.flatMap((json) =>
    String(JSON.parse(json.slice('"text":'.length)))
      .trim()
      .split('\n'),
  );
}
