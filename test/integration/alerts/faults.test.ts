import { afterAll, expect, it, onTestFinished } from 'vitest';
import type { Destination } from '../../../lib/domain/alerts/routing.ts';
import { type Audit, auditSlack } from '../../support/alert-audit.ts';
import { chaos, type Havoc } from '../../support/alert-chaos.ts';
import { watchedStream } from '../../support/alert-events.ts';
import { NotifierWorld } from '../../support/notifier-world.ts';
import { auditPagerDuty } from '../../support/pagerduty-audit.ts';

/** More of them with ALERT_SEEDS. */
const SEEDS = Array.from({ length: Number(process.env.ALERT_SEEDS ?? 2) }, (_, index) => index + 1);
const STREAMS = 8;
const TIMEOUT_MS = 120_000;

interface Way {
  readonly what: string;
  readonly destination: Destination;
  readonly env?: Readonly<Record<string, string>>;
  readonly audit: (world: NotifierWorld, streams: ReturnType<typeof streamsOf>) => Audit;
}

const streamsOf = (seed: number) =>
  Array.from({ length: STREAMS }, (_, index) => watchedStream(seed * 100 + index));

const WAYS: readonly Way[] = [
  {
    what: 'Slack, bot',
    destination: 'slack',
    audit: ({ slack }, streams) => auditSlack(slack, streams, { mode: 'bot' }),
  },
  {
    what: 'Slack, webhook',
    destination: 'slack',
    env: { SLACK_MODE: 'webhook' },
    audit: ({ slack }, streams) => auditSlack(slack, streams, { mode: 'webhook' }),
  },
  {
    what: 'PagerDuty',
    destination: 'pagerduty',
    audit: auditPagerDuty,
  },
];

const table: (readonly [what: string, seed: number, havoc: Havoc, audit: Audit])[] = [];

it.each(SEEDS.flatMap((seed) => WAYS.map((way) => ({ seed, ...way }))))(
  '$what: nothing is lost, nothing doubled but what nobody could know of (seed $seed)',
  { timeout: TIMEOUT_MS },
  async ({ what, seed, destination, env = {}, audit }) => {
    const world = await NotifierWorld.start(destination);
    onTestFinished(() => world.close());
    const streams = streamsOf(seed);
    const havoc = await chaos(world, streams, { seed, env });
    const found = audit(world, streams);
    table.push([what, seed, havoc, found]);

    expect({ lost: found.lost, problems: found.problems }).toEqual({ lost: [], problems: [] });
    // A bot looks for what it may have sent; a webhook and PagerDuty cannot be asked.
    if (what === 'Slack, bot') expect(found.doubled).toEqual([]);
    else expect(found.doubled.length).toBeLessThanOrEqual(havoc.unknown);
    expect([...world.slack.violations, ...world.pagerDuty.violations]).toEqual([]);
    expect(world.queue.deadLetters).toEqual([]);
    expect(world.queue.mostReceives).toBeLessThan(100);
  },
);

afterAll(() => {
  if (process.env.SHOW_FIGURES) showFigures();
});

function showFigures(): void {
  const columns = [
    'destination',
    'seed',
    'events',
    'duplicates sent',
    'reordered',
    'faults answered',
    'answers lost',
    'kills',
    'told once',
    'doubled',
    'lost',
  ];
  const rows = table.map(([what, seed, havoc, { told, doubled, lost }]) => [
    what,
    seed,
    havoc.events,
    havoc.duplicates,
    havoc.reordered,
    havoc.faults,
    havoc.lostAnswers,
    havoc.kills,
    told - doubled.length,
    doubled.length,
    lost.length,
  ]);
  const lines = [columns, columns.map(() => '---'), ...rows].map((row) => `| ${row.join(' | ')} |`);
  process.stdout.write(`\n${lines.join('\n')}\n`);
}
