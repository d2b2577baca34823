import { canonicalHash } from '../../lib/canonical-hash.ts';
import { validateEvent, validateRow } from './event-schemas.ts';
import type { World } from './world.ts';

type Row = Record<string, unknown>;

/** What is looked at from outside. */
export type Audited = Pick<World, 'history' | 'scan'> & { readonly bus: Pick<World['bus'], 'accepted'> };

/**
 * Holds a world to the promises, from outside: what the bus accepted and what the history holds. Everything must have been
 * delivered.
 *
 * @returns what is wrong; empty when all holds
 */
export async function audit(world: Audited): Promise<string[]> {
  const rows = await world.history();
  const byTask = Map.groupBy(rows, (row) => String(row.taskId));
  return [
    ...[...byTask].flatMap(([taskId, history]) => auditChain(taskId, history)),
    ...auditBus(world, new Map(rows.map((row) => [String(row.eventId), row]))),
    ...(await auditOutboxes(world)),
    ...rows.flatMap((row) => validateRow(row).map((problem) => `row ${row.eventId}: ${problem}`)),
    ...world.bus.accepted.flatMap((event) =>
      validateEvent(event).map((problem) => `event ${Reflect.get(event.detail, 'eventId')}: ${problem}`),
    ),
  ];
}

/** Sequence without gaps from 1, each row linked to the one before, each hash that of its row. */
function auditChain(taskId: string, history: readonly Row[]): string[] {
  let previous: Row | undefined;
  let previousSequence: unknown;
  return history.flatMap((row, index) => {
    const { hash, ...content } = row;
    const problems = [
      row.sequence !== index + 1 && `sequence ${row.sequence} at place ${index + 1}`,
      row.previousHash !== previous?.hash && `row ${row.sequence} is not linked to the row before`,
      row.previousSequence !== previousSequence && `row ${row.sequence} has a wrong previousSequence`,
      hash !== canonicalHash(content) && `row ${row.sequence} has a wrong hash`,
    ];
    previous = row;
    if (row.published === true) previousSequence = row.sequence;
    return problems
      .filter((problem) => problem !== false)
      .map((problem) => `history of ${taskId}: ${problem}`);
  });
}

/** First acceptances in order, duplicates alike, each event with its row and each published row with its event. */
function auditBus({ bus }: Audited, rows: ReadonlyMap<string, Row>): string[] {
  const events = bus.accepted.map(({ detail, detailType }): Row => ({ ...detail, detailType }));
  const byId = Map.groupBy(events, ({ eventId }) => String(eventId));
  const firsts = [...byId.values()].flatMap((same) => same.slice(0, 1));
  const published = [...rows].filter(([, row]) => row.published === true);
  return [
    ...[...byId]
      .filter(([, same]) => new Set(same.map((event) => JSON.stringify(event))).size > 1)
      .map(([id]) => `${id}: a duplicate differs`),
    ...firsts
      .filter((event) => !isOf(event, rows.get(String(event.eventId))))
      .map(({ eventId }) => `${eventId}: not as in the history`),
    ...[...Map.groupBy(firsts, ({ taskId }) => taskId).values()]
      .filter((ofTask) => !isAscending(ofTask.map(({ sequence }) => Number(sequence))))
      .map(([event]) => `${event?.taskId}: accepted out of order`),
    ...published.filter(([id]) => !byId.has(id)).map(([id]) => `${id}: lost`),
  ];
}

function isOf(event: Row, row: Row | undefined): boolean {
  return row?.hash === event.hash && row?.detailType === event.detailType;
}

function isAscending(values: readonly number[]): boolean {
  return values.every((value, index) => index === 0 || value > (values[index - 1] ?? 0));
}

async function auditOutboxes(world: Audited): Promise<string[]> {
  const items = await world.scan('ota-watch-dev-tasks');
  return items
    .filter(({ outbox }) => Array.isArray(outbox) && outbox.length > 0)
    .map(({ taskId }) => `${taskId}: undelivered`);
}

/** How many events the bus accepted more than once. */
export function duplicates({ bus }: Audited): number {
  return bus.accepted.length - new Set(bus.accepted.map(({ detail }) => Reflect.get(detail, 'eventId'))).size;
}
