import { DeleteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TaskFindings } from '../../../lib/audit/finding.ts';
import type { AuditedHistory } from '../../../lib/audit/ports.ts';
import { verifyHistory } from '../../../lib/audit/verify.ts';
import { Witness } from '../../../lib/audit/witness.ts';
import { auditedHistory } from '../../../lib/aws/audit/audited-history.ts';
import { API_TRANSLATION } from '../../../lib/aws/clients.ts';
import { taskTable } from '../../../lib/aws/task-table.ts';
import { canonicalHash } from '../../../lib/canonical-hash.ts';
import { Gate } from '../../support/gate.ts';
import { World } from '../../support/world.ts';
import { HISTORY, TASKS } from '../api/history-database.ts';

const DAY_MS = 86_400_000;
const RETENTION = { config: { historyRetentionDays: 30 } };

let world: World;
let documents: DynamoDBDocumentClient;
beforeEach(async () => {
  world = await World.start();
  documents = world.clients(new Gate(), API_TRANSLATION).dynamodb;
});
afterEach(async () => {
  documents.destroy();
  await world.close();
});

/** Checks everything, with all events that the bus took. */
async function verify(change: (history: AuditedHistory) => AuditedHistory = (history) => history) {
  const tasks: TaskFindings[] = [];
  const witness = new Witness();
  for (const { source, detailType, detail } of world.bus.accepted)
    witness.hear({ source, 'detail-type': detailType, detail });
  const unchecked = await verifyHistory(
    { taskIds: [] },
    {
      history: change(auditedHistory(documents, HISTORY)),
      tasks: taskTable(documents, TASKS),
      hash: canonicalHash,
      now: () => world.now,
      witness,
      onRows: () => undefined,
      onTask: (task) => tasks.push(task),
    },
  );
  const rows = tasks.reduce((sum, task) => sum + task.rows, 0);
  const said = tasks.flatMap((task) => [...task.findings, ...task.unchecked]);
  return { rows, said: [...unchecked, ...said], events: witness.events };
}

/** Four rollouts on their way, each at another place. */
async function rollOut(minute: number, options = {}): Promise<void> {
  for (const task of [1, 2, 3, 4])
    world.task(`t${task}`, {
      queued: 100 - minute * task,
      succeeded: minute * task - minute,
      failed: minute,
    });
  await world.poll(options);
}

describe('a history that nobody touched', () => {
  it('is intact when pollers overlap, and when events are set aside', async () => {
    world.bus.faults.entry = ({ DetailType, Detail = '' }) =>
      DetailType === 'OTA Task Tracking Started' && Detail.includes('"t2"')
        ? { errorCode: 'MalformedDetail' }
        : undefined;
    for (let minute = 0; minute < 8; minute += 1) {
      const pollers = [world.poller(), world.poller()];
      await Promise.all([rollOut(minute), ...pollers.map((poller) => poller.poll())]);
      for (const poller of pollers) poller.close();
    }
    const rows = await world.history();
    expect(rows.some(({ detailType }) => detailType === 'OTA Task Event Set Aside')).toBe(true);
    const { said, ...sum } = await verify();
    expect(said).toEqual([]);
    expect(sum).toEqual({ rows: rows.length, events: world.bus.accepted.length });
  });

  it('is intact while its first rows expire, also by its events', async () => {
    await rollOut(0, RETENTION);
    world.now += 20 * DAY_MS;
    await rollOut(1, RETENTION);
    await rollOut(2, RETENTION);
    const rows = await world.history();
    world.now += 11 * DAY_MS;
    const expired = rows.filter(({ expiresAt }) => Number(expiresAt) * 1_000 <= world.now);
    expect(expired.length).toBeGreaterThan(3);
    for (const { taskId, sequence } of expired)
      await documents.send(new DeleteCommand({ TableName: HISTORY, Key: { taskId, sequence } }));
    expect(await verify()).toEqual({
      rows: rows.length - expired.length,
      said: [],
      events: world.bus.accepted.length,
    });
  });

  it('is intact when rows are recorded while it is read', async () => {
    await rollOut(0);
    const before = await world.history();
    let isGrown: Promise<void> | undefined;
    const grow = async () => {
      for (const minute of [1, 2]) await rollOut(minute);
    };
    async function* slowly<Page>(pages: AsyncIterable<Page>): AsyncIterable<Page> {
      for await (const page of pages) {
        isGrown ??= grow();
        await isGrown;
        yield page;
      }
    }
    const { rows, said } = await verify((history) => ({
      ...history,
      parts: (count) => history.parts(count).map(slowly),
    }));
    expect(said).toEqual([]);
    expect(rows).toBeGreaterThan(before.length);
    expect(rows).toBe((await world.history()).length);
  });

  it('is intact when a table is not read in the order of its rows', async () => {
    for (const minute of [0, 1, 2]) await rollOut(minute);
    async function* scattered(pages: AsyncIterable<readonly Readonly<Record<string, unknown>>[]>) {
      const rows = [];
      for await (const page of pages) rows.push(...page);
      for (const row of rows.toSorted((a, b) => Number(b.sequence) - Number(a.sequence))) yield [row];
    }
    const { said } = await verify((history) => ({
      ...history,
      parts: (count) => history.parts(count).map(scattered),
    }));
    expect(said).toEqual([]);
  });
});

describe('what cannot be checked', () => {
  it.each([
    ['the first', 0],
    ['a later', 1],
  ])('is said: a part of the table of which %s page cannot be read', async (_, pages) => {
    await rollOut(0);
    const denied = Object.assign(new Error('no'), { name: 'AccessDeniedException' });
    async function* broken(part: AsyncIterable<readonly Readonly<Record<string, unknown>>[]>) {
      if (pages > 0) for await (const [row] of part) if (row !== undefined) yield [row];
      throw denied;
    }
    const { said } = await verify((history) => ({
      ...history,
      parts: (count) => history.parts(count).map(broken),
    }));
    expect(said).toContain('A part of the history could not be read: no');
  });
});
