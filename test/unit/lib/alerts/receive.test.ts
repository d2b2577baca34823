import { describe, expect, it } from 'vitest';
import { receive } from '../../../../lib/alerts/receive.ts';
import { events } from '../../../support/alert-events.ts';

const EVENT = events.breached();
const body = JSON.stringify({ source: 'ota-watch', 'detail-type': EVENT.detailType, detail: EVENT.detail });
const record = (overrides: object = {}) => ({
  messageId: 'message1',
  receiptHandle: 'handle1',
  body,
  attributes: {
    ApproximateReceiveCount: '3',
    SentTimestamp: '1000',
    ApproximateFirstReceiveTimestamp: '2000',
    SenderId: 'bus',
  },
  eventSource: 'aws:sqs',
  ...overrides,
});

describe('receive', () => {
  it('reads events with what the queue says of them', () => {
    expect(receive({ Records: [record()] })).toEqual({
      events: [
        {
          messageId: 'message1',
          receiptHandle: 'handle1',
          body,
          sentAt: 1_000,
          firstReceivedAt: 2_000,
          receiveCount: 3,
          event: EVENT,
        },
      ],
      unreadable: [],
    });
  });

  it('keeps what is no event apart', () => {
    const { events: read, unreadable } = receive({ Records: [record({ body: 'secret' }), record()] });
    expect(read).toHaveLength(1);
    expect(unreadable).toEqual([
      {
        messageId: 'message1',
        receiptHandle: 'handle1',
        sentAt: 1_000,
        receiveCount: 3,
        body: 'secret',
        error: expect.any(Error),
      },
    ]);
    expect(unreadable[0]?.error.message).toBe('The body is no event: all of it (invalid_type)');
  });

  it.each([
    [undefined, 'all of it (invalid_type)'],
    [{}, 'Records (invalid_type)'],
    [{ Records: [record({ attributes: {} })] }, 'Records.0.attributes.ApproximateReceiveCount'],
  ])('refuses what is no batch: %j', (input, place) => {
    expect(() => receive(input)).toThrow(`This is no batch of a queue: ${place}`);
  });

  it('says no more of a batch that is wrong all over than people read', () => {
    const Records = Array.from({ length: 5_000 }, () => ({}));
    expect(() => receive({ Records })).toThrow(/^This is no batch of a queue: .{300,500}, and 19990 more$/);
  });

  it.each([
    [1_536, []],
    [1_537, ['detail.taskId has more than 1536 bytes']],
  ])(
    'keeps an event apart whose task has an id of %i bytes, if nothing could be noted of it',
    (bytes, errors) => {
      const taskId = `${'任'.repeat(512)}${'x'.repeat(bytes - 1_536)}`;
      const eventId = `${taskId}:1`;
      const forged = JSON.stringify({
        source: 'ota-watch',
        'detail-type': EVENT.detailType,
        detail: { ...EVENT.detail, taskId, eventId },
      });
      const { unreadable } = receive({ Records: [record({ body: forged })] });
      expect(unreadable.map(({ error }) => error.message)).toEqual(errors);
    },
  );
});
