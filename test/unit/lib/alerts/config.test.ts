import { describe, expect, it } from 'vitest';
import { readPagerDutyConfig, readSlackConfig } from '../../../../lib/alerts/config.ts';

const QUEUES = {
  ALERTS_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/1/queue',
  ALERTS_DEAD_LETTER_QUEUE_URL: 'https://sqs.eu-west-1.amazonaws.com/1/dlq',
};
const COMMON = {
  alertsTable: 'ota-watch-dev-alerts',
  secretsPrefix: '/ota-watch/dev',
  queueUrl: QUEUES.ALERTS_QUEUE_URL,
  deadLetterQueueUrl: QUEUES.ALERTS_DEAD_LETTER_QUEUE_URL,
  links: {},
};

describe('readSlackConfig', () => {
  it('has defaults, also for what is empty', () => {
    const expected = { ...COMMON, mode: 'bot', channel: '#ota-rollouts', apiUrl: 'https://slack.com/api/' };
    expect(readSlackConfig(QUEUES)).toEqual(expected);
    expect(readSlackConfig({ ...QUEUES, SLACK_MODE: '', DASHBOARD_URL: '', SLACK_CHANNEL: '' })).toEqual(
      expected,
    );
  });

  it('reads what is set', () => {
    const env = {
      ...QUEUES,
      SLACK_MODE: 'bot',
      SLACK_CHANNEL: '#firmware',
      SLACK_API_URL: 'http://127.0.0.1:1/api/',
      DASHBOARD_URL: 'https://dash.example.com//',
      CONSOLE_URL: 'https://console.example.com/',
      ALERTS_TABLE: 'table',
      SECRETS_PREFIX: '/a/b',
    };
    expect(readSlackConfig(env)).toEqual({
      ...COMMON,
      alertsTable: 'table',
      secretsPrefix: '/a/b',
      mode: 'bot',
      channel: '#firmware',
      apiUrl: 'http://127.0.0.1:1/api/',
      links: { dashboardUrl: 'https://dash.example.com', consoleUrl: 'https://console.example.com/' },
    });
  });

  it('has a webhook post to the channel of the default address', () => {
    const env = { ...QUEUES, SLACK_MODE: 'webhook', SLACK_CHANNEL: '#firmware' };
    expect(readSlackConfig(env)).toMatchObject({ mode: 'webhook', channel: '#default' });
  });

  it.each([
    [{ ALERTS_QUEUE_URL: undefined }, 'ALERTS_QUEUE_URL: expected a URL'],
    [{ SLACK_MODE: 'email' }, 'SLACK_MODE: '],
    [{ SLACK_CHANNEL: 'two words' }, 'SLACK_CHANNEL: expected a channel'],
    [{ SECRETS_PREFIX: 'no/slash' }, 'SECRETS_PREFIX: expected a path'],
    [{ CONSOLE_URL: 'http://console' }, 'CONSOLE_URL: expected a URL that begins with https://'],
    [{ DASHBOARD_URL: 'ftp://dash' }, 'DASHBOARD_URL: expected a URL'],
  ])('refuses %j', (env, problem) => {
    expect(() => readSlackConfig({ ...QUEUES, ...env })).toThrow(problem);
  });
});

describe('readPagerDutyConfig', () => {
  it('has defaults', () => {
    expect(readPagerDutyConfig(QUEUES)).toEqual({ ...COMMON, eventsUrl: 'https://events.pagerduty.com' });
  });

  it('names every variable that is wrong', () => {
    expect(() => readPagerDutyConfig({ PAGERDUTY_EVENTS_URL: 'eu' })).toThrow(
      /ALERTS_QUEUE_URL: .*ALERTS_DEAD_LETTER_QUEUE_URL: .*PAGERDUTY_EVENTS_URL: /,
    );
  });
});
