import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { DestinationError } from '../../../lib/alerts/destination-error.ts';
import type { PagerDuty, Secrets } from '../../../lib/alerts/ports.ts';
import { summarizeError } from '../../../lib/errors.ts';
import { pagerDuty } from '../../../lib/pagerduty/client.ts';
import type { PagerDutyFault } from '../../../local/pagerduty/faults.ts';
import { startPagerDuty } from '../../../local/pagerduty/pagerduty.ts';
import { change, KEY, NOON, resolve, standIn, trigger } from './requests.ts';

/** Secrets that are kept in memory, and what was forgotten of them. */
function secretsOf(values: Readonly<Record<string, string>>): Secrets & { readonly forgotten: string[] } {
  const forgotten: string[] = [];
  return { forgotten, get: async (name) => values[name] ?? '', forget: (name) => forgotten.push(name) };
}

async function connected({
  key = KEY,
  timeoutMs = 2_000,
  fault = undefined as PagerDutyFault | undefined,
} = {}) {
  const service = await standIn();
  service.faults.request = () => fault;
  const secrets = secretsOf({ 'pagerduty/default': key });
  return { service, secrets, client: pagerDuty({ secrets, eventsUrl: service.url, timeoutMs }) };
}

async function failureOf(sending: Promise<void>): Promise<DestinationError> {
  const error = await sending.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof DestinationError) return error;
  throw new Error(`No DestinationError but ${inspect(error)}`);
}

/** Everything that a log, a debugger or a colleague could get to see of an error. */
function everythingOf(error: DestinationError): string {
  return [
    inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true }),
    JSON.stringify(error),
    JSON.stringify(summarizeError(error)),
    error.stack,
  ].join('\n');
}

describe('what is taken', () => {
  it('are triggers, resolves and changes, with the key of their service', async () => {
    const { service, client, secrets } = await connected();
    await client.send('default', trigger);
    await client.send('default', resolve);
    await client.change('default', change);
    expect(service.requests).toEqual([
      { at: NOON, path: '/v2/enqueue', service: 'default', event: trigger, status: 202 },
      { at: NOON, path: '/v2/enqueue', service: 'default', event: resolve, status: 202 },
      { at: NOON, path: '/v2/change/enqueue', service: 'default', event: change, status: 202 },
    ]);
    expect(service.incidents()).toMatchObject([{ service: 'default', status: 'resolved' }]);
    expect(service.changes()).toHaveLength(1);
    expect(service.violations).toEqual([]);
    expect(secrets.forgotten).toEqual([]);
  });

  it('may take a while', async () => {
    const { promise, resolve: proceed } = Promise.withResolvers<void>();
    const { client, service } = await connected({ fault: { kind: 'delay', until: promise } });
    const sending = client.send('default', trigger);
    proceed();
    await sending;
    expect(service.incidents()).toHaveLength(1);
  });
});

const html = '<html>Bad\nGateway</html>';
const answer = (status: number, body = '{}') => ({ kind: 'answer', status, body }) as const;

const refusals: readonly [PagerDutyFault, DestinationError['trouble'], string][] = [
  [{ kind: 'busy' }, { kind: 'busy', retryAfterMs: 30_000 }, '429: Request Limit Exceeded'],
  [{ kind: 'busy', retryAfter: '7' }, { kind: 'busy', retryAfterMs: 7_000 }, '429: Request Limit Exceeded'],
  [
    { kind: 'busy', retryAfter: 'Sun, 22 Nov 2026 12:00:00 GMT' },
    { kind: 'busy', retryAfterMs: 30_000 },
    '429: Request Limit Exceeded',
  ],
  [
    { kind: 'invalid', errors: ["'payload.source' is missing or blank", 'Other'] },
    { kind: 'rejected' },
    "400: invalid event; Event object is invalid; 'payload.source' is missing or blank; Other",
  ],
  [
    { kind: 'invalid', errors: ['Invalid routing key'] },
    { kind: 'misconfigured' },
    '400: invalid event; Event object is invalid; Invalid routing key',
  ],
  [answer(400, 'Invalid routing key'), { kind: 'misconfigured' }, '400: Invalid routing key'],
  [answer(400, ''), { kind: 'rejected' }, '400'],
  [answer(413, '{"message":"too large"}'), { kind: 'rejected' }, '413: too large'],
  [answer(401), { kind: 'misconfigured' }, '401: {}'],
  [answer(403, '{"message":"Forbidden"}'), { kind: 'misconfigured' }, '403: Forbidden'],
  [answer(404, html), { kind: 'misconfigured' }, '404: <html>Bad Gateway</html>'],
  [{ ...answer(307), headers: { location: 'http://127.0.0.1:9/' } }, { kind: 'misconfigured' }, '307: {}'],
  [answer(408), { kind: 'unavailable', unsure: true }, '408: {}'],
  [{ kind: 'internal-error' }, { kind: 'unavailable', unsure: true }, '500: error; Internal Server Error'],
  [answer(502, html), { kind: 'unavailable', unsure: true }, '502: <html>Bad Gateway</html>'],
  [answer(202, html), { kind: 'unavailable', unsure: true }, '202: <html>Bad Gateway</html>'],
  [answer(200), { kind: 'unavailable', unsure: true }, '200: {}'],
];

describe('what is not taken', () => {
  it.each(refusals)('after %j is %j', async (fault, trouble, said) => {
    const { client, secrets, service } = await connected({ fault });
    const error = await failureOf(client.send('default', trigger));
    expect({ trouble: error.trouble, message: error.message }).toEqual({
      trouble,
      message: `PagerDuty answered ${said}`,
    });
    expect(secrets.forgotten).toEqual(trouble.kind === 'misconfigured' ? ['pagerduty/default'] : []);
    expect(service.requests).toHaveLength(1);
    expect(service.incidents()).toEqual([]);
  });

  it('is quoted in part where the answer is long', async () => {
    const { client } = await connected({ fault: { kind: 'invalid', errors: ['x'.repeat(600)] } });
    const { message } = await failureOf(client.send('default', trigger));
    expect(message).toBe(
      `PagerDuty answered 400: invalid event; Event object is invalid; ${'x'.repeat(459)}…`,
    );
  });

  it.each<[PagerDutyFault, string]>([
    [{ kind: 'drop-before' }, 'UND_ERR_SOCKET'],
    [{ kind: 'hang' }, 'TimeoutError'],
  ])('after %j, perhaps', async (fault, code) => {
    const { client, service } = await connected({ fault, timeoutMs: fault.kind === 'hang' ? 100 : 2_000 });
    const error = await failureOf(client.send('default', trigger));
    expect({ trouble: error.trouble, code: error.code, message: error.message }).toEqual({
      trouble: { kind: 'unavailable', unsure: true },
      code,
      message: `PagerDuty did not answer: ${code}`,
    });
    expect(service.incidents()).toEqual([]);
  });

  it('after a lost answer is taken once more with the same key', async () => {
    const { client, service } = await connected({ fault: { kind: 'drop-after' } });
    const error = await failureOf(client.send('default', trigger));
    expect(error.trouble).toEqual({ kind: 'unavailable', unsure: true });
    service.faults.request = undefined;
    await client.send('default', trigger);
    expect(service.incidents()).toMatchObject([{ status: 'triggered', triggers: 2 }]);
  });

  it('without a connection, for certain', async () => {
    const { url, close } = await startPagerDuty({ now: () => NOON, routingKeys: {} });
    await close();
    const client = pagerDuty({ secrets: secretsOf({ 'pagerduty/default': KEY }), eventsUrl: url });
    const error = await failureOf(client.send('default', trigger));
    expect({ trouble: error.trouble, code: error.code }).toEqual({
      trouble: { kind: 'unavailable', unsure: false },
      code: 'ECONNREFUSED',
    });
  });

  it('by a name that nobody knows, for certain', async () => {
    const secrets = secretsOf({ 'pagerduty/default': KEY });
    const client = pagerDuty({ secrets, eventsUrl: 'http://ota-watch.invalid' });
    const error = await failureOf(client.send('default', trigger));
    expect(error.trouble).toEqual({ kind: 'unavailable', unsure: false });
  });

  it.each(['', 'c0ffee', `${KEY}0`, `-${KEY.slice(1)}`, `${KEY}\n`])(
    'with the key %j, which is none',
    async (key) => {
      const { client, service, secrets } = await connected({ key });
      const error = await failureOf(client.change('default', change));
      expect({ trouble: error.trouble, message: error.message }).toEqual({
        trouble: { kind: 'misconfigured' },
        message: 'Secret pagerduty/default is no routing key: it has to be 32 letters and digits',
      });
      expect(secrets.forgotten).toEqual(['pagerduty/default']);
      expect(service.requests).toEqual([]);
    },
  );

  it('where the secret cannot be read', async () => {
    const unavailable = new DestinationError('no', { kind: 'unavailable', unsure: false });
    const secrets: Secrets = { get: () => Promise.reject(unavailable), forget: () => undefined };
    const client = pagerDuty({ secrets, eventsUrl: 'http://ota-watch.invalid' });
    expect(await failureOf(client.send('default', trigger))).toBe(unavailable);
  });
});

describe('the routing key is in no error', () => {
  const echo = (status: number, body: string): PagerDutyFault => ({ kind: 'answer', status, body });

  it.each<PagerDutyFault>([
    ...refusals.map(([fault]) => fault),
    { kind: 'drop-before' },
    { kind: 'drop-after' },
    { kind: 'hang' },
    echo(400, JSON.stringify({ message: `Invalid routing key ${KEY}`, errors: [KEY.toUpperCase()] })),
    echo(500, `${'x'.repeat(490)}${KEY}`),
    echo(202, KEY),
  ])('after %j', async (fault) => {
    const { client } = await connected({ fault, timeoutMs: fault.kind === 'hang' ? 100 : 2_000 });
    for (const send of sendersOf(client)) {
      const everything = everythingOf(await failureOf(send())).toLowerCase();
      expect(everything).not.toContain(KEY.slice(0, 8));
    }
  });

  it('nor a key that is none', async () => {
    const { client } = await connected({ key: 'c0ffee-and-more' });
    expect(everythingOf(await failureOf(client.send('default', trigger)))).not.toContain('c0ffee');
  });
});

const sendersOf = (client: PagerDuty) => [
  () => client.send('default', trigger),
  () => client.change('default', change),
];
