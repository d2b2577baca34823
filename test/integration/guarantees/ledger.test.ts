import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canonicalHash } from '../../../lib/canonical-hash.ts';
import { type ExpectedRow, expectedRows, type Observation } from '../../guarantees/ledger/expected.ts';
import { type Contents, contentsOf, judge, type Row } from '../../guarantees/ledger/judge.ts';
import { Play } from '../../guarantees/ledger/play.ts';
import { NO_THINGS, type TaskState } from '../../guarantees/ledger/states.ts';
import { Rig } from '../../guarantees/rig.ts';
import type { Life } from '../../guarantees/rollouts.ts';
import { MINUTE, NOON } from '../../support/builders.ts';

let rig: Rig;
/** What a rollout left behind that was polled without any trouble … */
let sound: Contents;
/** … and what must be there. */
let expected: ReadonlyMap<string, readonly ExpectedRow[]>;

const life: Life = {
  born: 0,
  things: 12,
  isScheduled: true,
  endsAfter: undefined,
  steps: [
    { wait: 1, move: 'notify', things: 12 },
    { wait: 1, move: 'fail', things: 9 },
    { wait: 1, move: 'move', things: 1 },
    { wait: 1, move: 'cancel', things: 1 },
  ],
};

beforeAll(async () => {
  rig = await Rig.start();
  const world = await rig.emptyWorld();
  const play = new Play(world, [life]);
  const { problems } = await play.settle();
  play.close();
  expect(problems).toEqual([]);
  sound = { ...(await contentsOf(world)), accepted: [...world.bus.accepted] };
  expected = play.ledger.expected();
});
afterAll(() => rig.close());

/** Gives rows the links and hashes that they would have, had somebody made the chain like this. */
function chained(rows: readonly Row[]): Row[] {
  let previous: Row | undefined;
  let previousSequence: unknown;
  return rows.map(({ hash: _, previousHash: __, previousSequence: ___, ...content }, index) => {
    const row = {
      ...content,
      sequence: index + 1,
      eventId: `${content.taskId}:${index + 1}`,
      ...(previousSequence !== undefined && { previousSequence }),
      ...(previous !== undefined && { previousHash: previous.hash }),
    };
    if (content.published === true) previousSequence = index + 1;
    previous = { ...row, hash: canonicalHash(row) };
    return previous;
  });
}

/** The bus that tells exactly these rows. */
function busOf(rows: readonly Row[]): Contents['accepted'] {
  const [like] = sound.accepted;
  if (like === undefined) throw new RangeError('nothing was accepted');
  return rows
    .filter(({ published }) => published === true)
    .map(({ detailType, published, day, previousHash, ...detail }) => ({
      ...like,
      time: `${String(detail.observedAt).slice(0, 19)}Z`,
      detailType: String(detailType),
      detail,
    }));
}

/** A world in which rows are like this, and everything else is made to fit. */
function withRows(change: (rows: Row[]) => readonly Row[]): Contents {
  const rows = chained(change(sound.rows.map((row) => ({ ...row }))));
  return { ...sound, rows, accepted: busOf(rows) };
}

const withBus = (change: (accepted: Contents['accepted']) => Contents['accepted']): Contents => ({
  ...sound,
  accepted: change(sound.accepted),
});

const changed =
  (index: number, change: (row: Row) => Row) =>
  (rows: Row[]): Row[] =>
    rows.map((row, at) => (at === index ? change(row) : row));

const typesOf = (rows: readonly Row[]) =>
  rows.map(({ detailType }) => String(detailType).replace('OTA Task ', ''));

describe('the ledger', () => {
  it('knows the rows of a sound rollout', () => {
    expect(typesOf(sound.rows)).toEqual([
      'Tracking Started',
      'Status Changed',
      'Progressed',
      'Threshold Breached',
      'Threshold Breached',
      'Configuration Changed',
      'Status Changed',
      'Progressed',
      'Threshold Recovered',
      'Threshold Recovered',
      'Tracking Stopped',
    ]);
  });

  it('finds nothing in it, nor in what is made like it', async () => {
    expect(await judge(sound, expected)).toEqual([]);
    expect(
      await judge(
        withRows((rows) => rows),
        expected,
      ),
    ).toEqual([]);
  });

  it.each<[what: string, contents: () => Contents]>([
    ['a row that is lost', () => withRows((rows) => rows.toSpliced(5, 1))],
    ['the last row lost', () => withRows((rows) => rows.slice(0, -1))],
    ['all rows lost', () => withRows(() => [])],
    ['a row twice', () => withRows((rows) => rows.toSpliced(5, 0, ...rows.slice(5, 6)))],
    ['a row after the end', () => withRows((rows) => [...rows, ...rows.slice(-1)])],
    ['rows swapped', () => withRows((rows) => rows.toSpliced(6, 2, ...rows.slice(6, 8).reverse()))],
    [
      'other counts before',
      () =>
        withRows(
          changed(7, (row) => ({ ...row, previousCounts: { ...Object(row.previousCounts), queued: 1 } })),
        ),
    ],
    ['another status before', () => withRows(changed(6, (row) => ({ ...row, previousStatus: 'SCHEDULED' })))],
    ['an end that is none', () => withRows(changed(6, (row) => ({ ...row, terminal: false })))],
    ['another cause', () => withRows(changed(6, (row) => ({ ...row, inferredCause: 'end-time' })))],
    ['another reason', () => withRows(changed(10, (row) => ({ ...row, reason: 'completed' })))],
    [
      'another configuration before',
      () => withRows(changed(5, (row) => ({ ...row, previousConfigurationId: 'c2' }))),
    ],
    [
      'another time',
      () => withRows(changed(5, (row) => ({ ...row, observedAt: new Date(NOON).toISOString() }))),
    ],
    ['other facts', () => withRows(changed(5, (row) => ({ ...row, description: 'version 0' })))],
    ['another rule', () => withRows((rows) => changed(3, (row) => ({ ...row, rule: rows[4]?.rule }))(rows))],
    [
      'another start of a breach',
      () => withRows(changed(8, (row) => ({ ...row, breachedAt: new Date(NOON).toISOString() }))),
    ],
    ['an event not published', () => withRows(changed(7, (row) => ({ ...row, published: false })))],
    [
      'a row without a hash of its own',
      () => ({ ...sound, rows: changed(5, (row) => ({ ...row, hash: '0'.repeat(64) }))([...sound.rows]) }),
    ],
    ['an event lost', () => withBus((events) => events.toSpliced(4, 1))],
    ['events swapped', () => withBus((events) => events.toSpliced(4, 2, ...events.slice(4, 6).reverse()))],
    [
      'a duplicate that differs',
      () =>
        withBus((events) => [
          ...events,
          ...events
            .slice(4, 5)
            .map((event) => ({ ...event, detail: { ...event.detail, status: 'COMPLETED' } })),
        ]),
    ],
    [
      'a duplicate of another type',
      () =>
        withBus((events) => [
          ...events,
          ...events.slice(4, 5).map((event) => ({ ...event, detailType: 'OTA Task Progressed' })),
        ]),
    ],
    [
      'an event that differs from its row',
      () =>
        withBus((events) =>
          events.map((event, index) =>
            index === 4 ? { ...event, detail: { ...event.detail, lastUpdatedAt: undefined } } : event,
          ),
        ),
    ],
    [
      'an event without a row',
      () =>
        withBus((events) => [
          ...events,
          ...events
            .slice(4, 5)
            .map((event) => ({ ...event, detail: { ...event.detail, eventId: 'task0:99' } })),
        ]),
    ],
    [
      'an outbox that is not empty',
      () => ({ ...sound, items: sound.items.map((item) => ({ ...item, outbox: sound.rows.slice(0, 1) })) }),
    ],
  ])('finds %s', async (_, contents) => {
    expect(await judge(contents(), expected)).not.toEqual([]);
  });

  it('bears duplicates that are alike', async () => {
    expect(
      await judge(
        withBus((events) => [...events, ...events]),
        expected,
      ),
    ).toEqual([]);
  });
});

describe('what must be told', () => {
  const state = (overrides: Partial<TaskState> = {}): TaskState => ({
    status: 'IN_PROGRESS',
    things: { ...NO_THINGS, queued: 8 },
    configurationId: 'c1',
    createdAt: NOON,
    updatedAt: NOON,
    ...overrides,
  });
  const seen = (...states: TaskState[]): Observation[] =>
    states.map((one, version) => ({ at: NOON + version * MINUTE, version, state: one }));
  const done = (succeeded: number) => state({ things: { ...NO_THINGS, queued: 8 - succeeded, succeeded } });
  const told = (
    observations: readonly Observation[],
    progressEvents: 'milestones' | 'all' | 'none' = 'milestones',
  ) =>
    expectedRows('t', observations, { progressEvents, rules: [] }).map(
      ({ detailType, published }) =>
        `${String(detailType).replace('OTA Task ', '')}${published === true ? '' : ' (not published)'}`,
    );

  it('each milestone once, also when counts fall', () => {
    expect(told(seen(done(0), done(1), done(2), done(1), done(2), done(4)))).toEqual([
      'Tracking Started',
      'Progressed (not published)',
      'Progressed',
      'Progressed (not published)',
      'Progressed (not published)',
      'Progressed',
    ]);
  });

  it.each([
    ['all', 'Progressed'],
    ['none', 'Progressed (not published)'],
  ] as const)('progress by the setting %s', (progressEvents, row) => {
    expect(told(seen(done(0), done(1), done(2)), progressEvents)).toEqual(['Tracking Started', row, row]);
  });

  it('a task that was over when it was first seen', () => {
    expect(told(seen(state({ status: 'COMPLETED' })))).toEqual(['Tracking Started', 'Tracking Stopped']);
  });

  it('nothing of what is as before', () => {
    expect(told(seen(state(), state()))).toEqual(['Tracking Started']);
  });

  it.each([
    ['an end time that had passed', { endsAt: NOON }, 'end-time'],
    ['one that had not', { endsAt: NOON + MINUTE }, 'operator'],
    ['none', {}, 'operator'],
  ])('the cause of a cancellation with %s', (_, schedule, cause) => {
    const rows = expectedRows('t', seen(state(schedule), state({ ...schedule, status: 'CANCELED' })), {
      progressEvents: 'all',
      rules: [],
    });
    expect(rows.map(({ inferredCause }) => inferredCause)).toEqual([undefined, cause, undefined]);
  });
});
