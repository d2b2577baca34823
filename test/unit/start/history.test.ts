import { expect, it } from 'vitest';
import { canonicalHash } from '../../../lib/canonical-hash.ts';
import type { PublishedEvent } from '../../../lib/domain/events.ts';
import { auditHistory, type HistoryRow } from '../../../local/demo/history.ts';
import { sample } from './samples.ts';

/** A chain of rows of a task, as the history table has them. */
function chain(taskId: string, ...published: readonly boolean[]): HistoryRow[] {
  const rows: HistoryRow[] = [];
  for (const [index, isPublished] of published.entries()) {
    const sequence = index + 1;
    const previous = rows.at(-1);
    const row = {
      taskId,
      eventId: `${taskId}:${sequence}`,
      sequence,
      published: isPublished,
      ...(previous !== undefined && { previousHash: previous.hash }),
    };
    rows.push({ ...row, hash: canonicalHash(row) });
  }
  return rows;
}

/** The events that rows go with. */
const eventsOf = (rows: readonly HistoryRow[]): PublishedEvent[] =>
  rows
    .filter(({ published }) => published)
    .map(({ taskId, eventId, sequence, hash }) =>
      sample('status-changed', { taskId, eventId, sequence, hash }),
    );

const [a1, a2, a3] = chain('a', true, false, true);
const [b1] = chain('b', true);
if (!a1 || !a2 || !a3 || !b1) throw new Error('too few rows');
const events = eventsOf([a1, a2, a3, b1]);

it.each<[string, HistoryRow[], PublishedEvent[], string[]]>([
  ['all is well, in whatever order rows are read', [a3, b1, a1, a2], events, []],
  ['a duplicate is the same event', [a1, a2, a3, b1], [...events, ...eventsOf([a1])], []],
  [
    'an event is lost',
    [a1, a2, a3, b1],
    eventsOf([a1, b1]),
    ['history row a:3 was not accepted by the bus as it stands'],
  ],
  ['an event is not recorded', [a1, a2, a3], events, ['event b:1 is not in the history as it was accepted']],
  [
    'a row is missing',
    [a1, a3, b1],
    events,
    ['history row a:3 stands where sequence 2 should', 'history row a:3 is not linked to the row before it'],
  ],
  [
    'a row was changed',
    [a1, { ...a2, day: '2026-11-22' }, a3, b1],
    events,
    ['history row a:2 does not have the hash of its content'],
  ],
  [
    'a row was replaced, together with its hash',
    [a1, a2, a3, ...chain('b', true).map((row) => ({ ...row, hash: 'other' }))],
    events,
    [
      'history row b:1 does not have the hash of its content',
      'history row b:1 was not accepted by the bus as it stands',
      'event b:1 is not in the history as it was accepted',
    ],
  ],
])('%s', (_, rows, accepted, problems) => {
  expect(auditHistory(rows, accepted)).toEqual(problems);
});
