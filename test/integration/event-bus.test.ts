import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import { ConfiguredRetryStrategy } from '@smithy/core/retry';
import { afterEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { eventBus } from '../../lib/aws/event-bus.ts';
import { canonicalHash } from '../../lib/canonical-hash.ts';
import { appendRows } from '../../lib/domain/chain.ts';
import type { PublishOutcome } from '../../lib/ports.ts';
import { type Listening, listen } from '../../local/bus/listen.ts';
import { facts, NOON } from '../support/builders.ts';

const Request = z.object({ Entries: z.array(z.object({ Resources: z.array(z.string()) })) });

/** What the stand-in answers to a request about these tasks (numbers), or that it drops the connection. */
type Answer = (tasks: readonly number[]) => { status: number; body: object } | 'drop';

let server: Listening | undefined;
afterEach(() => server?.close());

/** A bus, and which tasks each request to it was about. */
async function connect(answer: Answer) {
  const requests: number[][] = [];
  const http = createServer(async (request, response) => {
    const { Entries } = Request.parse(await json(request));
    const tasks = Entries.map(({ Resources: [arn = ''] }) => Number(arn.split('/').at(-1)));
    requests.push(tasks);
    const answered = answer(tasks);
    if (answered === 'drop') return void request.socket.destroy();
    const { status, body } = answered;
    response.writeHead(status, { 'content-type': 'application/x-amz-json-1.1' }).end(JSON.stringify(body));
  });
  server = await listen(http, 0);
  const client = new EventBridgeClient({
    endpoint: server.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'AKIATEST', secretAccessKey: 'secret' },
    retryStrategy: new ConfiguredRetryStrategy(1, 0),
  });
  return { bus: eventBus(client, 'bus'), requests, close: () => client.destroy() };
}

/** The event of a task. */
function rowsOf(task: number) {
  const seen = facts({ taskId: `${task}`, taskArn: `arn:aws:x:::ota-task/${task}` });
  const event = {
    detailType: 'OTA Task Tracking Started',
    published: true,
    body: { reason: 'discovered' },
  } as const;
  return appendRows(undefined, seen, [event], { now: NOON, hash: canonicalHash }).rows;
}

/** Publishes one event of each of `count` tasks. @returns what became of each, and which tasks each request was about */
async function publish(count: number, answer: Answer, mayGoOn: (requests: number) => boolean = () => true) {
  const { bus, requests, close } = await connect(answer);
  const rows = Array.from({ length: count }, (_, task) => rowsOf(task)).flat();
  const outcomes = await bus.publish(rows, () => mayGoOn(requests.length));
  close();
  return { outcomes, kinds: outcomes.map(({ kind }) => kind), requests };
}

const accept = (tasks: readonly number[]) => ({
  status: 200,
  body: { FailedEntryCount: 0, Entries: tasks.map((task) => ({ EventId: `${task}` })) },
});
const failure = (status: number, __type: string) => ({ status, body: { __type, message: 'no' } });
const times = <Value>(count: number, value: Value): Value[] => Array(count).fill(value);

describe('publish', () => {
  it('takes as few requests as the limits allow', async () => {
    const { kinds, requests } = await publish(25, accept);
    expect(kinds).toEqual(times(25, 'accepted'));
    expect(requests.map((tasks) => tasks.length).sort()).toEqual([10, 10, 5]);
  });

  it.each<[string, PublishOutcome]>([
    ['InternalFailure', { kind: 'refused', code: 'InternalFailure' }],
    ['ThrottlingException', { kind: 'refused', code: 'ThrottlingException' }],
    ['SomethingNew', { kind: 'refused', code: 'SomethingNew' }],
    ['MalformedDetail', { kind: 'refused-for-good', code: 'MalformedDetail', message: 'no' }],
    ['InvalidArgument', { kind: 'refused-for-good', code: 'InvalidArgument', message: 'no' }],
    ...['PutEventsRequestEntrySizeException', 'RequestEntityTooLargeException', 'ValidationException'].map(
      (code): [string, PublishOutcome] => [code, { kind: 'refused-for-good', code, message: 'no' }],
    ),
    ...[
      'AccessDeniedException',
      'ExpiredTokenException',
      'InvalidAccountIdException',
      'InvalidSignatureException',
      'NotAuthorizedForDetailTypeException',
      'NotAuthorizedForSourceException',
      'UnrecognizedClientException',
    ].map((code): [string, PublishOutcome] => [code, { kind: 'denied', code }]),
  ])('tells an entry that failed with %s from those that did not', async (ErrorCode, outcome) => {
    const { outcomes, requests } = await publish(3, (tasks) => ({
      status: 200,
      body: {
        FailedEntryCount: 1,
        Entries: tasks.map((task) => (task === 1 ? { ErrorCode, ErrorMessage: 'no' } : { EventId: 'e' })),
      },
    }));
    expect(outcomes).toEqual([{ kind: 'accepted' }, outcome, { kind: 'accepted' }]);
    expect(requests).toEqual([[0, 1, 2]]);
  });

  it('offers nothing again that was accepted beside an entry that is denied', async () => {
    const code = 'NotAuthorizedForSourceException';
    const { kinds, requests } = await publish(11, (tasks) => ({
      status: 200,
      body: {
        FailedEntryCount: 1,
        Entries: tasks.map((task) => (task === 1 ? { ErrorCode: code } : { EventId: 'e' })),
      },
    }));
    expect(kinds).toEqual(['accepted', 'denied', ...times(9, 'accepted')]);
    expect(requests.map((tasks) => tasks.length).sort()).toEqual([1, 10]);
  });

  it('has no message of a refusal where the answer has none', async () => {
    const { outcomes } = await publish(2, (tasks) => ({
      status: 200,
      body: {
        FailedEntryCount: 1,
        Entries: tasks.map((task) => (task === 1 ? { ErrorCode: 'MalformedDetail' } : { EventId: 'e' })),
      },
    }));
    expect(outcomes).toEqual([
      { kind: 'accepted' },
      { kind: 'refused-for-good', code: 'MalformedDetail', message: '' },
    ]);
  });

  it('believes nothing of an entry that the answer does not speak of', async () => {
    const { outcomes } = await publish(2, () => ({ status: 200, body: { Entries: [{ EventId: 'e' }] } }));
    expect(outcomes).toEqual([{ kind: 'accepted' }, { kind: 'refused', code: 'NoResultForEntry' }]);
  });

  it('believes nothing of an answer that speaks of no entry', async () => {
    const { outcomes } = await publish(2, () => ({ status: 200, body: {} }));
    expect(outcomes).toEqual(times(2, { kind: 'refused', code: 'NoResultForEntry' }));
  });

  it.each([
    [400, 'ValidationException'],
    [413, 'RequestEntityTooLargeException'],
    [413, 'Unheard'],
  ])('finds the entry that spoils a request (%i %s)', async (status, type) => {
    const { outcomes } = await publish(4, (tasks) =>
      tasks.includes(2) ? failure(status, type) : accept(tasks),
    );
    const accepted = { kind: 'accepted' };
    expect(outcomes).toEqual([
      accepted,
      accepted,
      { kind: 'refused-for-good', code: type, message: 'no' },
      accepted,
    ]);
  });

  it('asks once about an entry that is alone in its request', async () => {
    const { outcomes, requests } = await publish(1, () => failure(413, 'Unheard'));
    expect(outcomes).toEqual([{ kind: 'refused-for-good', code: 'Unheard', message: 'no' }]);
    expect(requests).toEqual([[0]]);
  });

  it('offers an entry that failed alone no second time', async () => {
    const { kinds, requests } = await publish(11, (tasks) =>
      tasks.includes(10) ? failure(500, 'InternalException') : accept(tasks),
    );
    expect(kinds).toEqual([...times(10, 'accepted'), 'unavailable']);
    expect(requests).toHaveLength(2);
  });

  it.each(['InvalidArgument', 'ValidationException'])(
    'sets nothing aside for a refusal that every entry gets (%s)',
    async (code) => {
      const { outcomes } = await publish(12, () => failure(400, code));
      expect(outcomes).toEqual(times(12, { kind: 'denied', code }));
    },
  );

  it('tells a bus that cannot be reached by what the connection said', async () => {
    const { outcomes } = await publish(2, () => 'drop');
    expect(outcomes).toEqual(
      times(2, { kind: 'unavailable', error: expect.objectContaining({ code: 'ECONNRESET' }) }),
    );
  });

  it.each(['AccessDeniedException', 'UnrecognizedClientException'])('is denied by %s', async (type) => {
    const { kinds, requests } = await publish(200, () => failure(400, type));
    expect(kinds.slice(0, 50)).toEqual(times(50, 'denied'));
    expect(requests.length).toBeLessThan(10);
  });

  it('stops when the bus is out', async () => {
    const { kinds, requests } = await publish(200, () => failure(500, 'InternalException'));
    expect(kinds).toEqual(times(200, 'unavailable'));
    // 5 at once, and 2 that begin before the third fails.
    expect(requests).toHaveLength(7);
  });

  it('goes on when only some requests fail, and offers the entries of those alone', async () => {
    const bad = new Set([3, 14, 25, 36]);
    const { kinds, requests } = await publish(200, (tasks) =>
      tasks.some((task) => bad.has(task)) ? failure(500, 'InternalException') : accept(tasks),
    );
    expect(kinds.flatMap((kind, task) => (kind === 'accepted' ? [] : [task]))).toEqual([...bad]);
    expect(requests).toHaveLength(20 + 4 * 10);
  });

  it('begins no request when time is short', async () => {
    const { kinds, requests } = await publish(200, accept, (made) => made < 3);
    expect(requests.length).toBeLessThan(10);
    expect(kinds.filter((kind) => kind === 'accepted')).toHaveLength(requests.flat().length);
    expect(new Set(kinds)).toEqual(new Set(['accepted', 'unavailable']));
  });
});

describe('an event that is refused in words that may be about the bus', () => {
  const REFUSED = 'refused-for-good';

  it.each<[what: string, rounds: readonly [offered: number[], refused: number[], kinds: string[]][]]>([
    [
      'is not to blame while the bus takes nothing',
      [
        [[1], [1], ['denied']],
        [[1], [1], ['denied']],
        [
          [1, 2],
          [1, 2],
          ['denied', 'denied'],
        ],
      ],
    ],
    [
      'is to blame once the bus took another since',
      [
        [[1], [1], ['denied']],
        [[2], [], ['accepted']],
        [[1], [1], [REFUSED]],
      ],
    ],
    ['is to blame where the bus takes another with it', [[[1, 2], [1], [REFUSED, 'accepted']]]],
    [
      'is not to blame for what the bus took before',
      [
        [[2], [], ['accepted']],
        [[1], [1], ['denied']],
        [[1], [1], ['denied']],
      ],
    ],
    [
      'is suspected anew after it was set aside',
      [
        [[1], [1], ['denied']],
        [[1, 2], [1], [REFUSED, 'accepted']],
        [[1], [1], ['denied']],
      ],
    ],
    [
      'is suspected anew after it was taken',
      [
        [[1], [1], ['denied']],
        [[1], [], ['accepted']],
        [[1], [1], ['denied']],
      ],
    ],
    [
      'is suspected by itself',
      [
        [[1], [1], ['denied']],
        [[2], [], ['accepted']],
        [
          [3, 1],
          [1, 3],
          ['denied', REFUSED],
        ],
        [[3], [3], ['denied']],
      ],
    ],
    [
      'is one of several, of which one at a time is to blame',
      [
        [
          [1, 2, 3],
          [1, 2, 3],
          ['denied', 'denied', 'denied'],
        ],
        [[4], [], ['accepted']],
        [
          [1, 2, 3],
          [1, 2, 3],
          [REFUSED, 'denied', 'denied'],
        ],
        [
          [2, 3],
          [2, 3],
          ['denied', 'denied'],
        ],
        [[4], [], ['accepted']],
        [
          [2, 3],
          [2, 3],
          [REFUSED, 'denied'],
        ],
        [[3], [], ['accepted']],
      ],
    ],
  ])('%s', async (_, rounds) => {
    let refused: readonly number[] = [];
    const { bus, close } = await connect((tasks) => ({
      status: 200,
      body: {
        FailedEntryCount: tasks.filter((task) => refused.includes(task)).length,
        Entries: tasks.map((task) =>
          refused.includes(task) ? { ErrorCode: 'InvalidArgument', ErrorMessage: 'no' } : { EventId: 'e' },
        ),
      },
    }));
    const seen: string[][] = [];
    for (const [offered, toRefuse] of rounds) {
      refused = toRefuse;
      const outcomes = await bus.publish(offered.flatMap(rowsOf), () => true);
      seen.push(outcomes.map(({ kind }) => kind));
    }
    close();
    expect(seen).toEqual(rounds.map(([, , kinds]) => kinds));
  });
});
