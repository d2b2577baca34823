import { describe, expect, it } from 'vitest';
import { countsOf } from '../../../lib/domain/counts.ts';
import { parseRow } from '../../../lib/recorded-row.ts';
import { observationsOf, parseRecording } from '../../../lib/recording.ts';
import { facts, NOON } from '../../support/builders.ts';

const MINUTE = 60_000;
const iso = (minutes: number) => new Date(NOON + minutes * MINUTE).toISOString();

async function* linesOf(rows: readonly unknown[]): AsyncIterable<string> {
  for (const row of rows) yield typeof row === 'string' ? row : JSON.stringify(row);
}
const parse = (rows: readonly unknown[]) => parseRecording(linesOf(rows), 'a.jsonl');

const line = { taskId: 'a', observedAt: iso(0), status: 'IN_PROGRESS', counts: { queued: 3 } };

/** Nowhere in particular. */
const place = { taskArn: '', accountId: '', region: '' };
const look = (minutes: number, more: object = {}, of: object = {}) => ({
  taskId: 'a',
  at: NOON + minutes * MINUTE,
  task: {
    facts: { taskId: 'a', ...place, status: 'IN_PROGRESS', counts: countsOf({ queued: 3 }), ...of },
    tags: {},
    maintenanceWindows: [],
  },
  ...more,
});

describe('a recording', () => {
  it('is put in the order of its instants, of each task', async () => {
    const rows = [
      { ...line, observedAt: iso(2) },
      '',
      { ...line, taskId: 'b', observedAt: '2026-11-22T13:01:00+01:00', unknown: 1 },
      `\u{feff}${JSON.stringify(line)}`,
    ];
    expect(await parse(rows)).toEqual(
      new Map<string, unknown>([
        ['a', [look(0), look(2)]],
        ['b', [{ ...look(1, { taskId: 'b' }, { taskId: 'b' }) }]],
      ]),
    );
  });

  it('holds what a line leaves out', async () => {
    const schedule = {
      otaType: 'CONTINUOUS',
      startTime: '2026-11-22 12:00',
      endTime: '2026-11-22T13:00:00Z',
      endBehavior: 'CANCEL',
      lastUpdatedAt: iso(0),
    };
    const maintenanceWindows = [{ startTime: 'cron(0 2 * * ? *)', durationMinutes: 60 }];
    const rows = [
      { ...line, ...schedule, tags: { stage: 'canary' }, maintenanceWindows },
      { ...line, observedAt: iso(1), otaType: 'ONE_TIME' },
      { ...line, observedAt: iso(2), tags: {}, maintenanceWindows: [] },
    ];
    const told = { ...schedule, startTime: iso(0), endTime: iso(60) };
    const tagged = (minutes: number, of: object) => {
      const { task, ...rest } = look(minutes, {}, of);
      return { ...rest, task: { ...task, tags: { stage: 'canary' }, maintenanceWindows } };
    };
    expect((await parse(rows)).get('a')).toEqual([
      tagged(0, told),
      tagged(1, { ...told, otaType: 'ONE_TIME' }),
      look(2, {}, { ...told, otaType: 'ONE_TIME' }),
    ]);
  });

  it('keeps a configuration for its id, in any task', async () => {
    const configuration = {
      criteria: [{ failureType: 'ALL', thresholdPercentage: 2.5 }],
      pace: { maximumPerMinute: 5 },
    };
    const rows = [
      { ...line, configurationId: 'c1' },
      { ...line, observedAt: iso(1), configurationId: 'c1', configuration },
      { ...line, observedAt: iso(2) },
      { ...line, observedAt: iso(3), configurationId: 'c2', configuration: {} },
      { ...line, taskId: 'b', observedAt: iso(4), configurationId: 'c1' },
    ];
    const recording = await parse(rows);
    const all = [...recording.values()].flat();
    const c1 = {
      configurationId: 'c1',
      criteria: [{ failureType: 'ALL', thresholdPercentage: 2.5, minExecutedThings: 1 }],
      pace: { maximumPerMinute: 5 },
    };
    expect(all.map((one) => 'configuration' in one && one.configuration)).toEqual([
      false,
      c1,
      c1,
      { configurationId: 'c2', criteria: [] },
      c1,
    ]);
  });

  it('has looks that failed', async () => {
    const failure = { taskId: 'a', observedAt: iso(1), unreadable: 'AccessDeniedException' };
    expect(
      (await parse([{ ...line, otaType: 'X' }, failure, { ...line, observedAt: iso(2) }])).get('a'),
    ).toEqual([
      look(0, {}, { otaType: 'X' }),
      { taskId: 'a', at: NOON + MINUTE, unreadable: 'AccessDeniedException' },
      look(2, {}, { otaType: 'X' }),
    ]);
  });

  it.each([
    ['a look that failed before', { unreadable: 'TimeoutError' }, {}, look(0)],
    ['a look that failed after', {}, { unreadable: 'TimeoutError' }, look(0)],
    ['another status', { status: 'SCHEDULED' }, {}, look(0)],
    [
      'the beginning of tracking',
      { detailType: 'OTA Task Tracking Started', reason: 'discovered' },
      { detailType: 'OTA Task Threshold Breached' },
      look(0, { tracking: 'began' }),
    ],
    [
      'its end by request',
      { detailType: 'OTA Task Threshold Recovered', reason: 'rule-removed' },
      { detailType: 'OTA Task Tracking Stopped', reason: 'requested' },
      look(0, { tracking: 'ended' }),
    ],
    [
      'its end with the task',
      { detailType: 'OTA Task Status Changed' },
      { detailType: 'OTA Task Tracking Stopped', reason: 'completed' },
      look(0),
    ],
  ])('puts rows of one instant together: %s', async (_, first, second, expected) => {
    expect(
      (
        await parse([
          { ...line, ...first },
          { ...line, ...second },
        ])
      ).get('a'),
    ).toEqual([expected]);
  });

  it('leaves out rows about the delivery of events', async () => {
    const aside = { ...line, observedAt: iso(3), detailType: 'OTA Task Event Set Aside' };
    expect((await parse([line, aside])).get('a')).toEqual([look(0)]);
  });
});

describe('a recording that cannot be understood', () => {
  it.each([
    ['no JSON', '{', 'a.jsonl:1: this line is not JSON'],
    ['no object', 'null', 'a.jsonl:1: expected an object with taskId, observedAt, status, counts'],
    ['no task', { ...line, taskId: '' }, 'a.jsonl:1 taskId: expected a text'],
    [
      'no instant',
      { ...line, observedAt: 'yesterday' },
      'a.jsonl:1 observedAt: expected an instant such as 2026-11-22T12:00:00.000Z',
    ],
    [
      'half an instant',
      { ...line, observedAt: '2026-11-22' },
      'a.jsonl:1 observedAt: expected an instant such as 2026-11-22T12:00:00.000Z',
    ],
    ['no status', { ...line, status: 5 }, 'a.jsonl:1 status: expected a text'],
    [
      'nothing',
      { taskId: 'a', observedAt: iso(0) },
      'a.jsonl:1 status: expected a text\na.jsonl:1 counts: expected an object with counts',
    ],
    [
      'half a count',
      { ...line, counts: { failed: 0.5 } },
      'a.jsonl:1 counts.failed: expected a whole number, 0 or more',
    ],
    [
      'a configuration of no id',
      { ...line, configuration: {} },
      'a.jsonl:1 configurationId: expected the id of the configuration that is given',
    ],
    [
      'a criterion of another type',
      {
        ...line,
        configurationId: 'c',
        configuration: { criteria: [{ failureType: 'X', thresholdPercentage: 1 }] },
      },
      'a.jsonl:1 configuration.criteria.0.failureType: expected one of FAILED, REJECTED, TIMED_OUT, ALL',
    ],
    ['no tags', { ...line, tags: { a: 1 } }, 'a.jsonl:1 tags.a: expected a text'],
    ['no time', { ...line, endTime: 'noon' }, 'a.jsonl:1 endTime: expected a time such as 2026-12-01T00:00Z'],
    [
      'no window',
      { ...line, maintenanceWindows: [{ startTime: 'nightly', durationMinutes: 5 }] },
      'a.jsonl:1 maintenanceWindows.0.startTime: expected cron(…) of six fields, or a time such as 2026-12-01 00:00',
    ],
  ])('is an error that says where: %s', async (_, row, message) => {
    await expect(parse([row])).rejects.toMatchObject({ name: 'RecordingError', message });
  });

  it('says what is wrong in each line, up to twenty', async () => {
    const bad = { ...line, taskId: '' };
    await expect(parse([line, bad, line, '[]'])).rejects.toThrow(
      'a.jsonl:2 taskId: expected a text\na.jsonl:4: expected an object with taskId, observedAt, status, counts',
    );
    const many = parse(Array.from({ length: 50 }, () => bad));
    await expect(many).rejects.toSatisfy((error: Error) => error.message.split('\n').length === 20);
  });

  it('is one without observations', async () => {
    await expect(parse(['', ' '])).rejects.toThrow('a.jsonl: there is no observation in it');
  });
});

it('knows of a task besides its rows what is handed in', () => {
  const task = {
    facts: facts({ endTime: iso(60), startTime: iso(-5), endBehavior: 'CANCEL', description: 'not needed' }),
    tags: { stage: 'canary' },
    maintenanceWindows: [{ startTime: '2026-11-23 00:00', durationMinutes: 5 }],
    oddities: [],
  };
  const configuration = { configurationId: 'c1', criteria: [] };
  const rows = [parseRow({ ...line, configurationId: 'c1' }, 'row 1')];
  const known = { tasks: new Map([['a', task]]), configurations: new Map([['c1', configuration]]) };
  const { task: seen, ...rest } = look(
    0,
    { configuration },
    {
      configurationId: 'c1',
      startTime: iso(-5),
      endTime: iso(60),
      endBehavior: 'CANCEL',
    },
  );
  const { tags, maintenanceWindows } = task;
  expect(observationsOf(rows, known)).toEqual(
    new Map([['a', [{ ...rest, task: { ...seen, tags, maintenanceWindows } }]]]),
  );
});
