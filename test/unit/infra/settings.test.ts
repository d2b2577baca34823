import { describe, expect, it } from 'vitest';
import { z } from 'zod';

type Serverless = { resolveVariable(variable: string): Promise<string> };
type Resolver = (serverless: Serverless) => Promise<unknown>;

const DEFAULTS = { api: 'off', dashboard: 'off', dashboardScopes: 'openid' };
const JWT = { api: 'jwt', apiIssuer: 'https://id.example/tenant', apiAudience: 'one' };
const ON = { ...JWT, dashboard: 'on', dashboardClientId: 'client' };
const CERTIFICATE = 'arn:aws:acm:us-east-1:111122223333:certificate/one';

/** A function that serverless.yml takes something in by. The files are plain JavaScript: that is what the command reads. */
async function resolver(file: string, name: string): Promise<Resolver> {
  const module: unknown = await import(new URL(`../../../infra/${file}`, import.meta.url).href);
  const named = z.record(z.string(), z.unknown()).parse({ ...Object(module) });
  return z.custom<Resolver>((value) => typeof value === 'function').parse(named[name]);
}

/** The variables of the command, with these parameters given. */
function serverlessWith(given: Readonly<Record<string, string>>): Serverless {
  const values: Readonly<Record<string, string>> = { ...DEFAULTS, ...given };
  return {
    resolveVariable: async (variable) => {
      const [, name = '', fallback] = /^param:(\w+)(?:, '(.*)')?$/.exec(variable) ?? [];
      const value = values[name] ?? fallback;
      if (value === undefined) throw new Error(`There is no ${variable}`);
      return value;
    },
  };
}

const apiSettings = await resolver('api/settings.js', 'apiSettingsOf');
const dashboardSettings = await resolver('dashboard/settings.js', 'dashboardSettingsOf');
const dashboardUrl = await resolver('dashboard.js', 'dashboardUrlOf');
const dashboardResources = await resolver('dashboard.js', 'resources');

describe('settings of the API and the dashboard', () => {
  it.each([
    [{}, 'off', []],
    [{ api: 'iam' }, 'iam', []],
    [JWT, 'jwt', ['one']],
    [{ ...JWT, apiAudience: 'one, two,' }, 'jwt', ['one', 'two']],
    [{ ...JWT, apiIssuer: 'http://127.0.0.1:8080' }, 'jwt', ['one']],
  ])('%j', async (given, auth, audience) => {
    expect(await apiSettings(serverlessWith(given))).toMatchObject({ auth, audience });
  });

  it.each([
    [{ api: 'on' }, 'The parameter "api" is "on": it can be one of off, jwt, iam'],
    [{ api: 'jwt' }, 'The parameter "api" is "jwt": that needs "apiIssuer" and "apiAudience"'],
    [{ ...JWT, apiIssuer: '' }, 'The parameter "api" is "jwt": that needs "apiIssuer" and "apiAudience"'],
    [{ ...JWT, apiAudience: ' ,' }, 'The parameter "api" is "jwt": that needs "apiIssuer" and "apiAudience"'],
    [
      { ...JWT, apiIssuer: 'id.example' },
      'The parameter "apiIssuer" is "id.example": it has to be the https URL',
    ],
    [
      { ...JWT, apiIssuer: 'http://id.example' },
      'The parameter "apiIssuer" is "http://id.example": it has to be',
    ],
    [
      { ...JWT, apiIssuer: 'https://id.example?x' },
      'The parameter "apiIssuer" is "https://id.example?x": it has',
    ],
  ])('%j are refused', async (given, message) => {
    await expect(apiSettings(serverlessWith(given))).rejects.toThrow(message);
  });

  it.each([
    [{ dashboard: 'yes' }, 'The parameter "dashboard" is "yes": it can be one of off, on'],
    [{ dashboard: 'on' }, 'The parameter "dashboard" is "on": that needs "api" to be jwt, not off'],
    [
      { dashboard: 'on', api: 'iam' },
      'The parameter "dashboard" is "on": that needs "api" to be jwt, not iam',
    ],
    [{ ...ON, dashboardClientId: '' }, 'The parameter "dashboard" is "on": that needs "dashboardClientId"'],
    [
      { ...ON, dashboardSignInOrigins: 'https://a.example/x' },
      '"dashboardSignInOrigins" has "https://a.example/x"',
    ],
    [
      { ...ON, dashboardSignInOrigins: 'http://a.example' },
      '"dashboardSignInOrigins" has "http://a.example"',
    ],
    [
      { ...ON, dashboardSignInOrigins: "https://a.example; script-src 'unsafe-inline'" },
      '"dashboardSignInOrigins" has',
    ],
    [
      { ...ON, dashboardDomain: 'ota.example' },
      '"dashboardDomain" and "dashboardCertificateArn" go together',
    ],
    [
      { ...ON, dashboardCertificateArn: CERTIFICATE },
      '"dashboardDomain" and "dashboardCertificateArn" go together',
    ],
    [
      { ...ON, dashboardDomain: 'https://ota.example', dashboardCertificateArn: CERTIFICATE },
      'it has to be the name of a host',
    ],
    [
      {
        ...ON,
        dashboardDomain: 'ota.example',
        dashboardCertificateArn: CERTIFICATE.replace('us-east', 'eu-west'),
      },
      '"dashboardCertificateArn" has to be of us-east-1',
    ],
  ])('%j are refused', async (given, message) => {
    await expect(dashboardSettings(serverlessWith(given))).rejects.toThrow(message);
  });
});

describe('the dashboard', () => {
  it('is nowhere while it is off', async () => {
    expect(await dashboardUrl(serverlessWith(JWT))).toBeUndefined();
    expect(await dashboardResources(serverlessWith(JWT))).toEqual({});
  });

  it('has a name of its own where one is given', async () => {
    const own = serverlessWith({
      ...ON,
      dashboardDomain: 'ota.example',
      dashboardCertificateArn: CERTIFICATE,
    });
    expect(await dashboardUrl(own)).toBe('https://ota.example');
    expect(await dashboardResources(own)).toMatchObject({
      Resources: {
        DashboardDistribution: {
          Properties: {
            DistributionConfig: {
              Aliases: ['ota.example'],
              ViewerCertificate: {
                AcmCertificateArn: CERTIFICATE,
                SslSupportMethod: 'sni-only',
                MinimumProtocolVersion: 'TLSv1.2_2021',
              },
            },
          },
        },
      },
      Outputs: {
        DashboardUrl: { Value: 'https://ota.example' },
        DashboardDomainTarget: { Value: { 'Fn::GetAtt': ['DashboardDistribution', 'DomainName'] } },
      },
    });
  });
});
