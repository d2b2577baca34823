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
});
