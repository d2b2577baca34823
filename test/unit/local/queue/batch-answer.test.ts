import { describe, expect, it } from 'vitest';
import { BatchAnswerError, readBatchAnswer } from '../../../../local/queue/batch-answer.ts';

const messageIds = new Set(['a', 'b']);
const failing = (...items: object[]) => JSON.stringify({ batchItemFailures: items });

describe('the answer to a batch', () => {
  it.each([
    ['nothing', ''],
    ['null', 'null'],
    ['an empty object', '{}'],
    ['no list', '{"batchItemFailures":null}'],
    ['an empty list', failing()],
  ])('%s says that every message succeeded', (_, answer) => {
    expect(readBatchAnswer(answer, messageIds)).toEqual(new Set());
  });

  it('says which messages failed', () => {
    const answer = failing({ itemIdentifier: 'b' }, { itemIdentifier: 'b' });
    expect(readBatchAnswer(answer, messageIds)).toEqual(new Set(['b']));
  });

  it.each([
    ['no JSON', '{', 'The answer is no JSON'],
    ['a text', '"OK"', 'The answer is no partial batch response'],
    ['a list', '[]', 'The answer is no partial batch response'],
    ['an empty id', failing({ itemIdentifier: '' }), 'The answer is no partial batch response'],
    ['a null id', failing({ itemIdentifier: null }), 'The answer is no partial batch response'],
    ['another key', failing({ messageId: 'a' }), 'The answer is no partial batch response'],
    [
      'an unknown id',
      failing({ itemIdentifier: 'c' }),
      'The answer names a message that is not in the batch: c',
    ],
  ])('with %s fails the whole batch', (_, answer, message) => {
    const read = () => readBatchAnswer(answer, messageIds);
    expect(read).toThrow(BatchAnswerError);
    expect(read).toThrow(message);
  });
});
