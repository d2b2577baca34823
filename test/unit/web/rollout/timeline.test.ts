import { describe, expect, it } from 'vitest';
import type { HistoryRow } from '../../../../lib/api/generated/api.ts';
import { headline, kindOf, labelOf, typesOf } from '../../../../web/src/event-words.ts';
import { clustersOf, leading, marksOf } from '../../../../web/src/rollout/chart/marks.ts';
import { changes } from '../../../../web/src/rollout/states.ts';
import { entriesOf, withNewest, withOlder } from '../../../../web/src/rollout/timeline/rows.ts';
import { counts, NOON } from '../../../support/builders.ts';

function aRow(sequence: number, of: Partial<HistoryRow> = {}): HistoryRow {
  return {
    schemaVersion: '1',
    eventId: `task1:${sequence}`,
    taskId: 'task1',
    sequence,
    observedAt: new Date(NOON + sequence * 60_000).toISOString(),
    detailType: 'OTA Task Progressed',
    published: false,
    status: 'IN_PROGRESS',
    counts: counts({ queued: 10 }),
    hash: `hash${sequence}`,
    day: '2026-11-22',
    ...of,
  };
}

const rowsOf = (...sequences: number[]) => sequences.map((sequence) => aRow(sequence));
const sequencesOf = (rows: readonly HistoryRow[]) => rows.map(({ sequence }) => sequence);
const rule = { id: 'failed-percent', kind: 'ratio', severity: 'error', description: 'Too many.' } as const;

describe('rows as they come', () => {
  it('join those that are known, which stay the same objects', () => {
    const known = { items: rowsOf(4, 3, 2), next: 'to 1' };
    const merged = withNewest(known, { items: rowsOf(6, 5, 4), next: 'to 3' });
    expect(sequencesOf(merged.items)).toEqual([6, 5, 4, 3, 2]);
    expect(merged.items[2]).toBe(known.items[0]);
    expect(merged.next).toBe('to 1');
  });

  it('change nothing where none is new', () => {
    const known = { items: rowsOf(4, 3), next: 'to 2' };
    expect(withNewest(known, { items: rowsOf(4, 3), next: 'to 2' })).toBe(known);
  });

  it('begin anew where some may be missing in between', () => {
    const known = { items: rowsOf(4, 3), next: 'to 2' };
    const page = { items: rowsOf(9, 8), next: 'to 7' };
    expect(withNewest(known, page)).toBe(page);
  });

  it('join, too, where the page is all there is', () => {
    const merged = withNewest({ items: rowsOf(4) }, { items: rowsOf(9, 7) });
    expect(sequencesOf(merged.items)).toEqual([9, 7, 4]);
  });

  it('come first where none was known', () => {
    const page = { items: rowsOf(1) };
    expect(withNewest(undefined, page)).toBe(page);
    expect(withNewest({ items: [], next: 'x' }, page)).toBe(page);
  });

  it('are followed by older ones', () => {
    const older = withOlder({ items: rowsOf(5, 4), next: 'to 3' }, { items: rowsOf(4, 3, 2) });
    expect(older).toEqual({ items: rowsOf(5, 4, 3, 2) });
    const searched = { items: [], next: 'to 1', searchedThrough: '2026-11-22T12:00:00.000Z' };
    expect(withOlder({ items: [], next: 'to 3' }, searched)).toEqual(searched);
  });
});

describe('runs of progress', () => {
  const rows = [...rowsOf(9, 8, 7), aRow(6, { detailType: 'OTA Task Status Changed' }), ...rowsOf(5, 4)];
  const shapeOf = (kept: number[]) =>
    entriesOf(rows, new Set(kept)).map((entry) =>
      entry.kind === 'run' ? sequencesOf(entry.rows) : entry.row.sequence,
    );

  it.each([
    ['three rows or more are one', [], [[9, 8, 7], 6, 5, 4]],
    ['but not what somebody reads', [8], [9, 8, 7, 6, 5, 4]],
  ])('%s', (_, kept, shape) => {
    expect(shapeOf(kept)).toEqual(shape);
  });
});

describe('what a row says', () => {
  it.each<[Partial<HistoryRow>, string]>([
    [{ detailType: 'OTA Task Tracking Started', reason: 'discovered' }, 'a poll found the task'],
    [{ detailType: 'OTA Task Tracking Stopped', reason: 'deleted' }, 'the task was deleted'],
    [{ detailType: 'OTA Task Tracking Stopped', reason: 'eaten' }, 'eaten'],
    [
      { detailType: 'OTA Task Status Changed', previousStatus: 'SCHEDULED', status: 'IN_PROGRESS' },
      'scheduled → in progress',
    ],
    [
      {
        detailType: 'OTA Task Status Changed',
        previousStatus: 'IN_PROGRESS',
        status: 'CANCELED',
        inferredCause: 'abort-criteria',
      },
      'in progress → canceled, by an abort criterion',
    ],
    [
      { detailType: 'OTA Task Configuration Changed', previousConfigurationId: 'a', configurationId: 'b' },
      'a → b',
    ],
    [{ detailType: 'OTA Task Threshold Breached', rule }, 'failed-percent'],
    [{ detailType: 'OTA Task Threshold Breached', rule, flapping: true }, 'failed-percent, flapping'],
    [{ detailType: 'OTA Task Threshold Breached', rule, reminder: 2 }, 'failed-percent, reminder 2'],
    [{ detailType: 'OTA Task Threshold Recovered', rule, reason: 'recovered' }, 'failed-percent is over'],
    [
      { detailType: 'OTA Task Threshold Recovered', rule, reason: 'task-ended' },
      'failed-percent is over, since the task ended',
    ],
    [{ detailType: 'OTA Task Event Set Aside', setAsideSequence: 3 }, 'Event 3 was never published'],
    [{ detailType: 'OTA Task Progressed' }, ''],
  ])('of %o: %s', (of, words) => {
    expect(headline(aRow(1, of))).toBe(words);
  });

  it('is told as it is where a later version made it', () => {
    const later: { detailType: HistoryRow['detailType'] } = JSON.parse('{"detailType":"OTA Task Melted"}');
    expect([labelOf(later), kindOf(later)]).toEqual(['OTA Task Melted', 'other']);
    expect(headline(aRow(1, later))).toBe('');
  });

  it('has which counts have changed', () => {
    expect(
      changes(counts({ queued: 5, succeeded: 1 }), counts({ queued: 2, succeeded: 3, failed: 1 })),
    ).toEqual([
      { state: 'succeeded', by: 2 },
      { state: 'queued', by: -3 },
      { state: 'failed', by: 1 },
    ]);
  });

  it.each([
    [undefined, []],
    ['', []],
    ['status,breached', ['breached', 'status']],
    ['progress,nonsense,progress', ['progress']],
  ])('is filtered by %o', (asked, types) => {
    expect(typesOf(asked)).toEqual(types);
  });
});

describe('marks on the chart', () => {
  const breach = (sequence: number, severity: 'warning' | 'critical') =>
    aRow(sequence, {
      detailType: 'OTA Task Threshold Breached',
      rule: { ...rule, severity },
      summary: 'Too many failed.',
    });
  const marks = marksOf([
    breach(4, 'critical'),
    aRow(3, { detailType: 'OTA Task Status Changed', previousStatus: 'SCHEDULED' }),
    breach(2, 'warning'),
    aRow(1),
  ]);

  it('are of breaches, recoveries and changes, oldest first', () => {
    expect(marks.map(({ sequence, kind }) => [sequence, kind])).toEqual([
      [2, 'breach'],
      [3, 'status'],
      [4, 'breach'],
    ]);
    expect(marks[0]).toEqual({
      sequence: 2,
      at: NOON + 120_000,
      observedAt: '2026-11-22T12:02:00.000Z',
      kind: 'breach',
      severity: 'warning',
      title: 'failed-percent',
      summary: 'Too many failed.',
    });
  });

  it('stand together where they are near, as the worst of them', () => {
    const place = (at: number) => (at - NOON) / 60_000;
    const clusters = clustersOf(marks, place, 2);
    expect(clusters.map(({ x, marks: [...of] }) => [x, of.map(({ sequence }) => sequence)])).toEqual([
      [2, [2, 3]],
      [4, [4]],
    ]);
    expect(clusters.map((cluster) => leading(cluster)?.sequence)).toEqual([2, 4]);
    const [all] = clustersOf(marks, place, 10);
    expect(all && leading(all)?.sequence).toBe(4);
  });
});
