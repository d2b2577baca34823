import { describe, expect, it } from 'vitest';
import { DEFAULT_ALERTS, withDefaults } from '../../../../lib/rule-file/defaults.ts';
import { parseAlertSettings, parseRuleFile } from '../../../../lib/rule-file/parse.ts';
import { RuleFileError } from '../../../../lib/rule-file/problems.ts';

/** A file with these lines below `alerts`, which is line 3. */
const file = (...lines: readonly string[]) =>
  ['version: 1', 'rules: []', 'alerts:', ...lines.map((line) => `  ${line}`)].join('\n');

/** What is wrong with a text, one line a problem: the same, whatever of it is asked for. */
function problemsOf(text: string): string[] {
  const [first, second] = [parseRuleFile, parseAlertSettings].map((parse) => {
    try {
      parse(text, 'r.yml');
      return [];
    } catch (error) {
      if (error instanceof RuleFileError) return error.message.split('\n');
      throw error;
    }
  });
  expect(first).toEqual(second);
  return first ?? [];
}

const CHANNEL =
  'expected a channel such as "#ota-rollouts", in quotes and in small letters, the id of one, or owner';
const SERVICE = 'expected a service: up to 64 of a-z, 0-9 and -, of which - is not the first; or owner';

describe('parseAlertSettings', () => {
  it('reads everything that there is', () => {
    const text = file(
      'groupAbove: 10',
      'channelTag: team-channel',
      'serviceTag: team',
      'routes:',
      '  - match: { tags: { team: locks }, otaType: ONE_TIME, configurationId: a*, taskId: b*, things: { atLeast: 5 } }',
      '    severity: [error, critical]',
      '    events: [breach, status]',
      "    slack: ['#locks-oncall', C0123ABCD, owner]",
      '    pagerduty: [locks, owner]',
      '  - slack: []',
    );
    expect(parseAlertSettings(text, 'r.yml')).toEqual({
      groupAbove: 10,
      channelTag: 'team-channel',
      serviceTag: 'team',
      routes: [
        {
          match: {
            tags: { team: 'locks' },
            otaType: 'ONE_TIME',
            configurationId: 'a*',
            taskId: 'b*',
            things: { atLeast: 5 },
          },
          severity: ['error', 'critical'],
          events: ['breach', 'status'],
          slack: ['#locks-oncall', 'C0123ABCD', 'owner'],
          pagerduty: ['locks', 'owner'],
        },
        { slack: [] },
      ],
    });
  });

  it.each([
    ['no part about alerts', 'version: 1\nrules: []'],
    ['one that says nothing', file('{}')],
  ])('of %s is what is by default', (_, text) => {
    const byDefault = {
      groupAbove: 5,
      channelTag: 'ota-watch:slack-channel',
      serviceTag: 'ota-watch:pagerduty-service',
      routes: [],
    };
    expect(parseAlertSettings(text, 'r.yml')).toEqual(byDefault);
    expect(DEFAULT_ALERTS).toEqual(byDefault);
    expect(parseRuleFile(text, 'r.yml')).toEqual({ entries: [] });
  });

  it('tells everything that is wrong in the file, also in its rules', () => {
    const text = [
      'version: 1',
      'rules:',
      '  - id: stalled',
      '    after: 5',
      'alerts:',
      '  groupAbove: 0',
      '  channeltag: team',
      '  routes:',
      '    - slak: [owner]',
      '    - severity: [bad]',
      "      slack: ['#a', '#a']",
      '    - match: { abortCriteria: true }',
      '      pagerduty: []',
      'alert: {}',
    ].join('\n');
    expect(problemsOf(text)).toEqual([
      'r.yml:4:5 rules[0].after: expected a duration such as 90s, 10m, 1h30m or 1d: a number alone has no unit',
      'r.yml:6:3 alerts.groupAbove: expected a whole number, 1 or more',
      'r.yml:7:3 alerts.channeltag: there is no such field here: did you mean channelTag?',
      'r.yml:9:7 alerts.routes[0].slak: there is no such field here: did you mean slack?',
      'r.yml:10:18 alerts.routes[1].severity[0]: expected one of info, warning, error, critical',
      'r.yml:11:7 alerts.routes[1].slack: expected each only once',
      'r.yml:12:16 alerts.routes[2].match.abortCriteria: for rules only: where alerts go does not depend on the configuration',
      'r.yml:14:1 alert: there is no such field here: did you mean alerts?',
    ]);
  });

  it.each([
    ['', '3:1 alerts: expected an object with fields such as groupAbove and channelTag'],
    ['- 1', '3:1 alerts: expected an object with fields such as groupAbove and channelTag'],
    ['groupAbove: 1.5', '4:3 alerts.groupAbove: expected a whole number, 1 or more'],
    ['channelTag: ""', '4:3 alerts.channelTag: expected the key of a tag'],
    [`channelTag: ${'a'.repeat(129)}`, '4:3 alerts.channelTag: expected at most 128 characters'],
    [
      'serviceTag: 5',
      '4:3 alerts.serviceTag: expected a text: put it in quotes if it looks like something else',
    ],
    [
      'serviceTag: ota-watch:mute',
      '4:3 alerts.serviceTag: this tag sets a limit, a severity or a mute: choose another',
    ],
    ['routes:', '4:3 alerts.routes: expected a list of routes, [] for none'],
    ['routes: {}', '4:3 alerts.routes: expected a list of routes, [] for none'],
    [`routes: [${'{ slack: [] }, '.repeat(101)}]`, '4:3 alerts.routes: expected at most 100 routes'],
  ])('refuses %j', (line, problem) => {
    expect(problemsOf(file(line))).toEqual([`r.yml:${problem}`]);
  });

  it.each([
    ['{}', ': expected slack or pagerduty, or both: without them the route says nothing'],
    ['{ events: [breach] }', ': expected slack or pagerduty, or both: without them the route says nothing'],
    ['owner', ': expected an object with fields such as match and severity'],
    [
      '{ to: owner }',
      '.to: there is no such field here: known are match, severity, events, slack, pagerduty',
    ],
    ['{ slack: [], match: {} }', '.match: expected at least one condition'],
    [
      '{ slack: [], match: { team: locks } }',
      '.match.team: there is no such field here: known are tags, otaType, configurationId, taskId, things',
    ],
    ['{ slack: [], severity: [] }', '.severity: expected a list of 1 to 4'],
    ['{ slack: [], severity: [error, error] }', '.severity: expected each only once'],
    ['{ slack: [], events: breach }', '.events: expected a list of 1 to 5'],
    [
      '{ slack: [], events: [breaches] }',
      '.events[0]: expected one of tracking, status, configuration, progress, breach',
    ],
    ["{ slack: '#a' }", '.slack: expected a list of at most 20, [] for none'],
    ['{ slack: }', '.slack: expected a list of at most 20, [] for none'],
    [
      `{ slack: [${Array.from({ length: 21 }, (_, index) => `'#a${index}'`).join(', ')}] }`,
      '.slack: expected a list of at most 20, [] for none',
    ],
    ...['locks', "'#Locks'", "'#a b'", "'#'", "'# a'", "'@ann'", 'Owner', 'C0123', 'D0123ABCD', '5'].map(
      (name): [string, string] => [`{ slack: [${name}] }`, `.slack[0]: ${CHANNEL}`],
    ),
    [`{ slack: ['#${'a'.repeat(81)}'] }`, `.slack[0]: ${CHANNEL}`],
    ['{ pagerduty: [a, a] }', '.pagerduty: expected each only once'],
    ...['Locks', 'a_b', '-a', '5', '""', "'#a'"].map((name): [string, string] => [
      `{ pagerduty: [${name}] }`,
      `.pagerduty[0]: ${SERVICE}`,
    ]),
    [`{ pagerduty: [${'a'.repeat(65)}] }`, `.pagerduty[0]: ${SERVICE}`],
    [
      `{ pagerduty: [${'0a'.repeat(16)}] }`,
      '.pagerduty[0]: this looks like a routing key, which is secret: expected the name of its service',
    ],
  ])('refuses the route %s', (route, problem) => {
    const found = problemsOf(file(`routes: [${route}]`)).map((line) =>
      line.replace(/^r\.yml:4:\d+ alerts\.routes\[0\]/, ''),
    );
    expect(found).toEqual([problem]);
  });

  it('explains a channel without quotes, which begins a comment', () => {
    expect(problemsOf(file('routes:', '  - slack:', '      - #locks'))).toEqual([
      `r.yml:6:11 alerts.routes[0].slack[0]: ${CHANNEL}`,
    ]);
  });

  it('takes as many routes and names as are allowed', () => {
    const names = (map: (index: number) => string) => Array.from({ length: 20 }, (_, index) => map(index));
    const route = {
      slack: names((index) => `#${'a'.repeat(78)}${String(index).padStart(2, '0')}`),
      pagerduty: names((index) => `${'a'.repeat(62)}${String(index).padStart(2, '0')}`),
    };
    const routes = Array.from({ length: 100 }, () => route);
    const text = JSON.stringify({ version: 1, rules: [], alerts: { routes } });
    expect(parseAlertSettings(text, 'r.yml')).toEqual({ ...DEFAULT_ALERTS, routes });
  });
});

describe('tags that the file names', () => {
  it.each([
    [{}, undefined],
    [{ channelTag: 'team', serviceTag: 'team' }, undefined],
    [{ channelTag: 'ota-watch:slack-channel', serviceTag: 'ota-watch:pagerduty-service' }, undefined],
    [{ channelTag: 'ota-watch:oncall' }, ['ota-watch:oncall']],
    [{ channelTag: 'ota-watch:oncall', serviceTag: 'ota-watch:oncall' }, ['ota-watch:oncall']],
    [{ channelTag: 'OTA-Watch:a', serviceTag: 'ota-watch:b' }, ['OTA-Watch:a', 'ota-watch:b']],
    [{ channelTag: 'ota-watch:pagerduty-service' }, ['ota-watch:pagerduty-service']],
  ])('are known to rules if they look like theirs: %j', (alerts, ignoredTags) => {
    const set = parseRuleFile(JSON.stringify({ version: 1, rules: [], alerts }), 'r.yml');
    expect(set).toEqual({ entries: [], ...(ignoredTags && { ignoredTags }) });
    expect(withDefaults(set).ignoredTags).toEqual(ignoredTags);
  });
});
