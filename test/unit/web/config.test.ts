import { describe, expect, it } from 'vitest';
import { ConfigError, parseConfig } from '../../../web/src/config.ts';

const signIn = { issuer: 'https://issuer.example.com', clientId: 'client', scopes: 'openid' };

describe('parseConfig', () => {
  it.each([
    [{ api: '/api' }, { api: '/api' }],
    [{ api: '/api/', other: 1 }, { api: '/api' }],
    [
      { api: '/api', signIn: { ...signIn, other: 1 }, tokenInAddress: true },
      { api: '/api', signIn, tokenInAddress: true },
    ],
    [{ api: '/api', tokenInAddress: 'true' }, { api: '/api' }],
    [
      { api: '/api', refreshSeconds: 2 },
      { api: '/api', refreshSeconds: 2 },
    ],
  ])('reads %j', (json, config) => {
    expect(parseConfig(json)).toEqual(config);
  });

  it.each([
    [null, '/config.json is not an object'],
    [{}, 'api is missing'],
    [{ api: 1 }, 'api is missing'],
    [{ api: '/api', signIn: 'https://issuer.example.com' }, 'signIn is not an object'],
    [{ api: '/api', signIn: { ...signIn, clientId: '' } }, 'clientId is missing'],
    [{ api: '/api', refreshSeconds: 0 }, 'refreshSeconds is not a number of seconds, 1 at least'],
    [{ api: '/api', refreshSeconds: '2' }, 'refreshSeconds is not a number of seconds'],
  ])('refuses %j', (json, message) => {
    const parse = () => parseConfig(json);
    expect(parse).toThrow(ConfigError);
    expect(parse).toThrow(message);
  });
});
