import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { HistoryRow } from '../../../lib/domain/events.ts';
import { type AuditedWorld, chained, historyOf, type Row, rehashed, startAudited } from './audited-world.ts';

let world: AuditedWorld;
beforeAll(async () => {
  world = await startAudited();
});
afterAll(() => world.close());

/** Attributes that no index is made of: those take texts only. */
const CHANGED = ['status', 'description', 'published', 'hash', 'previousHash', 'eventId', 'note', 'counts'];

type Tampering = (rows: readonly HistoryRow[]) => Promise<unknown>;

const place = fc.nat({ max: 999 });
const value = fc.oneof(fc.string(), fc.integer(), fc.constantFrom({ a: [1] }, { toString: null }));
/** What may stand behind the task in the id of an event. */
const idPart = fc.oneof(
  fc.string(),
  fc.constantFrom('x', 'NaN', 'Infinity', '-Infinity', '1e999', '', '0', '0.5', '-1'),
);
const rowAt = (rows: readonly HistoryRow[], at: number): Row => ({ ...rows[at % rows.length] });

/** Something that somebody may do to a history, once; undefined for nothing. */
const tampering: fc.Arbitrary<Tampering | undefined> = fc.oneof(
  fc.constant(undefined),
  fc.tuple(place, fc.constantFrom(...CHANGED), value, fc.boolean()).map(
    ([at, name, changed, isHashedAnew]): Tampering =>
      (rows) => {
        const row = { ...rowAt(rows, at), [name]: changed };
        return world.replace(isHashedAnew && name !== 'hash' ? rehashed(row) : row);
      },
  ),
  fc.tuple(place, idPart).map(
    ([at, part]): Tampering =>
      (rows) => {
        const row = rowAt(rows, at);
        return world.replace({ ...row, eventId: `${row.taskId}:${part}` });
      },
  ),
  fc.tuple(place, fc.integer({ min: 1, max: 4 })).map(
    ([at, count]): Tampering =>
      (rows) =>
        world.remove(...rows.slice(at % rows.length).slice(0, count)),
  ),
  fc.tuple(place, place).map(
    ([a, b]): Tampering =>
      async (rows) => {
        const from = a % (rows.length - 1);
        const to = from + 1 + (b % (rows.length - 1 - from));
        await world.replace({ ...rowAt(rows, from), sequence: to + 1 });
        await world.replace({ ...rowAt(rows, to), sequence: from + 1 });
      },
  ),
  fc.tuple(place, fc.constantFrom(-1, 0, 0.5, 1_000, 'next')).map(
    ([at, where]): Tampering =>
      (rows) => {
        const { hash, ...last } = rowAt(rows, rows.length - 1);
        const sequence = rows.length + 1;
        const eventId = `${last.taskId}:${sequence}`;
        return where === 'next'
          ? world.replace(rehashed({ ...last, sequence, eventId, previousHash: hash }))
          : world.replace({ ...rowAt(rows, at), sequence: where });
      },
  ),
  place.map(
    (at): Tampering =>
      (rows) =>
        world.replace({ ...rowAt(rows, at), day: '2001-01-01' }),
  ),
  place.map(
    (at): Tampering =>
      (rows) =>
        world.put(
          chained(rows, ({ sequence }) => (sequence > at % rows.length ? { description: 'forged' } : {})).map(
            (row) => ({ ...row }),
          ),
        ),
  ),
);

let tasks = 0;

it('finds whatever is done to a history, and nothing where nothing is done', () =>
  fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 1, max: 12 }), tampering), { minLength: 3, maxLength: 5 }),
      async (stories) => {
        const tampered: string[] = [];
        const taskIds: string[] = [];
        for (const [seed, tamper] of stories) {
          const taskId = `story${tasks++}`;
          const rows = historyOf(taskId, seed);
          taskIds.push(taskId);
          await world.record(rows);
          if (tamper === undefined || rows.length < 2) continue;
          await tamper(rows);
          tampered.push(taskId);
        }
        const { tasks: found, unchecked } = await world.verify({ taskIds });
        const broken = found.filter(({ findings }) => findings.length > 0).map(({ taskId }) => taskId);
        expect(broken.sort()).toEqual(tampered.sort());
        expect(unchecked).toEqual([]);
      },
    ),
    { numRuns: 25, seed: 6, endOnFailure: false },
  ));
