import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addressesOf, type RoutingSubject } from '../../../../lib/domain/alerts/route.ts';
import {
  type AlertSettings,
  DESTINATIONS,
  type Destination,
  EVENT_KINDS,
  type Route,
} from '../../../../lib/domain/alerts/routing.ts';
import type { PublishedEvent } from '../../../../lib/domain/events.ts';
import { SEVERITIES } from '../../../../lib/domain/rules/rule-set.ts';
import { aRule, events } from '../../../support/alert-events.ts';

const DEFAULTS = { channel: '#default', service: 'default' };

function settings(...routes: readonly Route[]): AlertSettings {
  return {
    groupAbove: 5,
    channelTag: 'ota-watch:slack-channel',
    serviceTag: 'ota-watch:pagerduty-service',
    routes,
  };
}

function task(overrides: Partial<RoutingSubject> = {}): RoutingSubject {
  return {
    taskId: 'locks-7',
    otaType: 'ONE_TIME',
    configurationId: 'config1',
    tags: { team: 'locks' },
    things: 100,
    ...overrides,
  };
}

/** Every event that routes can tell from the others. */
const EVENTS: Readonly<Record<string, PublishedEvent>> = {
  started: events.started(),
  stopped: events.stopped(),
  status: events.statusChanged(),
  configuration: events.configurationChanged(),
  progressed: events.progressed(),
  ...Object.fromEntries(
    SEVERITIES.flatMap((severity) => [
      [`breach ${severity}`, events.breached({ rule: aRule({ severity }) })],
      [`recovery ${severity}`, events.recovered({ rule: aRule({ severity }) })],
    ]),
  ),
};

const ALL = Object.keys(EVENTS);
const BREACHES = ALL.filter((name) => /^(breach|recovery) /.test(name));
const OTHERS = ['started', 'stopped', 'status', 'configuration'];

/** By target, which events it is told. */
function told(
  routes: readonly Route[],
  destination: Destination = 'slack',
  subject = task(),
  defaults: Parameters<typeof addressesOf>[3] = DEFAULTS,
): Record<string, string[]> {
  const { addresses } = addressesOf(settings(...routes), subject, destination, defaults);
  return Object.fromEntries(
    addresses.map(({ target, tells }) => [
      target,
      Object.entries(EVENTS).flatMap(([name, event]) => (tells(event) ? [name] : [])),
    ]),
  );
}

describe('without a route', () => {
  it('the owner is told everything, in Slack but for progress', () => {
    expect(told([], 'slack')).toEqual({ 'slack:#default': [...OTHERS, ...BREACHES] });
    expect(told([], 'pagerduty')).toEqual({ 'pagerduty:default': ALL });
  });

  it.each(DESTINATIONS)('nobody is told where there is no owner: %s', (destination) => {
    expect(told([], destination, task(), {})).toEqual({});
    expect(told([{ [destination]: ['owner'] }], destination, task(), {})).toEqual({});
  });
});

describe('a route', () => {
  it.each<[string, Route, Record<string, string[]>]>([
    ['names a channel', { slack: ['#a'] }, { 'slack:#a': [...OTHERS, ...BREACHES] }],
    [
      'names several, of which one is the owner',
      { slack: ['#b', 'owner', 'C0123ABCD'] },
      {
        'slack:#b': [...OTHERS, ...BREACHES],
        'slack:#default': [...OTHERS, ...BREACHES],
        'slack:C0123ABCD': [...OTHERS, ...BREACHES],
      },
    ],
    ['names the owner, and that channel once more', { slack: ['#default', 'owner'] }, told([])],
    ['names nowhere', { slack: [] }, {}],
    ['says nothing about Slack', { pagerduty: ['a'] }, told([])],
    ['is for other tasks', { match: { tags: { team: 'lights' } }, slack: ['#a'] }, told([])],
    [
      'is for such tasks',
      {
        match: {
          tags: { team: 'l*' },
          taskId: 'locks-?',
          otaType: 'ONE*',
          configurationId: 'c*',
          things: { atLeast: 100 },
        },
        slack: ['#a'],
      },
      { 'slack:#a': [...OTHERS, ...BREACHES] },
    ],
    [
      'is for breaches',
      { events: ['breach'], slack: ['#a'] },
      { 'slack:#a': BREACHES, 'slack:#default': OTHERS },
    ],
    [
      'is for tracking and changes',
      { events: ['tracking', 'status', 'configuration'], slack: ['#a'] },
      { 'slack:#a': OTHERS, 'slack:#default': BREACHES },
    ],
    [
      'is for progress',
      { events: ['progress'], slack: ['#a'] },
      { 'slack:#a': ['progressed'], 'slack:#default': [...OTHERS, ...BREACHES] },
    ],
    [
      'is for bad breaches, and all that is none',
      { severity: ['error', 'critical'], slack: ['#a'] },
      {
        'slack:#a': [
          ...OTHERS,
          ...['breach error', 'recovery error', 'breach critical', 'recovery critical'],
        ],
        'slack:#default': ['breach info', 'recovery info', 'breach warning', 'recovery warning'],
      },
    ],
    [
      'is for bad breaches only',
      { severity: ['critical'], events: ['breach'], slack: [] },
      { 'slack:#default': [...OTHERS, ...BREACHES.filter((name) => !name.endsWith('critical'))] },
    ],
  ])('that %s', (_, route, expected) => {
    const result = told([route]);
    const sorted = Object.fromEntries(
      Object.entries(expected).map(([target, names]) => [target, ALL.filter((name) => names.includes(name))]),
    );
    expect(result).toEqual(sorted);
  });

  it('in PagerDuty is for progress as well', () => {
    expect(told([{ slack: [], pagerduty: ['a', 'owner'] }], 'pagerduty')).toEqual({
      'pagerduty:a': ALL,
      'pagerduty:default': ALL,
    });
    expect(told([{ pagerduty: [] }], 'pagerduty')).toEqual({});
  });
});

describe('the owner', () => {
  const owned = (tags: Record<string, string>, destination: Destination) => {
    const { addresses, ...rest } = addressesOf(settings(), task({ tags }), destination, DEFAULTS);
    return { names: addresses.map(({ name }) => name), ...rest };
  };

  it.each([
    ['#locks', '#locks'],
    ['locks', '#locks'],
    [' #locks ', '#locks'],
    ['#überwachung_2', '#überwachung_2'],
    ['#ロック-é', '#ロック-é'],
    [`#${'a'.repeat(80)}`, `#${'a'.repeat(80)}`],
    [`#${'\u{20000}'.repeat(80)}`, `#${'\u{20000}'.repeat(80)}`],
    ['C0123ABCD', 'C0123ABCD'],
    ['G0123ABCDEF', 'G0123ABCDEF'],
    ['#owner', '#owner'],
  ])('has the channel that the tag names: %j', (value, name) => {
    expect(owned({ 'ota-watch:slack-channel': value }, 'slack')).toEqual({ names: [name] });
  });

  it.each([
    ...['', ' ', '#', '##a', '#Locks', 'Locks', '#a b', '#a,b', 'a.b', '@ann', '<!here>', '&amp;'],
    ...[
      'owner',
      `#${'a'.repeat(81)}`,
      'C0123',
      'c0123abcd!',
      'D0123ABCD',
      '#\ud800',
      '#\u200b',
      '#\u{1f600}',
    ],
  ])('has the default channel where the tag says %j, and that is told', (value) => {
    expect(owned({ 'ota-watch:slack-channel': value }, 'slack')).toEqual({
      names: ['#default'],
      malformedTag: 'ota-watch:slack-channel',
    });
  });

  it.each([
    ['locks', 'locks'],
    [' 1-locks ', '1-locks'],
    ['a'.repeat(64), 'a'.repeat(64)],
  ])('has the service that the tag names: %j', (value, name) => {
    expect(owned({ 'ota-watch:pagerduty-service': value }, 'pagerduty')).toEqual({ names: [name] });
  });

  it.each(['', '-a', 'Locks', 'a_b', 'a b', 'a/b', 'a.b', '#a', 'owner', 'a'.repeat(65), '0a'.repeat(16)])(
    'has the default service where the tag says %j, and that is told',
    (value) => {
      expect(owned({ 'ota-watch:pagerduty-service': value }, 'pagerduty')).toEqual({
        names: ['default'],
        malformedTag: 'ota-watch:pagerduty-service',
      });
    },
  );

  it('is looked up in the tags that the settings name', () => {
    const tags = {
      team: 'locks',
      'ota-watch:slack-channel': '#other',
      'ota-watch:pagerduty-service': 'other',
    };
    const named = { ...settings(), channelTag: 'team', serviceTag: 'team' };
    const targets = DESTINATIONS.flatMap((destination) =>
      addressesOf(named, task({ tags }), destination, {}).addresses.map(({ target }) => target),
    );
    expect(targets).toEqual(['slack:#locks', 'pagerduty:locks']);
  });

  it('is not a name that every object has', () => {
    const named = { ...settings(), channelTag: 'constructor' };
    const { addresses, malformedTag } = addressesOf(named, task(), 'slack', DEFAULTS);
    expect({ names: addresses.map(({ name }) => name), malformedTag }).toEqual({
      names: ['#default'],
      malformedTag: undefined,
    });
  });
});

describe('routes', () => {
  const NAMES = { slack: ['#a', '#b', 'C0123ABCD', 'owner'], pagerduty: ['a', 'b', 'owner'] };
  const names = (destination: Destination) => fc.subarray(NAMES[destination]);
  const anyRoute: fc.Arbitrary<Route> = fc.record(
    {
      match: fc.constantFrom({ taskId: 'locks*' }, { taskId: 'x' }, { tags: { team: '*' } }),
      severity: fc.subarray([...SEVERITIES], { minLength: 1 }),
      events: fc.subarray([...EVENT_KINDS], { minLength: 1 }),
      slack: names('slack'),
      pagerduty: names('pagerduty'),
    },
    { requiredKeys: [] },
  );
  const anyRoutes = fc.array(anyRoute, { maxLength: 6 });
  const anyEvent = fc.constantFrom(...Object.values(EVENTS));
  const anyDestination = fc.constantFrom(...DESTINATIONS);

  /** Where an event is told. */
  const toldAt = (routes: readonly Route[], event: PublishedEvent, destination: Destination) =>
    addressesOf(settings(...routes), task(), destination, DEFAULTS)
      .addresses.filter(({ tells }) => tells(event))
      .map(({ name }) => name);

  /** Whether a route decides where an event goes: one that names a place of its own would be heard there. */
  const isHeard = (route: Route, event: PublishedEvent, destination: Destination) =>
    route[destination] !== undefined &&
    toldAt([{ ...route, [destination]: ['probe'] }], event, destination).includes('probe');

  it('count together: whatever the others say, all that fit are heard, and the owner only where none does', () => {
    fc.assert(
      fc.property(anyRoutes, anyEvent, anyDestination, (routes, event, destination) => {
        const heard = routes.filter((route) => isHeard(route, event, destination));
        const each = heard.flatMap((route) => toldAt([route], event, destination));
        const expected = heard.length > 0 ? each : toldAt([], event, destination);
        expect(toldAt(routes, event, destination)).toEqual([...new Set(expected)].sort());
      }),
      { numRuns: 500 },
    );
  });

  it('mean the same in any order, and twice', () => {
    const shuffled = anyRoutes.chain((routes) =>
      fc.tuple(
        fc.constant(routes),
        fc.shuffledSubarray([...routes, ...routes], { minLength: routes.length * 2 }),
      ),
    );
    fc.assert(
      fc.property(shuffled, anyDestination, ([routes, others], destination) => {
        expect(told(others, destination)).toEqual(told(routes, destination));
      }),
    );
  });

  it('leave no event untold but those that one sends nowhere, and progress in Slack', () => {
    fc.assert(
      fc.property(anyRoutes, anyEvent, anyDestination, (routes, event, destination) => {
        const isSentNowhere = routes.some(
          (route) => route[destination]?.length === 0 && isHeard(route, event, destination),
        );
        const isQuiet = destination === 'slack' && event.detailType === 'OTA Task Progressed';
        fc.pre(!isSentNowhere && !isQuiet);
        expect(toldAt(routes, event, destination)).not.toEqual([]);
      }),
    );
  });

  it('have no target that is told nothing', () => {
    fc.assert(
      fc.property(anyRoutes, anyDestination, (routes, destination) => {
        expect(Object.values(told(routes, destination)).filter((names) => names.length === 0)).toEqual([]);
      }),
    );
  });
});
