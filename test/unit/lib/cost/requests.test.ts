import { describe, expect, it } from 'vitest';
import { type ChangedTask, type PollFacts, requestsOf } from '../../../../lib/cost/requests.ts';

const QUIET = {
  ListOtaTasks: 1,
  GetOtaTask: 0,
  GetItem: 1,
  Query: 4,
  BatchExecuteStatement: 0,
  PutItem: 0,
  PutEvents: 0,
};

const changes = (count: number, change: ChangedTask = { rows: 1, published: 1 }) =>
  Array.from({ length: count }, () => change);

const CASES: readonly (readonly [
  what: string,
  facts: Partial<PollFacts>,
  requests: Partial<typeof QUIET>,
])[] = [
  ['nothing', {}, {}],
  ['a page of the list', { listed: 1_000 }, {}],
  ['a task more', { listed: 1_001 }, { ListOtaTasks: 2 }],
  ['a later round, which reads no list', { listed: 1_001, isSwept: false }, { ListOtaTasks: 0 }],
  ['looks', { looks: 50 }, { GetOtaTask: 50 }],
  ['a note', { isNoted: true }, { PutItem: 1 }],
  ['a change alone: commit, row, clearing', { changed: changes(1) }, { PutItem: 3, PutEvents: 1 }],
  [
    'a change alone that nobody is told of',
    { changed: changes(1, { rows: 1, published: 0 }) },
    { PutItem: 3 },
  ],
  ['several, with one request each', { changed: changes(25) }, { BatchExecuteStatement: 3, PutEvents: 3 }],
  ['one more, alone', { changed: changes(26) }, { BatchExecuteStatement: 3, PutItem: 3, PutEvents: 3 }],
  [
    'several rows of two, in rounds',
    { changed: changes(2, { rows: 3, published: 2 }) },
    { BatchExecuteStatement: 5, PutEvents: 2 },
  ],
  [
    'more than are delivered together',
    { changed: changes(101) },
    { BatchExecuteStatement: 4 + 4 + 4, PutItem: 1 + 1 + 1, PutEvents: 11 },
  ],
  [
    'some that nobody is told of, which are cleared apart',
    { changed: [...changes(2), ...changes(2, { rows: 1, published: 0 })] },
    { BatchExecuteStatement: 4, PutEvents: 1 },
  ],
];

describe('the requests of a poll', () => {
  it.each(CASES)('%s', (_, facts, requests) => {
    expect(requestsOf({ listed: 0, looks: 0, changed: [], ...facts })).toEqual({ ...QUIET, ...requests });
  });
});
