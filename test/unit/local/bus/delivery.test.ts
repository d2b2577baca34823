import { describe, expect, it } from 'vitest';
import {
  createDelivery,
  type DeliveryFailure,
  type DeliveryOptions,
  type EventEnvelope,
} from '../../../../local/bus/delivery.ts';
import type { EventRule } from '../../../../local/template/events.ts';
import type { Target } from '../../../../local/template/targets.ts';

const event: EventEnvelope = {
  version: '0',
  id: 'e1',
  'detail-type': 'Test',
  source: 'ota-watch',
  account: '123456789012',
  time: '2026-01-02T03:04:05Z',
  region: 'eu-west-1',
  resources: [],
  detail: { status: 'COMPLETED' },
};

function target(functionLogicalId: string): Extract<Target, { kind: 'function' }> {
  return { kind: 'function', id: functionLogicalId, functionLogicalId, input: { kind: 'event' } };
}

function rule(overrides: Partial<EventRule>): EventRule {
  return {
    logicalId: 'Rule',
    name: 'rule',
    busName: 'bus',
    enabled: true,
    pattern: { source: ['ota-watch'] },
    targets: [target('One')],
    ...overrides,
  };
}

/** A delivery whose invocations and pauses are recorded; `failures` says how often each function fails first. */
function recorded(
  rules: readonly EventRule[],
  failures: Readonly<Record<string, number>> = {},
  options: Partial<DeliveryOptions> = {},
) {
  const calls: (readonly [string, unknown])[] = [];
  const sent: unknown[][] = [];
  const pauses: number[] = [];
  const reported: DeliveryFailure[] = [];
  const delivery = createDelivery({
    rules,
    invoke: async (name, payload) => {
      calls.push([name, payload]);
      if (calls.filter(([called]) => called === name).length <= (failures[name] ?? 0))
        throw new Error(`${name} fails`);
    },
    send: async (queue, body, _, attributes) => {
      sent.push([queue, JSON.parse(body), attributes]);
      if (sent.filter(([name]) => name === queue).length <= (failures[queue] ?? 0))
        throw new Error(`${queue} fails`);
    },
    retryDelaysMs: [100, 500],
    sleep: async (milliseconds) => pauses.push(milliseconds),
    onDeliveryFailure: (failure) => reported.push(failure),
    ...options,
  });
  return { delivery, calls, sent, pauses, reported };
}

describe('an event', () => {
  it('goes to every target of every enabled rule of its bus that matches', async () => {
    const { delivery, calls } = recorded([
      rule({ targets: [target('One'), target('Two')] }),
      rule({ targets: [target('Three')], pattern: { detail: { status: [{ prefix: 'COMP' }] } } }),
      rule({ targets: [target('OtherBus')], busName: 'default' }),
      rule({ targets: [target('Disabled')], enabled: false }),
      rule({ targets: [target('NoMatch')], pattern: { source: ['other'] } }),
    ]);
    delivery.deliver('bus', event);
    await delivery.idle();
    expect(calls).toEqual([
      ['One', event],
      ['Two', event],
      ['Three', event],
    ]);
  });

  it('is replaced by what the target asks for', async () => {
    const { delivery, calls } = recorded([
      rule({
        targets: [
          {
            kind: 'function',
            id: '1',
            functionLogicalId: 'Part',
            input: { kind: 'part', path: ['detail', 'status'] },
          },
          {
            kind: 'function',
            id: '2',
            functionLogicalId: 'Constant',
            input: { kind: 'constant', value: [1] },
          },
        ],
      }),
    ]);
    delivery.deliver('bus', event);
    await delivery.idle();
    expect(calls).toEqual([
      ['Part', 'COMPLETED'],
      ['Constant', [1]],
    ]);
  });
});

describe('a target that fails', () => {
  it('is tried again after each pause', async () => {
    const { delivery, calls, pauses, reported } = recorded([rule({})], { One: 2 });
    delivery.deliver('bus', event);
    await delivery.idle();
    expect({ calls: calls.length, pauses, reported }).toEqual({ calls: 3, pauses: [100, 500], reported: [] });
  });

  it('is reported when it fails for good, and holds up no other', async () => {
    const failing = rule({ targets: [target('One'), target('Two')] });
    const { delivery, calls, reported } = recorded([failing], { One: 9 });
    delivery.deliver('bus', event);
    await delivery.idle();
    expect(calls.filter(([name]) => name === 'Two')).toHaveLength(1);
    expect(reported).toEqual([
      { rule: failing, target: target('One'), event, attempts: 3, error: new Error('One fails') },
    ]);
  });

  it('is given up when the delivery stops, unreported', async () => {
    const invoked = Promise.withResolvers<void>();
    const { delivery, calls, reported } = recorded(
      [rule({})],
      { One: 9 },
      {
        sleep: (_, signal) =>
          new Promise((_, reject) => {
            invoked.resolve();
            signal.addEventListener('abort', reject);
          }),
      },
    );
    delivery.deliver('bus', event);
    await invoked.promise;
    delivery.stop();
    await delivery.idle();
    expect({ calls: calls.length, reported }).toEqual({ calls: 1, reported: [] });
  });
});

describe('a queue', () => {
  const toQueue: Target = {
    kind: 'queue',
    id: 'queue',
    queueLogicalId: 'Queue',
    input: { kind: 'part', path: ['detail'] },
    deadLetterQueue: 'DeadLetters',
  };
  const withQueue = rule({ targets: [toQueue] });
  const attempt = ['Queue', event.detail, undefined];
  const setAside = ['DeadLetters', event, { ERROR_MESSAGE: 'Queue fails', RETRY_ATTEMPTS: '2' }];

  it('gets what the target asks for, again where it failed', async () => {
    const { delivery, sent, reported } = recorded([withQueue], { Queue: 1 });
    delivery.deliver('bus', event);
    await delivery.idle();
    expect({ sent, reported }).toEqual({ sent: [attempt, attempt], reported: [] });
  });

  it('has a dead-letter queue for what it does not take', async () => {
    const { delivery, sent, reported } = recorded([withQueue], { Queue: 9 });
    delivery.deliver('bus', event);
    await delivery.idle();
    expect({ sent, reported }).toEqual({ sent: [attempt, attempt, attempt, setAside], reported: [] });
  });

  it('is reported when the dead-letter queue fails as well', async () => {
    const { delivery, sent, reported } = recorded([withQueue], { Queue: 9, DeadLetters: 9 });
    delivery.deliver('bus', event);
    await delivery.idle();
    expect(sent.at(-1)).toEqual(setAside);
    expect(reported).toEqual([
      { rule: withQueue, target: toQueue, event, attempts: 3, error: new Error('Queue fails') },
    ]);
  });

  it('is reported once where there are no queues', async () => {
    const reported: DeliveryFailure[] = [];
    const delivery = createDelivery({
      rules: [withQueue],
      invoke: async () => undefined,
      onDeliveryFailure: (failure) => reported.push(failure),
    });
    delivery.deliver('bus', event);
    delivery.deliver('bus', event);
    await delivery.idle();
    expect(reported.map(({ attempts, error }) => [attempts, error.message])).toEqual([
      [0, 'Rule rule, target queue: queues are not run here'],
    ]);
  });
});

it('has a dead-letter queue for what a function does not take', async () => {
  const withDeadLetters = rule({ targets: [{ ...target('One'), deadLetterQueue: 'DeadLetters' }] });
  const { delivery, sent, reported } = recorded([withDeadLetters], { One: 9 });
  delivery.deliver('bus', event);
  await delivery.idle();
  expect({ sent, reported }).toEqual({
    sent: [['DeadLetters', event, { ERROR_MESSAGE: 'One fails', RETRY_ATTEMPTS: '2' }]],
    reported: [],
  });
});

describe('a target that is not run locally', () => {
  it('is reported once', async () => {
    const queue: Target = { kind: 'unsupported', id: 'queue', reason: 'a queue' };
    const withQueue = rule({ targets: [queue, target('One')] });
    const { delivery, calls, reported } = recorded([withQueue]);
    delivery.deliver('bus', event);
    delivery.deliver('bus', event);
    await delivery.idle();
    expect(calls).toHaveLength(2);
    expect(reported).toEqual([
      {
        rule: withQueue,
        target: queue,
        event,
        attempts: 0,
        error: expect.objectContaining({
          name: 'UnsupportedTargetError',
          message: 'Rule rule, target queue: a queue',
        }),
      },
    ]);
  });
});

describe('a rule whose pattern is not valid', () => {
  it('is refused with its name', () => {
    expect(() => recorded([rule({ name: 'mine', pattern: { source: 'x' } })])).toThrow(
      'Rule mine: Event pattern is not valid at $.source: must be an object or an array',
    );
  });
});
