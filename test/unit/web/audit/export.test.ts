import { stringify } from 'csv-stringify/sync';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type ExportDeps,
  exportParts,
  fileName,
  NOTHING_YET,
  type Progress,
  rowsIn,
  SinkError,
} from '../../../../web/src/audit/export.ts';
import type { Query } from '../../../../web/src/query.ts';

const SIGNAL = AbortSignal.any([]);
const REQUEST = { format: 'csv', query: { taskId: 't' }, from: NOTHING_YET } as const;
const PARTS = ['a,b\n1,"x\ny"\n', '2,é\n', '3,z\n'];

function memory() {
  const written: string[] = [];
  return {
    written,
    write: async (part: string) => {
      written.push(part);
    },
    close: async () => {
      written.push('closed');
    },
    abort: async () => undefined,
  };
}

/** Serves the parts; fails at each request of which the number is told. */
function api(
  failing: readonly number[] = [],
  error: Error = Object.assign(new Error('busy'), { status: 503 }),
) {
  const asked: Query[] = [];
  const waits: number[] = [];
  const deps: ExportDeps = {
    read: async (query) => {
      asked.push(query);
      if (failing.includes(asked.length)) throw error;
      const at = Number(query.cursor ?? 0);
      return { text: PARTS[at] ?? '', ...(at < 2 && { next: String(at + 1) }) };
    },
    wait: async (ms) => {
      waits.push(ms);
    },
  };
  return { asked, waits, deps };
}

it('writes the parts as they come, one after the other, and tells how far it is', async () => {
  const [sink, { asked, deps }, told] = [memory(), api(), [] as Progress[]];
  await exportParts(REQUEST, sink, SIGNAL, (progress) => told.push(progress), deps);
  expect(sink.written).toEqual([...PARTS, 'closed']);
  expect(asked).toEqual([
    { format: 'csv', taskId: 't', cursor: undefined },
    { format: 'csv', taskId: 't', cursor: '1' },
    { format: 'csv', taskId: 't', cursor: '2' },
  ]);
  expect(told).toEqual([
    { parts: 1, rows: 1, bytes: 12, cursor: '1' },
    { parts: 2, rows: 2, bytes: 17, cursor: '2' },
    { parts: 3, rows: 3, bytes: 21 },
  ]);
});

it('tries again what may pass', async () => {
  const [sink, { waits, deps }] = [memory(), api([2, 3])];
  await exportParts(REQUEST, sink, SIGNAL, () => undefined, deps);
  expect(sink.written).toEqual([...PARTS, 'closed']);
  expect(waits).toEqual([500, 2_000]);
});

it('can go on from where it failed', async () => {
  const [sink, { deps }] = [memory(), api([2], Object.assign(new Error('no'), { status: 403 }))];
  let progress: Progress = NOTHING_YET;
  const tell = (next: Progress) => {
    progress = next;
  };
  await expect(exportParts(REQUEST, sink, SIGNAL, tell, deps)).rejects.toThrow('no');
  expect(sink.written).toEqual(PARTS.slice(0, 1));
  await exportParts({ ...REQUEST, from: progress }, sink, SIGNAL, tell, deps);
  expect(sink.written).toEqual([...PARTS, 'closed']);
  expect(progress).toEqual({ parts: 3, rows: 3, bytes: 21 });
});

it('says so when the file cannot be written', async () => {
  const full = { ...memory(), write: () => Promise.reject(new Error('disk full')) };
  const failing = exportParts(REQUEST, full, SIGNAL, () => undefined, api().deps);
  await expect(failing).rejects.toThrow(SinkError);
});

describe('rows', () => {
  it('of CSV are counted whatever their text has', () => {
    const texts = fc.array(
      fc.array(fc.string({ unit: fc.constantFrom('"', '\n', ',', 'x') }), { minLength: 2, maxLength: 2 }),
    );
    fc.assert(
      fc.property(texts, (records) => {
        const text = stringify([['name', 'text'], ...records], { quoted_string: true });
        expect(rowsIn(text, 'csv', true)).toBe(records.length);
      }),
    );
  });

  it.each([
    ['', 'csv', true, 0],
    ['', 'csv', false, 0],
    ['a,b\n', 'csv', true, 0],
    ['1,2\n3,4', 'csv', false, 2],
    ['', 'jsonl', true, 0],
    ['{}\n{}\n', 'jsonl', true, 2],
    ['{}\n{}', 'jsonl', false, 2],
  ] as const)('of %j as %s (first: %s): %i', (text, format, isFirst, rows) => {
    expect(rowsIn(text, format, isFirst)).toBe(rows);
  });
});

it('names the file by the time, without what a file system does not take', () => {
  expect(fileName('jsonl', Date.parse('2026-11-22T12:00:05.678Z'))).toBe(
    'ota-watch-history-2026-11-22T120005Z.jsonl',
  );
});
