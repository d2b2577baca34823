import { createServer } from 'node:http';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { DestinationError } from '../../lib/alerts/destination-error.ts';
import type { Secrets } from '../../lib/alerts/ports.ts';
import { createSsmClient, ssmSecrets } from '../../lib/aws/secrets.ts';
import { listen } from '../../local/bus/listen.ts';
import { ServiceError } from '../../local/bus/put-events.ts';
import { type ParametersStandIn, startParameters } from '../../local/parameters/parameters.ts';
import { NOON } from '../support/builders.ts';

const PREFIX = '/ota-watch/test';
const TOKEN = `${PREFIX}/slack/bot-token`;
/** Short: a parser quotes ten characters of what it cannot read. */
const CANARY = 'c7f3a';

let store: ParametersStandIn;
let now: number;
let secrets: Secrets;

const GET_TOKEN = { operation: 'GetParameter', names: [TOKEN] };

beforeEach(async () => {
  vi.stubEnv('AWS_REGION', 'eu-west-1');
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'test');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'test');
  store = await startParameters({ parameters: { [TOKEN]: ' first\n', [`${PREFIX}/empty`]: ' ' } });
  now = NOON;
  secrets = secretsAt(store.url);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await store.close();
});

function secretsAt(url: string): Secrets {
  vi.stubEnv('AWS_ENDPOINT_URL_SSM', url);
  const client = createSsmClient({ timeoutMs: 200 });
  return ssmSecrets({ client, prefix: PREFIX, now: () => now, maxAgeSeconds: 300 });
}

async function failureOf(reading: Promise<string>): Promise<DestinationError> {
  const error = await reading.then(
    (value) => new Error(`No failure but ${value}`),
    (reason: unknown) => reason,
  );
  if (error instanceof DestinationError) return error;
  throw error;
}

describe('a secret', () => {
  it('is read decrypted, trimmed, and remembered for a while', async () => {
    expect(await secrets.get('slack/bot-token')).toBe('first');
    store.set(TOKEN, 'second');
    now += 299_999;
    expect(await secrets.get('slack/bot-token')).toBe('first');
    expect(store.requests).toEqual([GET_TOKEN]);
    now += 1;
    expect(await secrets.get('slack/bot-token')).toBe('second');
    expect(store.requests).toEqual([GET_TOKEN, GET_TOKEN]);
  });

  it('is read anew once it is forgotten', async () => {
    await secrets.get('slack/bot-token');
    store.set(TOKEN, 'second');
    secrets.forget('slack/bot-token');
    expect(await secrets.get('slack/bot-token')).toBe('second');
  });

  it('costs one request for all who ask at once', async () => {
    const many = await Promise.all(Array.from({ length: 10 }, () => secrets.get('slack/bot-token')));
    expect(new Set(many)).toEqual(new Set(['first']));
    expect(store.requests).toEqual([GET_TOKEN]);
  });

  it('that was forgotten while it was read is not remembered', async () => {
    const early = secrets.get('slack/bot-token');
    secrets.forget('slack/bot-token');
    await early;
    store.set(TOKEN, 'second');
    expect(await secrets.get('slack/bot-token')).toBe('second');
  });
});

describe('what is misconfigured', () => {
  it.each([
    ['nothing/there', 'could not be read: ParameterNotFound'],
    ['not a name', 'could not be read: ValidationException'],
    ['empty', 'is empty'],
  ])('is %s', async (name, problem) => {
    const error = await failureOf(secrets.get(name));
    expect({ trouble: error.trouble, message: error.message }).toEqual({
      trouble: { kind: 'misconfigured' },
      message: `Parameter ${PREFIX}/${name} ${problem}`,
    });
  });

  it.each(['AccessDeniedException', 'InvalidKeyId', 'UnrecognizedClientException'])(
    'is what the service answers with %s, whatever was known before',
    async (code) => {
      await secrets.get('slack/bot-token');
      now += 300_000;
      store.faults.request = () => new ServiceError(code, 'no');
      const error = await failureOf(secrets.get('slack/bot-token'));
      expect({ trouble: error.trouble, code: error.code }).toEqual({
        trouble: { kind: 'misconfigured' },
        code,
      });
    },
  );

  it('is read again each time: somebody may have repaired it', async () => {
    await failureOf(secrets.get('pagerduty/default'));
    store.set(`${PREFIX}/pagerduty/default`, 'now there');
    expect(await secrets.get('pagerduty/default')).toBe('now there');
  });
});

describe('an outage', () => {
  const faults = [
    ['ThrottlingException', new ServiceError('ThrottlingException', 'Rate exceeded')],
    ['InternalServerError', new ServiceError('InternalServerError', 'no', 500)],
    ['a lost connection', 'drop'],
    ['no answer', 'hang'],
  ] as const;

  it.each(faults)('(%s) is one where nothing is known', async (_, fault) => {
    store.faults.request = () => fault;
    const error = await failureOf(secrets.get('slack/bot-token'));
    expect(error.trouble).toEqual({ kind: 'unavailable', unsure: false });
    expect(error.message).toMatch(/^Parameter \/ota-watch\/test\/slack\/bot-token could not be read: \w+$/);
    expect(store.requests.length).toBeGreaterThan(1);
  });

  it.each(faults)('(%s) leaves what was known', async (_, fault) => {
    await secrets.get('slack/bot-token');
    now += 86_400_000;
    store.faults.request = () => fault;
    expect(await secrets.get('slack/bot-token')).toBe('first');
  });

  it('is tried again after 30 s, not at once', async () => {
    await secrets.get('slack/bot-token');
    now += 300_000;
    store.faults.request = () => 'drop';
    await secrets.get('slack/bot-token');
    store.faults.request = undefined;
    store.set(TOKEN, 'second');
    now += 29_999;
    expect(await secrets.get('slack/bot-token')).toBe('first');
    now += 1;
    expect(await secrets.get('slack/bot-token')).toBe('second');
  });

  it('leaves nothing of what was deleted before', async () => {
    await secrets.get('slack/bot-token');
    store.set(TOKEN, undefined);
    now += 300_000;
    expect((await failureOf(secrets.get('slack/bot-token'))).trouble.kind).toBe('misconfigured');
    store.faults.request = () => 'drop';
    expect((await failureOf(secrets.get('slack/bot-token'))).trouble.kind).toBe('unavailable');
  });

  it('leaves nothing of what was forgotten', async () => {
    await secrets.get('slack/bot-token');
    secrets.forget('slack/bot-token');
    store.faults.request = () => 'drop';
    expect((await failureOf(secrets.get('slack/bot-token'))).trouble.kind).toBe('unavailable');
  });
});

describe('no error has the secret in it', () => {
  it.each([
    ['cut short', `{"Parameter":{"Name":"${TOKEN}","Value":"${CANARY}`],
    ['garbled', `${CANARY} {"Parameter":{"Value":"${CANARY}"}}`],
    ['of another shape', `{"Parameter":"${CANARY}"}`],
  ])('after an answer that is %s', async (_, body) => {
    const server = createServer((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1' }).end(body);
    });
    const garbler = await listen(server, 0);
    try {
      const error = await failureOf(secretsAt(garbler.url).get('slack/bot-token'));
      expect(error.trouble.kind).not.toBe('rejected');
      expect(inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toContain(CANARY);
    } finally {
      await garbler.close();
    }
  });
});

describe('the stand-in', () => {
  it('answers several parameters, encrypted unless asked otherwise', async () => {
    const ask = async (operation: string, body: object) => {
      const response = await fetch(store.url, {
        method: 'POST',
        headers: { 'x-amz-target': `AmazonSSM.${operation}` },
        body: JSON.stringify(body),
      });
      return { status: response.status, body: await response.json() };
    };
    const described = { Name: TOKEN, Type: 'SecureString', Version: 1, DataType: 'text' };
    expect(await ask('GetParameters', { Names: [TOKEN, '/other'], WithDecryption: true })).toEqual({
      status: 200,
      body: { Parameters: [{ ...described, Value: ' first\n' }], InvalidParameters: ['/other'] },
    });
    const { body } = await ask('GetParameter', { Name: TOKEN });
    expect(body).toEqual({ Parameter: { ...described, Value: expect.not.stringContaining('first') } });
    expect(await ask('PutParameter', {})).toMatchObject({
      status: 400,
      body: { __type: 'UnknownOperationException' },
    });
    store.set(TOKEN, undefined);
    expect(await ask('GetParameter', { Name: TOKEN })).toMatchObject({
      status: 400,
      body: { __type: 'ParameterNotFound' },
    });
  });
});
