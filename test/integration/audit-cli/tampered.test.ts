import { BatchWriteItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { HistoryRow } from '../../../lib/domain/events.ts';
import { HISTORY } from '../api/history-database.ts';
import {
  type AuditedWorld,
  chained,
  eventsOf,
  historyOf,
  itemOf,
  type Row,
  rehashed,
  startAudited,
} from './audited-world.ts';

const DAY_MS = 86_400_000;
const whole = historyOf('whole');
const end = whole.length;
const at = (rows: readonly HistoryRow[], sequence: number): Row => ({ ...rows[sequence - 1] });

interface Case {
  readonly name: string;
  tamper(world: AuditedWorld, rows: readonly HistoryRow[]): Promise<void>;
  /** `sequence kind message` of each. */
  readonly found: readonly string[];
}

const CASES: readonly Case[] = [
  {
    name: 'changed',
    tamper: (world, rows) => world.replace({ ...at(rows, 3), status: 'COMPLETED' }),
    found: ['3 hash Row 3 is not what it was when it was written.'],
  },
  {
    name: 'changed-and-hashed-anew',
    tamper: (world, rows) => world.replace(rehashed({ ...at(rows, 3), status: 'COMPLETED' })),
    found: ['4 link Row 4 does not continue row 3.'],
  },
  {
    name: 'changed-last-and-hashed-anew',
    tamper: (world, rows) => world.replace(rehashed({ ...at(rows, end), status: 'COMPLETED' })),
    found: [`${end} head Row ${end} is not the one that the poll has recorded.`],
  },
  {
    name: 'removed-first',
    tamper: (world, rows) => world.remove(rows[0]),
    found: ['2 gap Row 1 is missing, and row 2 is kept for good.'],
  },
  {
    name: 'removed-middle',
    tamper: (world, rows) => world.remove(rows[2], rows[3]),
    found: ['5 gap Rows 3 to 4 are missing.'],
  },
  {
    name: 'removed-last',
    tamper: (world, rows) => world.remove(rows.at(-1)),
    found: [`${end - 1} head Row ${end} is missing, which the poll has recorded.`],
  },
  {
    name: 'removed-all',
    tamper: (world, rows) => world.remove(...rows),
    found: [`0 head Rows 1 to ${end} are missing, which the poll has recorded.`],
  },
  {
    name: 'swapped',
    async tamper(world, rows) {
      await world.replace({ ...at(rows, 3), sequence: 4 });
      await world.replace({ ...at(rows, 4), sequence: 3 });
    },
    found: [
      '3 link Row 3 does not continue row 2.',
      '3 moved In the place of row 3 is what was written as row 4.',
      '4 link Row 4 does not continue row 3.',
      '4 moved In the place of row 4 is what was written as row 3.',
      '5 link Row 5 does not continue row 4.',
    ],
  },
  {
    name: 'swapped-and-renamed',
    async tamper(world, rows) {
      const taskId = 'swapped-and-renamed';
      await world.replace({ ...at(rows, 3), sequence: 4, eventId: `${taskId}:4` });
      await world.replace({ ...at(rows, 4), sequence: 3, eventId: `${taskId}:3` });
    },
    found: [
      '3 hash Row 3 is not what it was when it was written.',
      '3 link Row 3 does not continue row 2.',
      '4 hash Row 4 is not what it was when it was written.',
      '4 link Row 4 does not continue row 3.',
      '5 link Row 5 does not continue row 4.',
    ],
  },
  {
    name: 'inserted-between',
    tamper: (world, rows) => world.replace({ ...at(rows, 3), sequence: 2.5 }),
    found: ['2.5 identity No event has the place 2.5.'],
  },
  {
    name: 'inserted-behind',
    tamper: (world, rows) => {
      const { hash, ...last } = at(rows, end);
      const eventId = `inserted-behind:${end + 1}`;
      return world.replace(rehashed({ ...last, previousHash: hash, sequence: end + 1, eventId }));
    },
    found: [`${end + 1} head The poll knows no row after ${end}.`],
  },
  {
    name: 'inserted-before',
    tamper: (world, rows) => world.replace({ ...at(rows, 1), sequence: 0 }),
    found: ['0 identity No event has the place 0.'],
  },
  {
    name: 'forked',
    tamper: (world, rows) => {
      const previousHash = at(rows, 3).previousHash;
      return world.replace(rehashed({ ...at(rows, 4), previousHash }));
    },
    found: [
      '4 fork The history forks: row 4 continues the same row as row 3.',
      '5 link Row 5 does not continue row 4.',
    ],
  },
  {
    name: 'ids-that-are-no-text',
    tamper: (world, rows) =>
      world.replace({ ...at(rows, 3), eventId: { toString: null }, hash: { toString: null } }),
    found: [
      '3 hash Row 3 is not what it was when it was written.',
      '3 identity Row 3 has the id of another event.',
      '4 link Row 4 does not continue row 3.',
    ],
  },
  ...['x', 'NaN', 'Infinity', '-Infinity', '1e999', '', '0', '2.5'].map((place): Case => {
    const name = `id-of-no-place-${place}`;
    return {
      name,
      async tamper(world, rows) {
        await world.replace({ ...at(rows, 3), eventId: `${name}:${place}` });
        await world.replace({ ...at(rows, 5), status: 'COMPLETED' });
      },
      found: [
        '3 hash Row 3 is not what it was when it was written.',
        '3 identity Row 3 has the id of another event.',
        '5 hash Row 5 is not what it was when it was written.',
      ],
    };
  }),
  {
    name: 'day-moved',
    tamper: (world, rows) => world.replace({ ...at(rows, 3), day: '2020-02-02' }),
    found: [
      '3 hash Row 3 is not what it was when it was written.',
      '3 identity Row 3 is filed under another day than that of its observation.',
    ],
  },
  {
    name: 'forged-to-the-end',
    tamper: (world, rows) =>
      world.put(
        chained(rows, ({ sequence }) => (sequence >= 3 ? { description: 'forged' } : {})).map((row) => ({
          ...row,
        })),
      ),
    found: [`${end} head Row ${end} is not the one that the poll has recorded.`],
  },
];

/** Two histories that nobody touched, one of which is of a task that goes on being found in the events only. */
const UNTOUCHED = ['whole', 'untouched'];

let world: AuditedWorld;
const histories = new Map<string, readonly HistoryRow[]>();
beforeAll(async () => {
  world = await startAudited();
  for (const taskId of [...UNTOUCHED, ...CASES.map(({ name }) => name)]) {
    const rows = historyOf(taskId);
    histories.set(taskId, rows);
    await world.record(rows);
  }
  for (const { name, tamper } of CASES) await tamper(world, histories.get(name) ?? []);
});
afterAll(() => world.close());

const foundIn = ({ name, found }: Case) => found.map((words) => `${name} ${words}`);

describe('a history that somebody changed by hand', () => {
  it('has enough rows to be changed', () => expect(end).toBeGreaterThan(6));

  it('is found in the whole table, each kind of change, and nothing else', async () => {
    const { findings, unchecked, tasks } = await world.verify();
    expect(findings).toEqual(CASES.flatMap(foundIn).sort());
    expect(unchecked).toEqual([]);
    expect(tasks.map(({ taskId }) => taskId).sort()).toEqual([...histories.keys()].sort());
    expect(tasks.find(({ taskId }) => taskId === 'whole')).toEqual({
      taskId: 'whole',
      rows: end,
      findings: [],
      unchecked: [],
    });
  });

  it.each(CASES)('is found where only the task is looked at: $name', async (tampered) => {
    const { findings } = await world.verify({ taskIds: [tampered.name] });
    expect(findings).toEqual(foundIn(tampered));
  });

  it('is found among the rows since a time, the first of them held against the row before it', async () => {
    const since = Date.parse(whole[3]?.observedAt ?? '');
    const earlier = whole.filter(({ observedAt }) => Date.parse(observedAt) < since).length;
    expect(earlier).toBeGreaterThan(0);
    const { findings, tasks } = await world.verify({ since });
    const isSince = (words: string) => Number(words.split(' ')[0]) > earlier || words.startsWith('0 head');
    const expected = CASES.flatMap((one) => foundIn({ ...one, found: one.found.filter(isSince) })).filter(
      (words) => !words.startsWith('removed-first'),
    );
    for (const words of expected) expect(findings).toContain(words);
    for (const taskId of UNTOUCHED) {
      expect(findings.filter((words) => words.startsWith(`${taskId} `))).toEqual([]);
      expect(tasks.find((task) => task.taskId === taskId)?.rows).toBe(end - earlier);
    }
  });
});

describe('a forger who also changed what the poll knows', () => {
  const rows = historyOf('forged');
  const forged = chained(rows, ({ sequence }) => (sequence >= 3 ? { description: 'forged' } : {}));
  const events = eventsOf(rows);
  beforeAll(async () => {
    await world.record(rows);
    await world.record(forged);
  });

  it('is not found without the events', async () => {
    expect((await world.verify({ taskIds: ['forged'] })).findings).toEqual([]);
  });

  it('is found by the events that were published, whatever form they have', async () => {
    const told = rows.filter(({ published, sequence }) => published && sequence >= 3);
    const expected = told.map(
      ({ sequence }) =>
        `forged ${sequence} event Row ${sequence} is not the one that was published: its event carried another hash.`,
    );
    expect(expected.length).toBeGreaterThan(1);
    const found = async (heard: readonly unknown[]) =>
      (await world.verify({ taskIds: ['forged'] }, { events: heard })).findings;
    expect(await found(events)).toEqual(expected.sort());
    expect(await found(events.map(({ detail }) => detail))).toEqual(expected);
    expect(await found(events.map(({ detail }) => ({ ...Object(detail), replay: true })))).toEqual(expected);
    expect(await found(eventsOf(forged))).toEqual([]);
  });

  it('is found where events of a row differ', async () => {
    const { findings } = await world.verify(
      { taskIds: ['forged'] },
      { events: [...events, ...eventsOf(forged)] },
    );
    expect(findings[0]).toMatch(
      / event Row \d+ is not the one that was published: events of it carried different hashes\.$/,
    );
  });

  it('is found where rows are gone altogether', async () => {
    const gone = historyOf('gone');
    const { findings } = await world.verify({}, { events: eventsOf(gone) });
    const published = gone.filter((row) => row.published);
    expect(findings.filter((words) => words.startsWith('gone '))).toEqual(
      published
        .map(
          ({ sequence }) =>
            `gone ${sequence} event Row ${sequence} is missing, of which an event was published.`,
        )
        .sort(),
    );
  });
});

describe('a task of which only events tell', () => {
  it('is no finding where nothing tells how long rows are kept', async () => {
    const events = eventsOf(historyOf('unknown'));
    expect(await world.verify({ taskIds: ['unknown'] }, { events })).toMatchObject({
      findings: [],
      unchecked: ['Task unknown: no row is there of those that events tell of; perhaps expired'],
    });
  });
});

describe('events of rows that have expired', () => {
  const kept = historyOf('kept', 3, 30);
  const beginning = Date.parse(kept[0]?.observedAt ?? '');
  const now = beginning + 31 * DAY_MS + Date.parse(kept[2]?.observedAt ?? '') - beginning;

  it('are no findings; those of rows that cannot have expired are', async () => {
    const left = kept.slice(3);
    const other = await startAudited();
    try {
      await other.put(left.map((row) => ({ ...row })));
      await other.putTask(itemOf(kept));
      expect((await other.verify({}, { now, events: eventsOf(kept) })).findings).toEqual([]);
      await other.remove(left[0]);
      const found = await other.verify({}, { now: beginning + DAY_MS, events: eventsOf(kept) });
      expect(found.findings.filter((words) => words.includes(' event '))).not.toEqual([]);
    } finally {
      await other.close();
    }
  });
});

describe('rows at places that no double can tell from each other', () => {
  const COUNT = 600;
  let dense: AuditedWorld;
  beforeAll(async () => {
    dense = await startAudited();
    const rows = historyOf('dense');
    await dense.record(rows);
    const { observedAt = '', day = '' } = rows[3] ?? {};
    const puts = Array.from({ length: COUNT }, (_, index) => ({
      PutRequest: {
        Item: {
          taskId: { S: 'dense' },
          sequence: { N: `0.5${String(index + 1).padStart(30, '0')}` },
          observedAt: { S: observedAt },
          day: { S: day },
          pad: { S: 'x'.repeat(4_000) },
        },
      },
    }));
    for (let start = 0; start < COUNT; start += 25)
      await dense.database.client.send(
        new BatchWriteItemCommand({ RequestItems: { [HISTORY]: puts.slice(start, start + 25) } }),
      );
  });
  afterAll(() => dense.close());

  it.each([
    ['of a task', { taskIds: ['dense'] }],
    ['of the whole table', {}],
    ['since a time', { since: Date.parse(whole[0]?.observedAt ?? '') }],
  ])('are each read once, and end the check %s', async (_, selection) => {
    const { tasks, findings } = await dense.verify(selection);
    expect(tasks.map(({ rows }) => rows)).toEqual([COUNT + end]);
    expect(findings[0]).toBe('dense 0.5 identity No event has the place 0.5.');
  });
});
