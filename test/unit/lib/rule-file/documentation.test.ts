import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { addressesOf } from '../../../../lib/domain/alerts/route.ts';
import type { AlertSettings } from '../../../../lib/domain/alerts/routing.ts';
import type { PublishedEvent } from '../../../../lib/domain/events.ts';
import { DEFAULT_ALERTS } from '../../../../lib/rule-file/defaults.ts';
import { parseAlertSettings } from '../../../../lib/rule-file/parse.ts';
import { aRule, events } from '../../../support/alert-events.ts';

const page = readFileSync(path.resolve(import.meta.dirname, '../../../../docs/alerts.md'), 'utf8');
const routing = page.split('\n## ').find((section) => section.startsWith('Routing\n')) ?? '';
const [teams = '', owners = '', ...others] = Array.from(
  routing.matchAll(/^```yaml\n([\s\S]*?)^```$/gm),
  ([, text = '']) => text,
);

/** Where a task's event goes, in both destinations. */
function targets(settings: AlertSettings, tags: Record<string, string>, event: PublishedEvent): string[] {
  const task = { taskId: 't', tags, things: 1 };
  return (['slack', 'pagerduty'] as const).flatMap((destination) =>
    addressesOf(settings, task, destination, { channel: '#default', service: 'default' })
      .addresses.filter(({ tells }) => tells(event))
      .map(({ target }) => target),
  );
}

const breach = (severity: 'warning' | 'critical') => events.breached({ rule: aRule({ severity }) });
const LOCKS = { team: 'locks', 'ota-watch:slack-channel': 'tom' };

describe('the examples of docs/alerts.md', () => {
  it('are two', () => {
    expect(others).toEqual([]);
  });

  it.each<[string, Record<string, string>, PublishedEvent, string[]]>([
    [
      'a bad breach of the team',
      LOCKS,
      breach('critical'),
      ['slack:#locks-oncall', 'slack:#tom', 'pagerduty:locks'],
    ],
    ['another breach of the team', LOCKS, breach('warning'), ['slack:#tom']],
    ['a status change of the team', LOCKS, events.statusChanged(), ['slack:#tom', 'pagerduty:default']],
    ['a canary', { stage: 'canary-eu' }, breach('critical'), []],
    ['another task', {}, breach('critical'), ['slack:#default', 'pagerduty:default']],
  ])('send where the page says: %s', (_, tags, event, expected) => {
    expect(targets(parseAlertSettings(teams, 'alerts.md'), tags, event)).toEqual(expected);
  });

  it('use a tag that teams have already', () => {
    const settings = parseAlertSettings(owners, 'alerts.md');
    expect(settings).toEqual({ ...DEFAULT_ALERTS, channelTag: 'team', serviceTag: 'team', groupAbove: 10 });
    expect(targets(settings, LOCKS, breach('warning'))).toEqual(['slack:#locks', 'pagerduty:locks']);
  });
});

describe('docs/alerts.md', () => {
  it('names the defaults', () => {
    expect(routing).toContain(`| \`${DEFAULT_ALERTS.channelTag}\` |`);
    expect(routing).toContain(`| \`${DEFAULT_ALERTS.serviceTag}\` |`);
    expect(routing).toContain(`become one message (${DEFAULT_ALERTS.groupAbove})`);
  });
});
