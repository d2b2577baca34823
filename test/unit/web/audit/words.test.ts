import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import type { HistoryRow } from '../../../../lib/api/generated/api.ts';
import { countWords, rowWords } from '../../../../web/src/audit/words.ts';
import { counts } from '../../../support/builders.ts';

const SAMPLES = path.resolve(import.meta.dirname, '../../../../events/samples');

/** A sample of an event, as a row; or a sample of a row. */
function rowOf(name: string): HistoryRow {
  const sample = JSON.parse(readFileSync(path.join(SAMPLES, `${name}.json`), 'utf8'));
  return sample.detail === undefined ? sample : { ...sample.detail, detailType: sample['detail-type'] };
}

it.each([
  ['tracking-started.discovered', { what: 'A poll found the task', more: '400 queued' }],
  ['tracking-stopped.completed', { what: 'The task has completed', more: '392 succeeded, 8 failed' }],
  [
    'status-changed.abort-criteria',
    {
      what: 'In progress → canceled, by an abort criterion',
      more: '32 succeeded, 28 failed, 940 canceled',
    },
  ],
  ['configuration-changed', { what: 'Configuration c4Rk2mWz8Qp1 → c7Tn5xBd3Hs6' }],
  [
    'progressed',
    {
      what: '25 % of 400 things finished: +88 succeeded, +40 in progress, −140 queued, +12 failed, 50/min',
      more: '88 succeeded, 100 in progress, 200 queued, 12 failed',
    },
  ],
  [
    'threshold-breached.critical',
    {
      what: '28 of 120 things that received the task have failed (23.33 %, limit 20 %): AWS cancels the rollout.',
      more: 'Rule abort-criteria:failed:100',
    },
  ],
  [
    'threshold-recovered.recovered',
    {
      what: 'Over after 1 min: 10 of 320 things that received the task have failed (3.13 %, limit 10 %).',
      more: 'Rule abort-criteria:failed:50',
    },
  ],
  [
    'history-row.event-set-aside',
    { what: 'The bus refused event 2 for good (MalformedDetail: Detail is malformed.)' },
  ],
])('%s', (name, words) => {
  expect(rowWords(rowOf(name))).toEqual(words);
});

it('counts reminders, and tells of flapping', () => {
  expect(rowWords(rowOf('threshold-breached.reminder')).what).toMatch(/^Reminder \d+: /);
  expect(rowWords(rowOf('threshold-breached.flapping')).more).toMatch(/, flapping$/);
});

it('has words for each sample', () => {
  const names = readdirSync(SAMPLES).filter((name) => name !== 'poll.input.json');
  const silent = names.filter((name) => rowWords(rowOf(path.parse(name).name)).what.trim() === '');
  expect(silent).toEqual([]);
});

it('tells what a later version wrote as far as it can', () => {
  const row = rowOf('threshold-breached.critical');
  const { summary: _, rule: __, ...bare } = row;
  const later: HistoryRow = JSON.parse(JSON.stringify({ ...bare, detailType: 'OTA Task Paused' }));
  expect(rowWords(later)).toEqual({
    what: 'OTA Task Paused',
    more: '32 succeeded, 60 in progress, 880 queued, 28 failed',
  });
  expect(rowWords(bare)).toEqual({ what: 'OTA Task Threshold Breached' });
  const { previousCounts: ___, percentComplete: ____, ...empty } = rowOf('progressed');
  expect(rowWords({ ...empty, counts: counts({}), ratePerMinute: -1 })).toEqual({
    what: 'No things yet',
    more: 'no things',
  });
});

it('names counts that are not 0', () => {
  expect(countWords(counts({ succeeded: 1_234, timedOut: 1 }))).toBe('1,234 succeeded, 1 timed out');
});
