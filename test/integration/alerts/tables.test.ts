import { randomUUID } from 'node:crypto';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { GroupMember } from '../../../lib/alerts/ports.ts';
import { addressBook } from '../../../lib/aws/alerts/address-book.ts';
import { incidentGroups } from '../../../lib/aws/alerts/incident-groups.ts';
import { ledgerStore } from '../../../lib/aws/alerts/ledgers.ts';
import { slots } from '../../../lib/aws/alerts/slots.ts';
import { type AlertsTable, readItem } from '../../../lib/aws/alerts/table.ts';
import { fold } from '../../../lib/domain/alerts/fold.ts';
import type { Ledger } from '../../../lib/domain/alerts/ledger.ts';
import { advance, hold, passOver } from '../../../lib/domain/alerts/order.ts';
import type { PublishedEvent } from '../../../lib/domain/events.ts';
import { createTables } from '../../../local/database/create-tables.ts';
import { startDatabase } from '../../../local/database/database.ts';
import { aRule, aStream, events } from '../../support/alert-events.ts';
import { NOON } from '../../support/builders.ts';
import { Gate } from '../../support/gate.ts';
import { disordered, randomStreams, watchedStreams } from '../../support/random-alerts.ts';
import { ALERTS_TABLE } from '../../support/tables.ts';
import { REGION } from '../../support/world.ts';

/** Bytes of an item (Amazon DynamoDB developer guide, quotas). */
const MAX_ITEM = 400 * 1_024;

const closers: (() => unknown)[] = [];
let database: { readonly url: string };
let table: AlertsTable;
let gate: Gate;
/** Keys of each test are its own. */
let prefix: string;

beforeAll(async () => {
  const given = process.env.TEST_DYNAMODB_URL;
  const embedded = given === undefined ? await startDatabase() : undefined;
  database = { url: given ?? embedded?.url ?? '' };
  const credentials = { accessKeyId: `AKIA${randomUUID().replaceAll('-', '')}`, secretAccessKey: 'secret' };
  gate = new Gate();
  const common = { endpoint: database.url, region: REGION, credentials };
  const client = new DynamoDBClient({ ...common, requestHandler: gate.handler('dynamodb') });
  await createTables(client, [ALERTS_TABLE]);
  const marshallOptions = { removeUndefinedValues: true };
  table = {
    client: DynamoDBDocumentClient.from(client, { marshallOptions }),
    tableName: ALERTS_TABLE.name,
    now: () => NOON,
  };
  closers.push(
    () => client.destroy(),
    () => embedded?.close(),
  );
});

beforeEach(() => {
  prefix = randomUUID();
  gate.on = undefined;
});

afterAll(async () => {
  for (const close of closers) await close();
});

describe('groups of incidents', () => {
  const member = (index: number): GroupMember => ({
    taskId: `task${index}`,
    ruleId: 'abort-criteria:failed:10',
    severity: 'error',
    summary: `${index} of 100 things have failed.`,
    name: 'Locks, Q3',
  });
  const members = (count: number) => Array.from({ length: count }, (_, index) => member(index));
  const byTask = (a: GroupMember, b: GroupMember) => (a.taskId < b.taskId ? -1 : 1);

  it('count the incidents of a service in a span of time', async () => {
    const groups = incidentGroups(table);
    expect(await groups.count(prefix, 1, 1)).toBe(1);
    expect(await groups.count(prefix, 1, 250)).toBe(251);
    expect(await groups.count(prefix, 2, 1)).toBe(1);
    expect(await groups.count(`${prefix}-other`, 1, 1)).toBe(1);
    const all = await Promise.all(Array.from({ length: 20 }, () => groups.count(prefix, 3, 1)));
    expect(all.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  });

  it('take members in, as often as they come, and let them go', async () => {
    const groups = incidentGroups(table);
    expect(await groups.members(prefix)).toEqual([]);
    expect(await groups.join(prefix, [member(1), member(2)])).toBe(true);
    expect(await groups.join(prefix, [{ ...member(2), severity: 'critical' }, member(3)])).toBe(true);
    expect((await groups.members(prefix)).toSorted(byTask)).toEqual([
      member(1),
      { ...member(2), severity: 'critical' },
      member(3),
    ]);
    expect(await groups.leave(prefix, [member(1), member(7)])).toBe(false);
    expect(await groups.leave(prefix, [member(1)])).toBe(false);
    expect((await groups.members(prefix)).map(({ taskId }) => taskId).sort()).toEqual(['task2', 'task3']);
  });

  it('close with the last who leaves, for good', async () => {
    const groups = incidentGroups(table);
    await groups.join(prefix, [member(1), member(2)]);
    expect(await groups.leave(prefix, [member(1), member(2)])).toBe(true);
    expect(await groups.leave(prefix, [member(2)])).toBe(true);
    expect(await groups.join(prefix, [member(3)])).toBe(false);
    expect(await groups.members(prefix)).toEqual([]);
  });

  it('close before anybody has joined', async () => {
    const groups = incidentGroups(table);
    expect(await groups.leave(prefix, [member(1)])).toBe(true);
    expect(await groups.join(prefix, [member(1)])).toBe(false);
    expect(await groups.members(prefix)).toEqual([]);
  });

  it('have 250 members, who join in a few requests and leave in a few', async () => {
    const groups = incidentGroups(table);
    const before = gate.requests.length;
    expect(await groups.join(prefix, members(250))).toBe(true);
    expect((await groups.members(prefix)).toSorted(byTask)).toEqual(members(250).toSorted(byTask));
    expect(await groups.leave(prefix, members(250))).toBe(true);
    expect(gate.requests.length - before).toBeLessThan(12);
  });

  it('are joined by many at once while others leave, and nobody is lost', async () => {
    const groups = incidentGroups(table);
    const joined = await Promise.all(members(20).map((one) => groups.join(prefix, [one])));
    expect(joined).toEqual(joined.map(() => true));
    const [left, right] = [members(20).slice(0, 10), members(20).slice(10)];
    const over = await Promise.all([
      ...left.map((one) => groups.leave(prefix, [one])),
      ...right.map((one) => groups.join(prefix, [one])),
    ]);
    expect(over.slice(0, 10)).toEqual(left.map(() => false));
    expect((await groups.members(prefix)).toSorted(byTask)).toEqual(right.toSorted(byTask));
  });
});

describe('slots', () => {
  it('are given once each, to many at once', async () => {
    const line = slots(table, 'pagerduty');
    const taken = await Promise.all(
      Array.from({ length: 8 }, () => line.take(prefix, NOON, 550, NOON + 60_000)),
    );
    const at = taken.map((slot) => ('at' in slot ? slot.at : Number.NaN)).toSorted((a, b) => a - b);
    expect(at).toEqual(at.map((_, index) => NOON + index * 550));
    expect(await line.freeAt(prefix)).toBe(NOON + 8 * 550);
  });

  it('are not given that come too late', async () => {
    const line = slots(table, 'pagerduty');
    await line.take(prefix, NOON, 10_000, NOON);
    expect(await line.take(prefix, NOON, 10_000, NOON + 9_999)).toEqual({ freeAt: NOON + 10_000 });
    expect(await line.take(prefix, NOON, 10_000, NOON + 10_000)).toEqual({ at: NOON + 10_000 });
  });

  it('are postponed to the latest instant that anybody names', async () => {
    const line = slots(table, 'pagerduty');
    await line.take(prefix, NOON, 500, NOON);
    await Promise.all([90_000, 30_000, 60_000].map((ms) => line.postpone(prefix, NOON + ms)));
    expect(await line.blockedUntil(prefix)).toBe(NOON + 90_000);
    expect(await line.take(prefix, NOON, 500, NOON + 90_000)).toEqual({ at: NOON + 90_000 });
    await Promise.all([30_000, 91_000, 60_000].map((ms) => line.postpone(prefix, NOON + ms)));
    expect(await line.blockedUntil(prefix)).toBe(NOON + 91_000);
  });

  it('of a line that nobody used are free', async () => {
    const line = slots(table, 'slack');
    expect([await line.freeAt(prefix), await line.blockedUntil(prefix)]).toEqual([0, 0]);
  });
});

describe('addressees', () => {
  it('keep every target that anybody wrote', async () => {
    const book = addressBook(table, 'pagerduty');
    expect(await book.read(prefix)).toBeUndefined();
    const tags = { team: 'locks', note: '' };
    const addressee = {
      taskId: prefix,
      tags,
      decidingTags: ['note', 'team', 'x'],
      readAt: NOON,
      targets: [],
    };
    await book.write(addressee);
    expect(await book.read(prefix)).toEqual(addressee);
    await Promise.all(
      ['b', 'a', 'c'].map((name) => book.write({ ...addressee, targets: [`pagerduty:${name}`] })),
    );
    await book.write({ ...addressee, readAt: NOON + 1 });
    const targets = ['pagerduty:a', 'pagerduty:b', 'pagerduty:c'];
    expect(await book.read(prefix)).toEqual({ ...addressee, readAt: NOON + 1, targets });
    expect(await addressBook(table, 'slack').read(prefix)).toBeUndefined();
  });
});

describe('ledgers', () => {
  const store = () => ledgerStore(table, randomUUID);
  const empty = (taskId: string): Ledger => ({
    target: 'pagerduty:default',
    taskId,
    version: 0,
    applied: 0,
    gaps: [],
    incidents: {},
  });

  it('are written by one of those who read the same version', async () => {
    const ledger = empty(prefix);
    expect(await store().read(ledger.target, prefix)).toBeUndefined();
    const written = await Promise.all([1, 2, 3].map(() => store().write(ledger)));
    expect(written.filter((one) => one !== undefined)).toEqual([{ ...ledger, version: 1 }]);
    const again = await Promise.all(
      [1, 2, 3].map(() => store().write({ ...ledger, version: 1, applied: 7 })),
    );
    expect(again.filter((one) => one !== undefined)).toHaveLength(1);
    expect(await store().read(ledger.target, prefix)).toEqual({ ...ledger, version: 2, applied: 7 });
  });

  it('recognise a write of their own whose answer was lost', async () => {
    gate.on = ({ operation, attempt }) => (operation === 'PutItem' && attempt === 1 ? 'lost' : undefined);
    const first = await store().write(empty(prefix));
    expect(first).toEqual({ ...empty(prefix), version: 1 });
    expect(await store().write({ ...empty(prefix), version: 1 })).toEqual({ ...empty(prefix), version: 2 });
    expect(gate.requests.slice(-3).map(({ operation }) => operation)).toEqual([
      'PutItem',
      'PutItem',
      'GetItem',
    ]);
  });

  it('come back as they were written, and small, whatever happened to the rollout', async () => {
    let largest = 0;
    const streams = fc.oneof(randomStreams, watchedStreams, randomStreams.chain(disordered));
    await fc.assert(
      fc.asyncProperty(streams, fc.nat(4), async (stream, mood) => {
        const taskId = randomUUID();
        const written = await store().write(stream.reduce(dealtWith(mood), empty(taskId)));
        expect(await store().read('pagerduty:default', taskId)).toEqual(written);
        largest = Math.max(largest, await sizeOf(`pagerduty:default|ledger|${taskId}`));
      }),
      { numRuns: 60 },
    );
    expect(largest).toBeGreaterThan(500);
    expect(largest).toBeLessThan(16_384);
  });

  it('of a task with a hundred open rules and the longest of texts are far below what an item may have', async () => {
    const rules = Array.from({ length: 100 }, (_, index) => aRule({ id: `${'r'.repeat(60)}${index}` }));
    const stream = aStream(
      ...rules.map((rule) => events.breached({ rule, summary: '\u{1F512}'.repeat(200) })),
    );
    await store().write({ ...stream.reduce(dealtWith(0), empty(prefix)), taskId: prefix });
    expect(await sizeOf(`pagerduty:default|ledger|${prefix}`)).toBeLessThan(MAX_ITEM / 2);
  });

  /** What a notifier might have made of an event, in one of several ways. */
  function dealtWith(mood: number) {
    return (ledger: Ledger, event: PublishedEvent, index: number): Ledger => {
      const { detail } = event;
      const { sequence } = detail;
      const step = [advance, passOver][(index * mood) % 5 === 1 ? 1 : 0] ?? advance;
      const progress = step(ledger, detail, NOON + sequence);
      const view = fold(ledger.view, event);
      const dedupKey = (ruleId: string) => `ota-watch:${detail.taskId}:${ruleId}`;
      return {
        ...ledger,
        ...(mood === 1 ? hold(progress, { sequence, from: NOON, until: NOON + 0.5 }) : progress),
        view,
        incidents: Object.fromEntries(
          view.open.map(({ ruleId }) => [ruleId, { dedupKey: dedupKey(ruleId), sequence }]),
        ),
        ...(mood === 2 && { message: { channel: 'C012345678', ts: '1795348800.000100', shown: sequence } }),
        ...(mood === 3 && { sent: [...new Set([...(ledger.sent ?? []), sequence])] }),
        ...(mood === 4 && {
          claim: {
            by: prefix,
            since: NOON,
            until: NOON + 31_000,
            posts: [{ id: 'a', sequences: [sequence] }],
          },
        }),
      };
    };
  }
});

it('a group of 250 with the longest of texts fits into an item', async () => {
  const groups = incidentGroups(table);
  const members = Array.from({ length: 250 }, (_, index) => ({
    taskId: `${'t'.repeat(60)}${index}`,
    ruleId: `abort-criteria:${'r'.repeat(50)}`,
    severity: 'critical' as const,
    summary: '\u{1F512}'.repeat(150),
    name: '\u{1F512}'.repeat(60),
  }));
  expect(await groups.join(prefix, members)).toBe(true);
  expect(await sizeOf(`pagerduty|group|${prefix}`)).toBeLessThan(MAX_ITEM * 0.9);
});

/** Bytes of an item, about as DynamoDB counts them: names and values. */
async function sizeOf(key: string): Promise<number> {
  const item = await readItem(table, key);
  expect(item).toBeDefined();
  return Buffer.byteLength(JSON.stringify(item));
}
