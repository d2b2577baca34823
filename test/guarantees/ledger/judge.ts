import { isDeepStrictEqual } from 'node:util';
import { audit } from '../../support/audit.ts';
import type { World } from '../../support/world.ts';
import type { ExpectedRow } from './expected.ts';

export type Row = Readonly<Record<string, unknown>>;

/** What a world holds at the end. */
export interface Contents {
  /** Rows of the history, by task and sequence. */
  readonly rows: readonly Row[];
  readonly items: readonly Row[];
  readonly accepted: World['bus']['accepted'];
}

export async function contentsOf(world: World): Promise<Contents> {
  return {
    rows: await world.history(),
    items: await world.scan('ota-watch-dev-tasks'),
    accepted: world.bus.accepted,
  };
}

/** Holds the contents of a world to what must be in it. @returns what is wrong, in words; empty when nothing is */
export async function judge(
  { rows, items, accepted }: Contents,
  expected: ReadonlyMap<string, readonly ExpectedRow[]>,
): Promise<string[]> {
  const found = Map.groupBy(rows, ({ taskId }) => String(taskId));
  const taskIds = [...new Set([...expected.keys(), ...found.keys()])].sort();
  return [
    ...taskIds.flatMap((taskId) => judgeHistory(taskId, found.get(taskId) ?? [], expected.get(taskId) ?? [])),
    ...judgeBus(rows, accepted),
    ...(await audit({
      bus: { accepted },
      history: async () => rows.map((row) => ({ ...row })),
      scan: async () => items.map((item) => ({ ...item })),
    })),
  ];
}

/** Row by row: neither more nor fewer, and each as it must be. */
function judgeHistory(taskId: string, rows: readonly Row[], expected: readonly ExpectedRow[]): string[] {
  const problems = expected.flatMap((wanted, index) => {
    const row = rows[index];
    if (row === undefined) return [`${taskId}: lost: ${titleOf(wanted)}`];
    return Object.entries({ ...ABSENT, ...wanted }).flatMap(([field, value]) =>
      isDeepStrictEqual(factOf(row, field), value)
        ? []
        : [
            `${taskId}:${index + 1} ${titleOf(wanted)}: ${field} is ${show(factOf(row, field))}, not ${show(value)}`,
          ],
    );
  });
  return [
    ...problems,
    ...rows.slice(expected.length).map((row) => `${taskId}: never happened: ${titleOf(row)}`),
  ];
}

/** Fields that tell of a change: a row that is not expected to have them has none of them. */
const ABSENT: ExpectedRow = {
  previousStatus: undefined,
  terminal: undefined,
  inferredCause: undefined,
  previousConfigurationId: undefined,
  previousCounts: undefined,
  percentComplete: undefined,
  rule: undefined,
  observed: undefined,
  breachedAt: undefined,
  flapping: undefined,
  reminder: undefined,
  reason: undefined,
  setAsideSequence: undefined,
};

/** Of a rule, which one it is. */
function factOf(row: Row, field: string): unknown {
  return field === 'rule' ? Reflect.get(Object(row.rule), 'id') : row[field];
}

const titleOf = (row: Row) => `${row.sequence} ${row.detailType} at ${row.observedAt}`;
const show = (value: unknown) => JSON.stringify(value);

/** Each event is its row, to the last field, without what tells of the row alone. */
function judgeBus(rows: readonly Row[], accepted: Contents['accepted']): string[] {
  const byId = new Map(rows.map((row) => [row.eventId, row]));
  return accepted.flatMap(({ detailType, detail }) => {
    const row = byId.get(Reflect.get(detail, 'eventId'));
    if (row === undefined) return [`${Reflect.get(detail, 'eventId')}: accepted, and not in the history`];
    const { detailType: type, published, day, previousHash, expiresAt, ...rest } = row;
    const isSame = type === detailType && published === true && isDeepStrictEqual({ ...detail }, rest);
    return isSame ? [] : [`${row.eventId}: accepted with another content than its row has`];
  });
}
