import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OpenBreach, RolloutView } from '../../../../lib/domain/alerts/rollout-view.ts';
import { THING_STATES } from '../../../../lib/domain/counts.ts';
import type { PublishedEvent } from '../../../../lib/domain/events.ts';
import type { Rule, SampleThing } from '../../../../lib/domain/generated/events.ts';
import type { SlackMessage } from '../../../../lib/slack/message.ts';
import { renderDigest } from '../../../../lib/slack/render-digest.ts';
import { renderEvent } from '../../../../lib/slack/render-event.ts';
import { renderRollout } from '../../../../lib/slack/render-rollout.ts';
import { readBlocks } from '../../../../local/slack/blocks.ts';
import { aRule, events, viewOf } from '../../../support/alert-events.ts';
import { counts } from '../../../support/builders.ts';

const MARKUP = [
  '<!channel>',
  '<@U1>',
  '<https://x|y>',
  '*b*',
  ' _i_ ',
  '~s~',
  '`',
  '```',
  '&amp;',
  '\n>',
  ':x:',
  '😀',
];

/** What an enemy might write, halves of surrogate pairs included. */
const hostile = (maxLength: number, minLength = 0) =>
  fc
    .array(
      fc.oneof(
        fc.constantFrom(...MARKUP),
        fc.string({ unit: 'binary', maxLength: 20 }),
        fc.integer({ min: 0, max: 0xffff }).map((unit) => String.fromCharCode(unit)),
        fc.constantFrom('x', '&', '字').map((character) => character.repeat(maxLength)),
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join('').slice(0, maxLength).padEnd(minLength, ' '));

const severity = fc.constantFrom('info', 'warning', 'error', 'critical');
const instant = fc
  .date({ min: new Date(0), max: new Date('9999-12-31T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString());
const someCounts = fc
  .tuple(...THING_STATES.map(() => fc.nat({ max: 1_000_000 })))
  .map((numbers) =>
    counts(Object.fromEntries(THING_STATES.map((state, index) => [state, numbers[index] ?? 0]))),
  );

const facts = fc.record({
  taskId: hostile(1024, 1),
  description: hostile(256),
  configurationId: hostile(256, 1),
  accountId: hostile(128, 1),
  region: hostile(64, 1),
  status: fc.oneof(fc.constantFrom('IN_PROGRESS', 'CANCELED'), hostile(128, 1)),
  counts: someCounts,
  observedAt: instant,
});

const breach: fc.Arbitrary<OpenBreach> = fc.record({
  ruleId: hostile(200, 1),
  sequence: fc.nat(),
  severity,
  summary: hostile(500, 1),
  breachedAt: instant,
});

const views: fc.Arbitrary<RolloutView> = fc
  .tuple(facts, fc.array(breach, { maxLength: 12 }), fc.double({ noNaN: true }), instant)
  .map(([known, open, ratePerMinute, estimatedCompletionAt]) => ({
    ...viewOf(events.started()),
    ...known,
    open,
    ratePerMinute,
    estimatedCompletionAt,
    inferredCause: 'end-time',
    stopped: 'canceled',
  }));

const rule: fc.Arbitrary<Rule> = fc
  .record({ id: hostile(200, 1), severity, description: hostile(500, 1) })
  .map((parts) => aRule(parts));
const sampleThings: fc.Arbitrary<SampleThing[]> = fc.array(
  fc.record({ managedThingId: hostile(64, 1), status: hostile(128, 1), retryAttempt: fc.nat() }),
  { maxLength: 20 },
);

const anyEvent: fc.Arbitrary<PublishedEvent> = fc
  .tuple(facts, rule, sampleThings, hostile(500, 1), hostile(256, 1), fc.nat({ max: 6 }))
  .map(([of, broken, things, summary, other, kind]) => {
    const kinds: readonly PublishedEvent[] = [
      events.started(of),
      events.statusChanged({ ...of, previousStatus: other.slice(0, 128) }),
      events.configurationChanged({ ...of, previousConfigurationId: other }),
      events.progressed({ ...of, ratePerMinute: 3, estimatedCompletionAt: of.observedAt }),
      events.breached({ ...of, rule: broken, summary, sampleThings: things, reminder: 7, flapping: true }),
      events.recovered({ ...of, rule: broken, summary }),
      events.stopped(of),
    ];
    return kinds[kind] ?? events.started(of);
  });

const links = fc.constantFrom(
  {},
  { dashboardUrl: 'https://ota.example', consoleUrl: 'https://console.example/{region}/{taskId}' },
);

/** Whatever is written in mrkdwn, instants taken out. */
function markupOf({ text, blocks }: SlackMessage): string[] {
  const written = JSON.stringify(blocks).matchAll(/\{"type":"mrkdwn","text":("(?:[^"\\]|\\.)*")/g);
  const inBlocks = [...written].map(([, json = '']) => String(JSON.parse(json)));
  return [text, ...inBlocks.map((words) => words.replace(/<!date\^\d+\^[^|<>]*\|[^|<>]*>/g, ''))];
}

function expectSafe(message: SlackMessage): void {
  expect(readBlocks(message.blocks)).toEqual(message.blocks);
  expect(message.text.length).toBeLessThanOrEqual(4_000);
  expect(message.text.trim()).not.toBe('');
  expect(`${message.text}${JSON.stringify(message.blocks)}`.isWellFormed()).toBe(true);
  for (const markup of markupOf(message)) {
    expect(markup).not.toMatch(/[<>\n`]|&(?!amp;|lt;|gt;)/);
    expect(markup).not.toMatch(/(?<![\p{L}\p{N}])[*_~]/u);
  }
}

describe('whatever is written', () => {
  it('makes a message of a rollout that Slack takes, and that does nothing', () => {
    fc.assert(
      fc.property(views, links, (view, to) => expectSafe(renderRollout(view, to))),
      { numRuns: 150 },
    );
  });

  it('makes messages of events that Slack takes, and that do nothing', () => {
    fc.assert(
      fc.property(anyEvent, links, fc.boolean(), fc.boolean(), (event, to, standalone, late) =>
        expectSafe(renderEvent(event, to, { standalone, late })),
      ),
      { numRuns: 200 },
    );
  });

  it('makes digests that Slack takes, that do nothing, and that have a line for each event', () => {
    fc.assert(
      fc.property(fc.array(anyEvent, { minLength: 1, maxLength: 60 }), links, (all, to) => {
        const messages = renderDigest(all, to);
        for (const message of messages) expectSafe(message);
        const texts = JSON.stringify(messages.map(({ blocks }) => blocks)).matchAll(
          /"text":"\\n((?:[^"\\]|\\.)*)"/g,
        );
        expect([...texts].flatMap(([, lines = '']) => lines.replace(/\\n$/, '').split('\\n'))).toHaveLength(
          all.length,
        );
      }),
      { numRuns: 40 },
    );
  });
});
