import { describe, expect, it } from 'vitest';
import { canonicalHash } from '../../../lib/canonical-hash.ts';
import { appendRows, type Head } from '../../../lib/domain/chain.ts';
import {
  type ChainProblem,
  type CheckedChain,
  checkRow,
  expiredIn,
  NOTHING_CHECKED,
} from '../../../lib/domain/chain-check.ts';
import { checkEnd, missingEnd, type TaskAtEnd } from '../../../lib/domain/chain-end.ts';
import type { HistoryRow, TaskEvent } from '../../../lib/domain/events.ts';
import type { TrackedTask } from '../../../lib/domain/tracked.ts';
import { facts, liveTask, NOON } from '../../support/builders.ts';

type Row = Readonly<Record<string, unknown>>;

const DAY_MS = 86_400_000;
const range = (length: number) => Array.from({ length }, (_, index) => index);
const started: TaskEvent = {
  detailType: 'OTA Task Tracking Started',
  published: true,
  body: { reason: 'discovered' },
};
const stopped: TaskEvent = {
  detailType: 'OTA Task Tracking Stopped',
  published: true,
  body: { reason: 'completed' },
};
const asideSet: TaskEvent = {
  detailType: 'OTA Task Event Set Aside',
  published: false,
  body: { setAsideSequence: 1, errorCode: 'x', errorMessage: 'x' },
};

/** A history: an event, the day on which it was observed, and how many days its row is kept. */
function historyOf(
  ...events: readonly (readonly [event: TaskEvent, day: number, days?: number | undefined])[]
) {
  let head: Head | undefined;
  return events.flatMap(([event, day, retentionDays]) => {
    const appended = appendRows(head, facts(), [event], {
      now: NOON + day * DAY_MS,
      hash: canonicalHash,
      ...(retentionDays !== undefined && { retentionDays }),
    });
    head = appended.head;
    return appended.rows;
  });
}

const recorded = historyOf(...Array(6).fill([started, 0]));
const kept: readonly Row[] = recorded.map((row) => ({ ...row }));
const expiring: readonly Row[] = historyOf(...Array(6).fill([started, 0, 30])).map((row) => ({ ...row }));

function check(rows: readonly Row[], now = NOON): { chain: CheckedChain; problems: ChainProblem[] } {
  const problems: ChainProblem[] = [];
  let chain = NOTHING_CHECKED;
  for (const row of rows) {
    const checked = checkRow(chain, row, { taskId: 'task1', hash: canonicalHash, now });
    chain = checked.chain;
    problems.push(...checked.problems);
  }
  return { chain, problems };
}

/** A row that was changed by somebody who knows how rows are hashed. */
function forged(row: Row | undefined, change: Row): Row {
  const { hash, ...content } = { ...row, ...change };
  return { ...content, hash: canonicalHash(content) };
}

const some = (rows: readonly Row[], ...sequences: number[]) =>
  rows.filter(({ sequence }) => sequences.includes(Number(sequence)));
const withRow = (sequence: number, change: (row: Row | undefined) => Row) =>
  kept.map((row) => (row.sequence === sequence ? change(row) : row));

describe('checkRow', () => {
  it('finds nothing in a whole chain', () => {
    expect(check(kept)).toEqual({
      chain: {
        rows: 6,
        first: { sequence: 1, observedAt: NOON, startsTracking: true },
        last: { sequence: 6, observedAt: NOON, hash: kept[5]?.hash, endsTracking: false },
        missing: [],
      },
      problems: [],
    });
  });

  it.each<
    readonly [what: string, rows: readonly Row[], problems: readonly (readonly [number, string, string])[]]
  >([
    [
      'a changed value',
      withRow(3, (row) => ({ ...row, status: 'COMPLETED' })),
      [[3, 'hash', 'Row 3 is not what it was when it was written.']],
    ],
    [
      'an attribute that was added',
      withRow(3, (row) => ({ ...row, note: '' })),
      [[3, 'hash', 'Row 3 is not what it was when it was written.']],
    ],
    [
      'a changed value with a hash made anew',
      withRow(3, (row) => forged(row, { status: 'COMPLETED' })),
      [[4, 'link', 'Row 4 does not continue row 3.']],
    ],
    [
      'no hash',
      withRow(6, ({ hash, ...row } = {}) => row),
      [[6, 'hash', 'Row 6 is not what it was when it was written.']],
    ],
    ...[0, -7, 1.5, 2 ** 53].map(
      (sequence) =>
        [
          `a row at ${sequence}`,
          [forged(kept[0], { sequence, eventId: `task1:${sequence}` })],
          [[sequence, 'identity', `No event has the place ${sequence}.`]],
        ] as const,
    ),
    [
      'two rows at one place',
      [...some(kept, 1, 2), ...some(kept, 2, 3)],
      [[2, 'identity', 'There are two rows 2.']],
    ],
    ['a row that is missing', some(kept, 1, 2, 4, 5, 6), [[4, 'gap', 'Row 3 is missing.']]],
    ['rows that are missing', some(kept, 1, 5, 6), [[5, 'gap', 'Rows 2 to 4 are missing.']]],
    [
      'the first row missing',
      some(kept, 2, 3),
      [[2, 'gap', 'Row 1 is missing, and row 2 is kept for good.']],
    ],
    [
      'a first row that is none',
      [forged(kept[0], { previousHash: 'h0' })],
      [[1, 'link', 'The first row names one before it.']],
    ],
    [
      'the event of another task',
      [forged(kept[0], { eventId: 'task2:1' })],
      [[1, 'identity', 'Row 1 has the id of another event.']],
    ],
    [
      'the row of another task',
      [forged(kept[0], { taskId: 'task2' })],
      [[1, 'identity', 'Row 1 is of another task.']],
    ],
    [
      'a row that hides on another day',
      [forged(kept[0], { day: '2020-01-01' })],
      [[1, 'identity', 'Row 1 is filed under another day than that of its observation.']],
    ],
    [
      'a row without an instant',
      [forged(kept[0], { observedAt: 1 })],
      [[1, 'identity', 'Row 1 is filed under another day than that of its observation.']],
    ],
  ])('finds %s', (_, rows, problems) => {
    expect(check(rows).problems).toEqual(
      problems.map(([sequence, kind, message]) => ({ sequence, kind, message })),
    );
  });

  it('begins behind the rows that have expired', () => {
    const { chain, problems } = check(some(expiring, 3, 4));
    expect([chain, problems]).toEqual([
      {
        rows: 2,
        first: { sequence: 3, observedAt: NOON, keptFor: 30 * DAY_MS, startsTracking: true },
        last: {
          sequence: 4,
          observedAt: NOON,
          keptFor: 30 * DAY_MS,
          hash: expiring[3]?.hash,
          endsTracking: false,
        },
        missing: [],
      },
      [],
    ]);
  });

  it('begins anew behind a row whose time is up, since the next ones may be gone before it', () => {
    const later = NOON + 30 * DAY_MS;
    const { chain, problems } = check(some(expiring, 2, 3, 6), later);
    expect([chain.first?.sequence, chain.missing, problems]).toEqual([6, [], []]);
    expect(check(some(expiring, 2, 3, 6), later - 1).problems).toEqual([
      { sequence: 6, kind: 'gap', message: 'Rows 4 to 5 are missing.' },
    ]);
  });

  it.each([
    ['switched on', undefined, 30],
    ['lowered', 365, 30],
  ])('notes rows that may have expired since the time that rows are kept was %s', (_, before, after) => {
    const rows = historyOf(
      ...[0, 1].map((day) => [started, day, before] as const),
      ...[2, 3, 59].map((day) => [started, day, after] as const),
    ).filter(({ sequence }) => sequence < 3 || sequence > 4);
    const at = (day: number) =>
      check(
        rows.map((row) => ({ ...row })),
        NOON + day * DAY_MS,
      );
    const { chain, problems } = at(60);
    expect([chain.first?.sequence, chain.last?.sequence, problems]).toEqual([1, 5, []]);
    expect(expiredIn(chain)).toEqual([
      { sequence: 5, kind: 'gap', message: 'Rows 3 to 4 are missing; perhaps expired.' },
    ]);
    // Row 3 was observed after row 2.
    expect(at(31).problems).toEqual([]);
    expect(at(30.9).problems).toEqual([{ sequence: 5, kind: 'gap', message: 'Rows 3 to 4 are missing.' }]);
  });

  it('notes rows that may have expired before the time that rows are kept was made longer', () => {
    const rows = historyOf([started, 0, 30], [started, 1, 30], [started, 2, 365]);
    const { chain, problems } = check(
      some(
        rows.map((row) => ({ ...row })),
        1,
        3,
      ),
      NOON + 31 * DAY_MS,
    );
    expect([chain.missing, problems]).toEqual([[[2, 3]], []]);
  });

  it('notes no more rows than anybody reads', () => {
    const rows = historyOf(
      ...range(180).map((index) => [started, index, index % 3 === 0 ? undefined : 1] as const),
    ).filter(({ sequence }) => sequence % 3 !== 2);
    const { chain, problems } = check(
      rows.map((row) => ({ ...row })),
      NOON + 400 * DAY_MS,
    );
    expect([problems, chain.missing]).toEqual([[], range(50).map((index) => [3 * index + 2, 3 * index + 3])]);
  });

  it('finds rows that are missing behind one of which somebody says that its time was up', () => {
    const rows = [...kept.slice(0, 2), forged(kept[2], { expiresAt: 1 }), ...kept.slice(4)];
    expect(check(rows).problems).toEqual([{ sequence: 5, kind: 'gap', message: 'Row 4 is missing.' }]);
  });

  it('finds a row behind expired ones that says it is the first', () => {
    const { previousHash, ...row } = expiring[3] ?? {};
    expect(check([forged(row, {})]).problems).toEqual([
      { sequence: 4, kind: 'link', message: 'Row 4 names no row before it.' },
    ]);
  });
});

const headOf = (row: HistoryRow | undefined) => ({ sequence: row?.sequence ?? 0, hash: row?.hash ?? '' });
const NOTHING = { broken: [], expired: [] };
const ended = {
  state: 'ended',
  taskId: 'task1',
  version: 1,
  expiresAt: 0,
  head: headOf(recorded[3]),
} as const;
const excluded = { ...ended, state: 'excluded' } as const;
const requested = { state: 'requested', taskId: 'task1', version: 1 } as const;
const live = (recordedThrough: number, trackedSince = NOON) => {
  const head = headOf(recorded[5]);
  const later = recorded.slice(recordedThrough);
  const outbox = later.map(
    (row): HistoryRow => ({
      ...row,
      detailType: asideSet.detailType,
    }),
  );
  const task = liveTask({ recordedThrough, outbox, head });
  return { ...task, snapshot: { ...task.snapshot, trackedSince } };
};
const upTo = (sequence: number) => check(kept.slice(0, sequence)).chain;

describe('checkEnd', () => {
  const known = { kind: 'known', ...NOTHING };
  const unknown = { kind: 'unknown', ...NOTHING };
  const problem = (sequence: number, message: string) => ({
    kind: 'known',
    broken: [{ sequence, kind: 'head', message }],
    expired: [],
  });

  it.each<[string, CheckedChain, TaskAtEnd, unknown]>([
    ['the end of an ended task', upTo(4), ended, known],
    ['the end of a live task', upTo(6), live(6), known],
    ['rows that are on their way', upTo(3), live(3), known],
    ['rows that were recorded and are not noted yet', upTo(5), live(3), known],
    ['nothing of a task that was asked for', NOTHING_CHECKED, requested, known],
    ['nothing of a task that cannot be read', NOTHING_CHECKED, 'unreadable', unknown],
    ['rows of a task that cannot be read', upTo(3), 'unreadable', unknown],
    ['more rows than were written', upTo(5), ended, problem(5, 'The poll knows no row after 4.')],
    [
      'another last row',
      upTo(4),
      { ...ended, head: { sequence: 4, hash: 'h' } },
      problem(4, 'Row 4 is not the one that the poll has recorded.'),
    ],
    [
      'another last row than the one that the next one continues',
      upTo(3),
      liveTask({
        recordedThrough: 3,
        outbox: recorded.slice(3).map((row) => ({ ...row, previousHash: 'h' })),
        head: headOf(recorded[5]),
      }),
      problem(3, 'Row 3 is not the one that the poll has recorded.'),
    ],
    [
      'rows of which the poll does not know the hash any more',
      upTo(5),
      liveTask({ recordedThrough: 5, outbox: [], head: headOf(recorded[5]) }),
      known,
    ],
  ])('tells of %s', (_, chain, task, expected) => {
    expect(checkEnd(chain, task, NOON)).toEqual(expected);
  });

  it.each<[string, CheckedChain, TrackedTask, number]>([
    ['a tail that is missing', upTo(3), ended, 4],
    ['a tail of a live task that is missing', upTo(4), live(5), 5],
    ['all rows missing', NOTHING_CHECKED, ended, 4],
    ['a tail of a task that is watched no longer that is missing', upTo(3), excluded, 4],
  ])('tells of %s', (_, chain, task, recordedThrough) => {
    expect(checkEnd(chain, task, NOON)).toEqual({ kind: 'behind', recordedThrough, task });
  });

  it.each<[string, readonly TaskEvent[], boolean]>([
    ['its end', [started, stopped], true],
    ['an event of its end that was set aside', [started, stopped, asideSet, asideSet], true],
    ['anything else', [started, started], false],
    ['an event that was set aside before its end', [started, asideSet], false],
    ['another beginning', [started, stopped, started], false],
  ])('says whether a task that the poll does not know may end with %s', (_, events, mayEnd) => {
    const rows = historyOf(...events.map((event) => [event, 0, 30] as const)).map((row) => ({ ...row }));
    const { length: sequence } = rows;
    const message =
      'The poll does not know the task any more, and the history does not end with the end of tracking';
    const head = (more: string) => ({ sequence, kind: 'head', message: `${message}${more}.` });
    for (const task of ['none', requested] as const) {
      expect(checkEnd(check(rows).chain, task, NOON)).toEqual(
        mayEnd ? unknown : { ...unknown, broken: [head('')] },
      );
      const later = NOON + 30 * DAY_MS;
      expect(checkEnd(check(rows, later).chain, task, later)).toEqual(
        mayEnd ? unknown : { ...unknown, expired: [head('; perhaps expired')] },
      );
    }
  });

  describe('of a history whose beginning is missing', () => {
    const days: readonly (readonly [TaskEvent, number, number])[] = [
      [started, 0, 30],
      [asideSet, 1, 30],
      [stopped, 2, 30],
      [started, 20, 30],
      [asideSet, 21, 30],
    ];
    const rows = historyOf(...days);
    const head = headOf(rows.at(-1));
    const task = (day: number) => {
      const { snapshot, ...item } = liveTask({ recordedThrough: 5, outbox: [], head });
      return { ...item, snapshot: { ...snapshot, trackedSince: NOON + day * DAY_MS } };
    };
    const at = (day: number, left: number, item: TaskAtEnd) => {
      const now = NOON + day * DAY_MS;
      const { chain, problems } = check(
        some(
          rows.map((row) => ({ ...row })),
          ...[1, 2, 3, 4, 5].slice(-left),
        ),
        now,
      );
      const end = checkEnd(chain, item, now);
      return [...problems, ...(end.kind === 'behind' ? [] : [...end.broken, ...end.expired])];
    };
    const gap = (sequence: number, rows_: string) => [
      { sequence, kind: 'gap', message: `${rows_} missing, and cannot have expired yet.` },
    ];

    it('allows for rows that may have expired', () => {
      expect(at(30, 4, task(0))).toEqual([]);
      expect(at(30, 1, task(0))).toEqual([]);
    });

    it('finds rows that cannot have expired yet', () => {
      expect(at(29, 4, task(0))).toEqual(gap(2, 'Row 1 is'));
      expect(at(29, 1, task(0))).toEqual(gap(5, 'Rows 1 to 4 are'));
    });

    it('knows nothing of the time before the task was tracked again, but that', () => {
      expect(at(22, 2, task(20))).toEqual([]);
      expect(at(22, 3, task(20))).toEqual([]);
      expect(at(22, 1, task(20))).toEqual(gap(5, 'Rows 1 to 4 are'));
    });

    it('goes by what is remembered of a task that has ended', () => {
      const last = {
        facts: facts(),
        trackedSince: NOON,
        endedAt: NOON + 21 * DAY_MS,
        stopped: 'completed',
      } as const;
      const remembered = { ...ended, head, last };
      expect(at(29, 4, remembered)).toEqual(gap(2, 'Row 1 is'));
      expect(at(30, 4, remembered)).toEqual([]);
      expect(at(29, 4, { ...excluded, head })).toEqual([]);
      expect(at(29, 4, { ...ended, head })).toEqual([]);
      expect(at(29, 4, 'unreadable')).toEqual([]);
    });

    it('says nothing of a row without an instant', () => {
      const row = forged({ ...rows[4] }, { observedAt: 'x' });
      const end = checkEnd(check([row]).chain, task(0), NOON);
      expect(end).toMatchObject({ kind: 'known', broken: [{ kind: 'head' }] });
    });
  });
});

describe('missingEnd', () => {
  const found = (
    chain: CheckedChain,
    { through, task = excluded, day = 0 }: { through: number; task?: TrackedTask; day?: number },
  ) => {
    const { broken, expired } = missingEnd(chain, through, task, NOON + day * DAY_MS);
    const messages = (problems: readonly ChainProblem[]) =>
      problems.map(({ sequence, kind, message }) => `${sequence} ${kind} ${message}`);
    return { broken: messages(broken), expired: messages(expired) };
  };
  const endedOn = (day: number) => {
    const last = {
      facts: facts(),
      trackedSince: NOON,
      endedAt: NOON + day * DAY_MS,
      stopped: 'completed',
    } as const;
    return { ...ended, last };
  };

  it.each([
    [2, 3, 'Row 3 is missing, which the poll has recorded.'],
    [2, 5, 'Rows 3 to 5 are missing, which the poll has recorded.'],
  ])('names what is missing after %i up to %i', (checked, through, message) => {
    expect(found(upTo(checked), { through })).toEqual({
      broken: [`${checked} head ${message}`],
      expired: [],
    });
  });

  const MISSING = '3 head Row 4 is missing, which the poll has recorded';
  const ALL = '0 head Rows 1 to 4 are missing, which the poll has recorded';

  it('allows for rows that may have expired', () => {
    const { chain } = check(expiring.slice(0, 3));
    expect(found(chain, { through: 4, day: 30 })).toEqual({
      broken: [],
      expired: [`${MISSING}; perhaps expired.`],
    });
    expect(found(chain, { through: 4, day: 29 })).toEqual({ broken: [`${MISSING}.`], expired: [] });
  });

  it('does not allow for rows that were observed when the task ended, and are kept since', () => {
    const { chain } = check(expiring.slice(0, 3));
    expect(found(chain, { through: 4, day: 30, task: endedOn(1) }).broken).toEqual([`${MISSING}.`]);
    expect(found(chain, { through: 4, day: 31, task: endedOn(1) }).broken).toEqual([]);
  });

  it('does not take the word of a row for it that its time was up before it was observed', () => {
    const { chain } = check([...kept.slice(0, 2), forged(kept[2], { expiresAt: 1 })]);
    expect(found(chain, { through: 4, day: 99 }).broken).toEqual([`${MISSING}.`]);
  });

  it('cannot tell of a task without any rows, unless no row can have expired yet', () => {
    const expired = { broken: [], expired: [`${ALL}; perhaps expired.`] };
    const broken = { broken: [`${ALL}.`], expired: [] };
    expect(found(NOTHING_CHECKED, { through: 4 })).toEqual(expired);
    expect(found(NOTHING_CHECKED, { through: 4, task: ended })).toEqual(expired);
    expect(found(NOTHING_CHECKED, { through: 4, task: live(4), day: 0.9 })).toEqual(broken);
    expect(found(NOTHING_CHECKED, { through: 4, task: live(4), day: 1 })).toEqual(expired);
    expect(found(NOTHING_CHECKED, { through: 4, task: endedOn(3), day: 3.9 })).toEqual(broken);
    expect(found(NOTHING_CHECKED, { through: 4, task: endedOn(3), day: 4 })).toEqual(expired);
  });

  it('knows nothing of the time before the task was tracked again', () => {
    const [first] = historyOf([started, 40]);
    const again = (recordedThrough: number) => {
      const outbox = first === undefined ? [] : [{ ...first, sequence: 5 }];
      return { ...live(4, NOON + 40 * DAY_MS), outbox, recordedThrough };
    };
    expect(found(NOTHING_CHECKED, { through: 4, task: again(4), day: 40 }).broken).toEqual([]);
    expect(found(NOTHING_CHECKED, { through: 4, task: again(5), day: 40 }).expired).toEqual([]);
  });

  it('finds as well that the beginning is missing', () => {
    const { chain } = check(
      some(expiring, 2, 3).map((row) => forged(row, { detailType: stopped.detailType })),
    );
    expect(found(chain, { through: 4, task: live(4), day: 29 }).broken).toEqual([
      '2 gap Row 1 is missing, and cannot have expired yet.',
      `${MISSING}.`,
    ]);
  });
});
