import type { SQSRecord } from 'aws-lambda';
import { expect, it } from 'vitest';
import type { HandledBatch } from '../../../../local/queue/event-source.ts';
import { PollParts, readParts } from '../../../../local/stack/poll-parts.ts';
import { StackError } from '../../../../local/stack/stack-error.ts';
import { NOON } from '../../../support/builders.ts';

/** What became of one message. */
function handled(
  messageId: string,
  { queue = 'PollShardQueue', sentAt = NOON, failed = false } = {},
): HandledBatch {
  const record: SQSRecord = {
    messageId,
    receiptHandle: '',
    body: '',
    attributes: {
      ApproximateReceiveCount: '1',
      SentTimestamp: String(sentAt),
      SenderId: '',
      ApproximateFirstReceiveTimestamp: String(sentAt),
    },
    messageAttributes: {},
    md5OfBody: '',
    eventSource: 'aws:sqs',
    eventSourceARN: '',
    awsRegion: '',
  };
  const source = {
    logicalId: '',
    queue,
    queueArn: '',
    functionLogicalId: '',
    batchSize: 1,
    windowSeconds: 0,
    reportsItemFailures: true,
  };
  return { source, records: [record], failed: new Set(failed ? [messageId] : []) };
}

function begun() {
  const parts = new PollParts();
  parts.begin(NOON);
  const patience = new AbortController();
  return { parts, patience, done: (count: number) => parts.done(count, patience.signal) };
}

it('waits until all parts are done, however early they were', async () => {
  const { parts, done } = begun();
  parts.onHandled(handled('a'));
  let isDone = false;
  const waiting = done(3).then(() => {
    isDone = true;
  });
  parts.onHandled(handled('b'));
  await new Promise(setImmediate);
  expect(isDone).toBe(false);
  parts.onHandled(handled('c', { sentAt: NOON + 1 }));
  await waiting;
});

it('waits for nothing where a poll was not shared', async () => {
  await begun().done(0);
});

it.each([
  ['of another queue', handled('b', { queue: 'SlackQueue' })],
  ['of an earlier poll', handled('b', { sentAt: NOON - 1 })],
  ['that came twice', handled('a')],
])('counts no part %s', async (_, other) => {
  const { parts, patience, done } = begun();
  parts.onHandled(handled('a'));
  parts.onHandled(other);
  patience.abort();
  await expect(done(2)).rejects.toThrow(new StackError('Of 2 parts of the poll 1 were not done in time'));
});

it('tells of parts that failed once there is nothing to wait for', async () => {
  const { parts, patience, done } = begun();
  const waiting = done(2);
  parts.onHandled(handled('a', { failed: true }));
  parts.onHandled(handled('b'));
  await expect(waiting).rejects.toThrow(new StackError('Of 2 parts of the poll 1 failed'));

  parts.begin(NOON + 1);
  parts.onHandled(handled('a', { failed: true }));
  const next = done(1);
  patience.abort();
  await expect(next).rejects.toThrow(new StackError('Of 1 parts of the poll 1 were not done in time'));
});

it.each([
  ['{"shards":8,"polled":0}', 8],
  ['{"shards":0}', 0],
])('reads %s', (answer, parts) => {
  expect(readParts(answer)).toBe(parts);
});

it('takes nothing else for the answer of a poll', () => {
  expect(() => readParts('{"statusCode":200}')).toThrow(/"shards"/);
});
