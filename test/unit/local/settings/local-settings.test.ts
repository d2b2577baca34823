import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { alertsOptionsOf } from '../../../../local/settings/alerts-options.ts';
import { LocalSettingsError, readLocalSettings } from '../../../../local/settings/local-settings.ts';

const FILE = 'ota-watch.local.yml';
const TOKEN = 'xoxb-canary-7f3a';
const HOOK = 'https://hooks.slack.com/services/T0/B0/canary7f3a';
const KEY = 'canary7f3a'.padEnd(32, '0');

let project: string;
beforeEach(() => {
  project = mkdtempSync(path.join(tmpdir(), 'ota-watch-settings-'));
});
afterEach(() => rmSync(project, { recursive: true }));

function write(text: string, mode = 0o600): void {
  writeFileSync(path.join(project, FILE), text);
  chmodSync(path.join(project, FILE), mode);
}

async function failure(): Promise<LocalSettingsError> {
  const error = await readLocalSettings(project).then(
    () => new Error('It was read'),
    (reason: unknown) => reason,
  );
  if (error instanceof LocalSettingsError) return error;
  throw error;
}

describe('readLocalSettings', () => {
  it.each([
    ['', {}],
    ['# nothing yet\n', {}],
    [`slack: { webhookUrl: "${HOOK}" }`, { slack: { webhookUrl: HOOK } }],
    [
      `slack: { botToken: ${TOKEN}, channel: "#rollouts" }\npagerduty: { routingKey: ${KEY} }`,
      { slack: { botToken: TOKEN, channel: '#rollouts' }, pagerduty: { routingKey: KEY } },
    ],
    [
      `slack: { botToken: ${TOKEN}, channel: C0123ABCD, apiUrl: https://slack-gov.com/api/ }`,
      { slack: { botToken: TOKEN, channel: 'C0123ABCD', apiUrl: 'https://slack-gov.com/api/' } },
    ],
    [
      `pagerduty: { routingKey: ${KEY}, eventsUrl: https://events.eu.pagerduty.com }`,
      { pagerduty: { routingKey: KEY, eventsUrl: 'https://events.eu.pagerduty.com' } },
    ],
  ])('reads %j', async (text, settings) => {
    write(text);
    expect(await readLocalSettings(project)).toEqual(settings);
  });

  it('gives no settings where there is no file', async () => {
    expect(await readLocalSettings(project)).toEqual({});
  });

  it('reads the example that is in the repository', async () => {
    write(readFileSync(path.resolve(import.meta.dirname, '../../../../ota-watch.local.example.yml'), 'utf8'));
    expect(await readLocalSettings(project)).toEqual({
      slack: { botToken: 'xoxb-your-token', channel: '#ota-rollouts' },
      pagerduty: { routingKey: 'put32lettersanddigitsofyourshere' },
    });
  });

  it.each([0o640, 0o604, 0o644])('warns of a file that others can read: %o', async (mode) => {
    write('', mode);
    expect(await readLocalSettings(project)).toEqual({
      warning: `${FILE} holds secrets, and others on this machine can read it: chmod 600 ${FILE}`,
    });
  });

  const SLACK_FIELDS = 'webhookUrl, botToken, channel, apiUrl';
  const NAME = 'expected a channel such as "#ota-rollouts", in quotes and in small letters, or the id of one';
  const EITHER_OR = 'expected either webhookUrl, or botToken and channel';
  const ROUTING_KEY = 'expected a routing key: 32 letters and digits';
  it.each([
    [`${TOKEN}`, [`1:1: expected an object with some of slack, pagerduty`]],
    ['slack:', [`1:7 slack: expected an object with some of ${SLACK_FIELDS}`]],
    [`slack: ${TOKEN}`, [`1:8 slack: expected an object with some of ${SLACK_FIELDS}`]],
    [`slak: { botToken: ${TOKEN} }`, ['1:7: there is no such field here: known are slack, pagerduty']],
    [`slack: { botToken: ${TOKEN} }`, [`1:8 slack: ${EITHER_OR}`]],
    [`slack:\n  channel: "#a"`, [`2:3 slack: ${EITHER_OR}`]],
    [`slack: {}`, [`1:8 slack: ${EITHER_OR}`]],
    [`slack:\n  botToken: ${TOKEN}\n  channel: "#a"\n  webhookUrl: ${HOOK}`, [`2:3 slack: ${EITHER_OR}`]],
    [`slack:\n  webhookUrl: ${HOOK}\n  channel: "#a"`, [`2:3 slack: ${EITHER_OR}`]],
    [`slack:\n  botToken: ${TOKEN}\n  channel: #rollouts`, [`3:12 slack.channel: ${NAME}`]],
    [`slack:\n  botToken: ${TOKEN}\n  channel: "#${TOKEN}X"`, [`3:12 slack.channel: ${NAME}`]],
    [`slack:\n  botToken: "${TOKEN} "`, ['2:13 slack.botToken: expected the token of a bot: xoxb-…']],
    [
      `slack:\n  webhookUrl: canary7f3a`,
      ['2:15 slack.webhookUrl: expected the address of an incoming webhook: https://…'],
    ],
    [
      `slack:\n  apiUrl: https://canary7f3a.com`,
      ['2:11 slack.apiUrl: expected an address that ends in a slash, such as https://slack-gov.com/api/'],
    ],
    [
      `slack:\n  token: ${TOKEN}\n  ${TOKEN}: 1`,
      [
        `2:10 slack: there is no such field here: known are ${SLACK_FIELDS}`,
        `3:21 slack: there is no such field here: known are ${SLACK_FIELDS}`,
      ],
    ],
    [`pagerduty: {}`, [`1:12 pagerduty.routingKey: ${ROUTING_KEY}`]],
    [`pagerduty:\n  routingKey: ${KEY}0`, [`2:15 pagerduty.routingKey: ${ROUTING_KEY}`]],
    [
      `pagerduty:\n  routingKey: 7\n  eventsUrl: events.pagerduty.com`,
      [
        `2:15 pagerduty.routingKey: ${ROUTING_KEY}`,
        '3:14 pagerduty.eventsUrl: expected an address such as https://events.eu.pagerduty.com',
      ],
    ],
    [`slack:\n  botToken:${TOKEN}\n  channel: "#a"`, ['2:3: this is no YAML (MULTILINE_IMPLICIT_KEY)']],
    [`slack: *${TOKEN}`, [': expected plain values, without aliases']],
    [`slack: "${TOKEN}`, [`1:${9 + TOKEN.length}: this is no YAML (MISSING_CHAR)`]],
    [`slack: {}\n${TOKEN} }`, ['2:1: this is no YAML (MISSING_CHAR)']],
  ])('says what is wrong, and quotes nothing: %j', async (text, problems) => {
    write(text);
    const error = await failure();
    const lines = problems.map((problem) => `${FILE}${problem.startsWith(':') ? '' : ':'}${problem}`);
    expect(error.message).toBe(lines.join('\n'));
    expect(inspect(error, { depth: 10 })).not.toContain('7f3a');
  });

  it('says why a file cannot be read', async () => {
    mkdirSync(path.join(project, FILE));
    expect((await failure()).message).toBe(`${FILE} cannot be read: illegal operation on a directory`);
  });
});

describe('alertsOptionsOf', () => {
  it.each([
    [{}, { parameters: {} }],
    [
      { slack: { webhookUrl: HOOK }, warning: 'chmod' },
      { slack: { mode: 'webhook' }, parameters: { '/ota-watch/dev/slack/webhook/default': HOOK } },
    ],
    [
      {
        slack: { botToken: TOKEN, channel: '#a', apiUrl: 'https://slack-gov.com/api/' },
        pagerduty: { routingKey: KEY, eventsUrl: 'https://events.eu.pagerduty.com' },
      },
      {
        slack: { mode: 'bot', channel: '#a', apiUrl: 'https://slack-gov.com/api/' },
        pagerduty: { eventsUrl: 'https://events.eu.pagerduty.com' },
        parameters: {
          '/ota-watch/dev/slack/bot-token': TOKEN,
          '/ota-watch/dev/pagerduty/default': KEY,
        },
      },
    ],
    [
      { pagerduty: { routingKey: KEY } },
      { pagerduty: {}, parameters: { '/ota-watch/dev/pagerduty/default': KEY } },
    ],
  ])('tells the stack what it needs (%#)', (settings, options) => {
    expect(alertsOptionsOf(settings)).toEqual(options);
  });
});
