import { describe, expect, it } from 'vitest';
import { readApiConfig } from '../../../../lib/api/config.ts';
import { ConfigurationError } from '../../../../lib/errors.ts';

const KEY = 'k'.repeat(32);
const NEEDED = { CURSOR_KEY: KEY, API_AUTH: 'jwt' };

describe('the configuration of the API', () => {
  it('has defaults, also for what is empty', () => {
    const expected = {
      tasksTable: 'ota-watch-dev-tasks',
      historyTable: 'ota-watch-dev-history',
      cursorKey: KEY,
      access: {
        auth: 'jwt',
        roles: { claim: 'cognito:groups', reader: 'ota-watch-reader', exporter: 'ota-watch-exporter' },
      },
      ignoredTags: [],
      pollPeriodSeconds: 60,
      pollService: 'ota-watch-dev',
      rememberSeconds: 10,
    };
    expect(readApiConfig(NEEDED)).toEqual(expected);
    expect(readApiConfig({ ...NEEDED, TASKS_TABLE: '', DISCOVERY_TAG: '' })).toEqual(expected);
  });

  it('is what the environment says', () => {
    expect(
      readApiConfig({
        TASKS_TABLE: 'tasks',
        HISTORY_TABLE: 'history',
        CURSOR_KEY: KEY,
        API_AUTH: 'iam',
        DISCOVERY_TAG: 'watch=on',
        POLL_PERIOD_SECONDS: '300',
        POLL_SERVICE_NAME: 'ota-watch-prod',
        API_REMEMBER_SECONDS: '2',
      }),
    ).toEqual({
      tasksTable: 'tasks',
      historyTable: 'history',
      cursorKey: KEY,
      access: { auth: 'iam' },
      ignoredTags: ['watch'],
      pollPeriodSeconds: 300,
      pollService: 'ota-watch-prod',
      rememberSeconds: 2,
    });
  });

  it.each([
    [{ CURSOR_KEY: 'short' }, 'CURSOR_KEY'],
    [{ CURSOR_KEY: '' }, 'CURSOR_KEY'],
    [{ API_AUTH: 'off' }, 'API_AUTH'],
    [{ API_READER_ROLE: 'two words' }, 'API_READER_ROLE'],
    [{ POLL_PERIOD_SECONDS: '0' }, 'POLL_PERIOD_SECONDS'],
  ])('%j is wrong, and told without its value', (wrong, name) => {
    const reading = () => readApiConfig({ ...NEEDED, ...wrong });
    expect(reading).toThrow(ConfigurationError);
    expect(reading).toThrow(new RegExp(`^Wrong environment variables: ${name}: (?!.*(short|two words))`));
  });
});
