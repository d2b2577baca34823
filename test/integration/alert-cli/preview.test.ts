import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { preview } from '../../../cli/alert/preview.ts';
import { readPublishedEvent } from '../../../lib/alerts/read-event.ts';
import { fold } from '../../../lib/domain/alerts/fold.ts';
import type { PublishedEvent } from '../../../lib/domain/events.ts';
import { triggerOf } from '../../../lib/pagerduty/alert.ts';
import type { SlackMessage } from '../../../lib/slack/message.ts';
import { renderEvent } from '../../../lib/slack/render-event.ts';
import { renderRollout } from '../../../lib/slack/render-rollout.ts';
import { CommandFolder, lines } from './command.ts';

let project: CommandFolder;
beforeAll(async () => {
  project = await CommandFolder.create();
});
afterAll(() => project.remove());

const SAMPLES = path.resolve(import.meta.dirname, '../../../events/samples');
const CRITICAL = 'threshold-breached.critical';
const sample = (name: string): unknown =>
  JSON.parse(readFileSync(path.join(SAMPLES, `${name}.json`), 'utf8'));
const fileOf = (name: string) => `events/samples/${name}.json`;

function eventOf(name: string): PublishedEvent {
  const { source, 'detail-type': detailType, detail } = Object(sample(name));
  const event = readPublishedEvent({ source, detailType, detail });
  if (event === undefined) throw new Error(`${name} is no event`);
  return event;
}

function write(name: string, text: string): string {
  const file = path.join(project.folder, name);
  writeFileSync(file, text);
  return file;
}

/** Runs the command in this process: starting one takes long. */
async function printed(...args: string[]): Promise<string> {
  const said: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((line) => said.push(line));
  try {
    await preview(args);
  } finally {
    log.mockRestore();
  }
  return said.join('\n');
}

const json = (value: object) => JSON.stringify(value, null, 2);
const shown = ({ text, blocks }: SlackMessage) => [`Text: ${text.replaceAll('\n', ' / ')}`, json({ blocks })];

/** What an output says besides payloads. */
function headings(stdout: string): string[] {
  return stdout.split('\n').filter((line) => /^\S/.test(line) && !/^([{}]|Text: )/.test(line));
}

describe('npm run alert -- preview', () => {
  it('prints what a bot and PagerDuty would be sent', async () => {
    const event = eventOf(CRITICAL);
    if (event.detailType !== 'OTA Task Threshold Breached') throw new Error('no breach');
    const trigger = triggerOf(event, 'ota-watch:Hb6NwC42sKdP:abort-criteria:failed:100', {});
    expect(await project.run(['preview', fileOf(CRITICAL)])).toEqual({
      status: 0,
      stdout: lines(
        'OTA Task Threshold Breached of task Hb6NwC42sKdP',
        '',
        'Where it goes by rules.yml, for a task without tags',
        '  slack      the default channel',
        '  pagerduty  the default service',
        '',
        'Slack, bot: the message of the rollout, as far as this event tells',
        ...shown(renderRollout(fold(undefined, event), {})),
        '',
        'Slack, bot: the reply in its thread, shown in the channel as well',
        ...shown(renderEvent(event, {}, { standalone: false })),
        '',
        'PagerDuty: trigger (POST /v2/enqueue)',
        json(trigger),
      ),
      stderr: '',
    });
  });

  it('prints what a webhook would be sent, of an event on the standard input', async () => {
    const event = eventOf('tracking-stopped.completed');
    const input = JSON.stringify(sample('tracking-stopped.completed'));
    const { status, stdout } = await project.run(['preview', '-', '--mode', 'webhook'], { input });
    const [, ...parts] = stdout.split('\n\n');
    expect({ status, parts }).toEqual({
      status: 0,
      parts: [
        'Where it goes by rules.yml, for a task without tags\n  slack      the default channel\n  pagerduty  the default service',
        ['Slack, webhook: the message', ...shown(renderEvent(event, {}, { standalone: true }))].join('\n'),
        'PagerDuty: a resolve of every incident of the task that is still open\n',
      ],
    });
  });

  const ROLLOUT = 'Slack, bot: the message of the rollout, as far as this event tells';
  const REPLY = 'Slack, bot: the reply in its thread';
  it.each([
    [
      'tracking-started.discovered',
      'Slack, bot: no reply, since the message of the rollout says it',
      'PagerDuty: nothing, since it is not told of such an event',
    ],
    [
      'progressed',
      'Slack, bot: no reply, since no channel is told of it; the message is edited',
      'PagerDuty: change (POST /v2/change/enqueue)',
    ],
    ['status-changed', REPLY, 'PagerDuty: change (POST /v2/change/enqueue)'],
    ['configuration-changed', REPLY, 'PagerDuty: nothing, since it is not told of such an event'],
    ['threshold-recovered.recovered', REPLY, 'PagerDuty: resolve (POST /v2/enqueue)'],
    ['history-row', REPLY, 'PagerDuty: change (POST /v2/change/enqueue)'],
  ])('prints what there is of %s', async (name, reply, pagerDuty) => {
    expect(headings(await printed(fileOf(name))).slice(2)).toEqual([ROLLOUT, reply, pagerDuty]);
  });

  const ROUTES = [
    { match: { tags: { team: 'locks' } }, slack: ['#locks', 'owner'], pagerduty: ['locks-oncall'] },
    { slack: [] },
  ];
  const ruleFile = (routes: readonly object[]) =>
    write('routes.json', JSON.stringify({ version: 1, rules: [], alerts: { routes } }));

  it.each([
    [[], 'nowhere', 'the default service'],
    [['--tag', 'team=locks'], '#locks, the default channel', 'locks-oncall'],
    [['--tag', 'team=locks', '--tag', 'ota-watch:slack-channel=mine'], '#locks, #mine', 'locks-oncall'],
    [
      ['--tag', 'ota-watch:pagerduty-service=No=Such'],
      'nowhere',
      'the default service (the tag ota-watch:pagerduty-service cannot be understood)',
    ],
  ])('says where an event goes, with %j', async (tags, slack, pagerduty) => {
    const rules = ruleFile(ROUTES);
    const said = await printed(fileOf(CRITICAL), '--rules', rules, ...tags);
    const whose = tags.length === 0 ? 'without tags' : 'with these tags';
    expect(said.split('\n').slice(2, 5)).toEqual([
      `Where it goes by ${rules}, for a task ${whose}`,
      `  slack      ${slack}`,
      `  pagerduty  ${pagerduty}`,
    ]);
  });

  it('says what nobody is told', async () => {
    const args = [fileOf(CRITICAL), '--rules', ruleFile([{ slack: [], pagerduty: [] }])];
    expect(headings(await printed(...args)).slice(2)).toEqual([
      ROLLOUT,
      'Slack, bot: no reply, since no channel is told of it; the message is edited',
      'PagerDuty: nothing, since no service is told of it',
    ]);
    expect(headings(await printed(...args, '--mode', 'webhook')).slice(2)).toEqual([
      'Slack, webhook: nothing, since no channel is told of it',
      'PagerDuty: nothing, since no service is told of it',
    ]);
  });

  it('does not let an event steer the terminal', async () => {
    const event = Object(sample(CRITICAL));
    const detail = { ...event.detail, taskId: 'a\u001b[2J\u009b2Jb', description: 'c\u009b2Jd' };
    const said = await printed(write('event.json', JSON.stringify({ ...event, detail })));
    expect(said).toContain('OTA Task Threshold Breached of task ab');
    expect(said.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
  });

  const EVENT = Object(sample(CRITICAL));
  const TYPE = 'OTA Task Threshold Breached';
  it.each([
    ['', ' is no JSON: Unexpected end of JSON input'],
    [
      '{\n  "a": 1\n  "b": 2 }',
      ` is no JSON: Expected ',' or '}' after property value in JSON at position 13 (line 3 column 3)`,
    ],
    ['[]', ': expected an event as EventBridge hands it over, with source, detail-type and detail'],
    [
      '{}',
      ': source: expected ota-watch',
      ': detail-type: expected the type of the event, such as OTA Task Progressed',
      ': detail: expected an object',
    ],
    [JSON.stringify({ ...EVENT, source: 'aws.iot' }), ': source: expected ota-watch'],
    [
      JSON.stringify({ ...EVENT, detail: { ...EVENT.detail, counts: {} } }),
      `: ${TYPE}: detail/counts must have required property 'queued'`,
    ],
    [
      JSON.stringify({ detailType: TYPE, ...EVENT.detail, status: 7 }),
      `: ${TYPE}: detail/status must be string`,
    ],
  ])('says what is wrong with an event, and where: %j', async (text, ...problems) => {
    const file = write('event.json', text);
    const message = problems.map((problem) => `${file}${problem}`).join('\n');
    await expect(printed(file)).rejects.toMatchObject({ name: 'EventFileError', message });
  });

  it.each(['history-row.event-set-aside', 'poll.input'])('takes no %s', async (name) => {
    await expect(printed(fileOf(name))).rejects.toThrow(`${fileOf(name)}: `);
  });

  const HOW_TAG = '--tag takes a key and a value, such as --tag team=locks';
  it.each([
    [['none.json'], 'EventFileError', 'none.json cannot be read: no such file or directory'],
    [['cli'], 'EventFileError', 'cli cannot be read: illegal operation on a directory'],
    [
      [fileOf(CRITICAL), '--rules', 'no.yml'],
      'UnreadableRuleFileError',
      'no.yml cannot be read: no such file or directory',
    ],
    [[fileOf(CRITICAL), '--rules', 'package.json'], 'RuleFileError', /^package.json:1:1 rules: missing/],
    [[], 'UsageError', 'preview needs one file'],
    [['a', 'b'], 'UsageError', 'preview needs one file'],
    [['a', '--mode', 'fax'], 'UsageError', '--mode takes bot or webhook'],
    [['a', '--tag', 'team'], 'UsageError', HOW_TAG],
    [['a', '--tag', '=locks'], 'UsageError', HOW_TAG],
    [['a', '--json'], 'UsageError', /^Unknown option '--json'/],
  ])('says what is wrong with %j', async (args, name, message) => {
    await expect(printed(...args)).rejects.toMatchObject({ name, message: expect.stringMatching(message) });
  });
});

describe('npm run alert', () => {
  it.concurrent.each([
    [['preview', 'none.json'], 1, 'none.json cannot be read: no such file or directory\n'],
    [['show'], 2, 'Not a command: show\n\nUsage:'],
    [[], 2, 'Not a command: (none)\n\nUsage:'],
  ])('says what is wrong with %j', async (args, status, message) => {
    const result = await project.run(args);
    expect(result).toMatchObject({ status, stdout: '' });
    expect(result.stderr.slice(0, message.length)).toBe(message);
  });

  it('explains itself', async () => {
    const { status, stdout } = await project.run(['--help']);
    expect({ status, first: stdout.split('\n')[0] }).toEqual({
      status: 0,
      first:
        'Usage: npm run alert -- preview FILE            print what Slack and PagerDuty would be sent of an event',
    });
  });
});
