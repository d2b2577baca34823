import {
  EventBridgeClient,
  ListRulesCommand,
  PutEventsCommand,
  type PutEventsRequestEntry,
} from '@aws-sdk/client-eventbridge';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AcceptedEvent, type Bus, startBus } from '../../../../local/bus/bus.ts';
import type { RequestFault } from '../../../../local/bus/faults.ts';

const NOW = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const BUS = 'ota-watch-dev-bus';

let bus: Bus;
let client: EventBridgeClient;

beforeEach(async () => {
  let ids = 0;
  bus = await startBus({
    accountId: '123456789012',
    region: 'eu-west-1',
    buses: [BUS],
    rules: [],
    invoke: async () => undefined,
    now: () => NOW,
    newId: () => `event-${++ids}`,
  });
  client = clientOf();
});

afterEach(async () => {
  client.destroy();
  await bus.close();
});

function clientOf(options: { readonly maxAttempts?: number; readonly region?: string } = {}) {
  return new EventBridgeClient({
    endpoint: bus.url,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
    ...options,
  });
}

function entry(number: number, overrides: PutEventsRequestEntry = {}): PutEventsRequestEntry {
  return {
    EventBusName: BUS,
    Source: 'ota-watch',
    DetailType: 'Test',
    Detail: JSON.stringify({ number }),
    ...overrides,
  };
}

async function put(Entries: PutEventsRequestEntry[], abortSignal = new AbortController().signal) {
  const command = new PutEventsCommand({ Entries });
  const { FailedEntryCount, Entries: results } = await client.send(command, { abortSignal });
  return { FailedEntryCount, Entries: results };
}

async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}

function accepted(id: string, number: number): AcceptedEvent {
  return {
    id,
    source: 'ota-watch',
    detailType: 'Test',
    resources: [],
    time: '2026-01-02T03:04:05Z',
    detail: { number },
    busName: BUS,
  };
}

describe('PutEvents', () => {
  it('takes events in order, and tells listeners', async () => {
    const heard: AcceptedEvent[] = [];
    const stop = bus.subscribe((event) => heard.push(event));
    expect(await put([entry(1), entry(2)])).toEqual({
      FailedEntryCount: 0,
      Entries: [{ EventId: 'event-1' }, { EventId: 'event-2' }],
    });
    stop();
    const Time = new Date('2026-01-01T00:00:00.999Z');
    await put([entry(3, { Time, Resources: ['arn:a', 'arn:b'], TraceHeader: 'Root=1' })]);

    const third = { ...accepted('event-3', 3), time: '2026-01-01T00:00:00Z', resources: ['arn:a', 'arn:b'] };
    expect(heard).toEqual([accepted('event-1', 1), accepted('event-2', 2)]);
    expect(bus.accepted).toEqual([...heard, third]);
  });

  it('refuses entries one by one', async () => {
    expect(
      await put([entry(1), entry(2, { Detail: '[]' }), entry(3, { Source: 'aws.iot' }), entry(4)]),
    ).toEqual({
      FailedEntryCount: 2,
      Entries: [
        { EventId: 'event-1' },
        { ErrorCode: 'MalformedDetail', ErrorMessage: 'Detail is malformed.' },
        { ErrorCode: 'NotAuthorizedForSourceException', ErrorMessage: 'Not authorized for the source.' },
        { EventId: 'event-2' },
      ],
    });
    expect(bus.accepted).toEqual([accepted('event-1', 1), accepted('event-2', 4)]);
  });

  it.each([
    ['more than 10 entries', Array.from({ length: 11 }, (_, number) => entry(number))],
    ['more than 262,144 bytes', [entry(1), entry(2, { Detail: JSON.stringify('x'.repeat(262_144)) })]],
    ['no entries', []],
  ])('refuses a request of %s', async (_, Entries) => {
    expect(await failure(put(Entries))).toMatchObject({
      name: 'ValidationException',
      $metadata: { httpStatusCode: 400 },
    });
    expect(bus.accepted).toEqual([]);
  });

  it('takes events for a bus that does not exist, and drops them, as AWS does', async () => {
    expect(await put([entry(1, { EventBusName: 'nowhere' })])).toEqual({
      FailedEntryCount: 0,
      Entries: [{ EventId: 'event-1' }],
    });
    expect(bus.accepted).toEqual([]);
    expect(bus.unrouted).toEqual([{ ...accepted('event-1', 1), busName: 'nowhere' }]);
  });

  it('goes to the default bus where none is named', async () => {
    await client.send(new PutEventsCommand({ Entries: [{ Source: 'a', DetailType: 'b', Detail: '{}' }] }));
    expect(bus.accepted.map(({ busName }) => busName)).toEqual(['default']);
  });
});

describe('the protocol', () => {
  it('offers PutEvents only', async () => {
    expect(await failure(client.send(new ListRulesCommand()))).toMatchObject({
      name: 'UnknownOperationException',
      $metadata: { httpStatusCode: 400 },
    });
  });

  it('refuses credentials for another region', async () => {
    const elsewhere = clientOf({ region: 'us-east-1' });
    expect(await failure(elsewhere.send(new PutEventsCommand({ Entries: [entry(1)] })))).toMatchObject({
      name: 'InvalidSignatureException',
      message: "Credential should be scoped to a valid region: 'eu-west-1'.",
    });
    elsewhere.destroy();
  });

  it.each([
    [
      'iot/aws4_request',
      'InvalidSignatureException',
      "Credential should be scoped to correct service: 'events'.",
    ],
    [
      'events/aws5',
      'InvalidSignatureException',
      "Credential should be scoped with a valid terminator: 'aws4_request'.",
    ],
    [undefined, 'MissingAuthenticationTokenException', 'Missing Authentication Token'],
  ])('with the scope …/%s answers %s', async (scope, __type, message) => {
    const credential = `Credential=AKIA/20260102/eu-west-1/${scope}`;
    const response = await fetch(bus.url, {
      method: 'POST',
      headers: {
        'x-amz-target': 'AWSEvents.PutEvents',
        ...(scope
          ? { authorization: `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=host, Signature=0` }
          : {}),
      },
      body: JSON.stringify({ Entries: [entry(1)] }),
    });
    expect({
      status: response.status,
      type: response.headers.get('content-type'),
      body: await response.json(),
    }).toEqual({
      status: 400,
      type: 'application/x-amz-json-1.1',
      body: { __type, message },
    });
    expect(bus.accepted).toEqual([]);
  });
});

describe('a fault of a request', () => {
  it.each<[RequestFault, object, number]>([
    [{ kind: 'throttle' }, { name: 'ThrottlingException', $metadata: { httpStatusCode: 400 } }, 0],
    [{ kind: 'internal-error' }, { name: 'InternalException', $metadata: { httpStatusCode: 500 } }, 0],
    [{ kind: 'access-denied' }, { name: 'AccessDeniedException', $metadata: { httpStatusCode: 400 } }, 0],
    [
      { kind: 'access-denied', status: 403 },
      { name: 'AccessDeniedException', $metadata: { httpStatusCode: 403 } },
      0,
    ],
    [{ kind: 'drop-before' }, { code: 'ECONNRESET' }, 0],
    [{ kind: 'drop-after' }, { code: 'ECONNRESET' }, 1],
  ])('%j', async (fault, error, count) => {
    bus.faults.request = () => fault;
    expect(await failure(put([entry(1)]))).toMatchObject(error);
    expect(bus.accepted).toHaveLength(count);

    bus.faults.request = undefined;
    expect(await put([entry(2)])).toMatchObject({ FailedEntryCount: 0 });
  });

  it('hang: never answers', async () => {
    const givenUp = new AbortController();
    bus.faults.request = () => {
      setImmediate(() => givenUp.abort());
      return { kind: 'hang' };
    };
    expect(await failure(put([entry(1)], givenUp.signal))).toMatchObject({ name: 'AbortError' });
    expect(bus.accepted).toEqual([]);
  });

  it('delay: goes on when it is told to', async () => {
    const arrived = Promise.withResolvers<void>();
    const release = Promise.withResolvers<void>();
    bus.faults.request = () => {
      arrived.resolve();
      return { kind: 'delay', until: release.promise };
    };
    const answer = put([entry(1)]);
    await arrived.promise;
    expect(bus.accepted).toEqual([]);
    release.resolve();
    expect(await answer).toMatchObject({ FailedEntryCount: 0 });
    expect(bus.accepted).toEqual([accepted('event-1', 1)]);
  });

  it('delay: takes the entries also of a client that gave up', async () => {
    const givenUp = new AbortController();
    const release = Promise.withResolvers<void>();
    bus.faults.request = () => {
      setImmediate(() => givenUp.abort());
      return { kind: 'delay', until: release.promise };
    };
    expect(await failure(put([entry(1)], givenUp.signal))).toMatchObject({ name: 'AbortError' });
    release.resolve();
    expect(await put([entry(2)])).toMatchObject({ FailedEntryCount: 0 });
    expect(bus.accepted).toEqual([accepted('event-1', 1), accepted('event-2', 2)]);
  });

  it('is decided for each request by its number and entries, also when the SDK tries again', async () => {
    const seen: unknown[] = [];
    bus.faults.request = ({ index, entries }) => {
      seen.push([index, entries.map(({ Detail }) => Detail)]);
      return index === 0 ? { kind: 'internal-error' } : undefined;
    };
    const patient = clientOf({ maxAttempts: 2 });
    await patient.send(new PutEventsCommand({ Entries: [entry(1)] }));
    patient.destroy();
    expect(seen).toEqual([
      [0, ['{"number":1}']],
      [1, ['{"number":1}']],
    ]);
    expect(bus.accepted).toHaveLength(1);
  });
});

describe('a fault of an entry', () => {
  it('leaves the others alone', async () => {
    const codes = ['InternalFailure', 'ThrottlingException', 'NotAuthorizedForDetailTypeException'];
    bus.faults.entry = ({ Detail }, { entries }) => {
      const errorCode = codes[JSON.parse(Detail ?? '').number];
      return errorCode ? { errorCode, errorMessage: `one of ${entries.length}` } : undefined;
    };
    expect(await put([entry(0), entry(1), entry(2), entry(3)])).toEqual({
      FailedEntryCount: 3,
      Entries: [
        ...codes.map((ErrorCode) => ({ ErrorCode, ErrorMessage: 'one of 4' })),
        { EventId: 'event-1' },
      ],
    });
    expect(bus.accepted).toEqual([accepted('event-1', 3)]);
  });
});

describe('close', () => {
  it('ends requests that hang', async () => {
    const arrived = Promise.withResolvers<void>();
    bus.faults.request = () => {
      arrived.resolve();
      return { kind: 'hang' };
    };
    const answer = failure(put([entry(1)]));
    await arrived.promise;
    await bus.close();
    expect(await answer).toMatchObject({ code: 'ECONNRESET' });
    bus = await startBus({
      accountId: '1',
      region: 'r',
      buses: [],
      rules: [],
      invoke: async () => undefined,
      now: () => 0,
    });
  });

  it('frees the port, which only one bus can have', async () => {
    const port = Number(new URL(bus.url).port);
    const options = {
      port,
      accountId: '1',
      region: 'r',
      buses: [],
      rules: [],
      invoke: async () => undefined,
      now: () => 0,
    };
    await expect(startBus(options)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await bus.close();
    bus = await startBus(options);
    expect(bus.url).toBe(`http://127.0.0.1:${port}`);
  });
});
