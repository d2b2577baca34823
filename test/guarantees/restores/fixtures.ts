import { readFileSync } from 'node:fs';
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { z } from 'zod';
import type { AcceptedEvent } from '../../../local/bus/bus.ts';
import type { World } from '../../support/world.ts';

export const TASKS_TABLE = 'ota-watch-dev-tasks';
export const HISTORY_TABLE = 'ota-watch-dev-history';

/**
 * What earlier versions of this code left in a world whose bus had been out for some polls: before items named the rule set that
 * a task was looked at with, and before they said since when it is tracked. The last is today's, with attributes that nobody
 * knows.
 */
export const BEGINNINGS = [
  'nothing',
  'before-rule-sets',
  'before-tracked-since',
  'unknown-attributes',
] as const;
export type Beginning = (typeof BEGINNINGS)[number];

const item = z.record(z.string(), z.unknown());
const Fixture = z.object({
  now: z.number(),
  account: z.record(
    z.string(),
    z.object({
      counts: z.record(z.string(), z.number()),
      status: z.string().exactOptional(),
      configurationId: z.string().exactOptional(),
    }),
  ),
  tasks: z.array(item),
  history: z.array(item),
  accepted: z.array(
    z.object({
      id: z.string(),
      busName: z.string(),
      source: z.string(),
      detailType: z.string(),
      resources: z.array(z.string()),
      time: z.string(),
      detail: item,
    }),
  ),
});

/**
 * Makes a world as a version of this code left it.
 *
 * @returns what the bus had accepted by then
 */
export async function begin(world: World, beginning: Beginning): Promise<readonly AcceptedEvent[]> {
  if (beginning === 'nothing') return [];
  const name = beginning === 'unknown-attributes' ? 'before-tracked-since' : beginning;
  const file = new URL(`../fixtures/${name}.json`, import.meta.url);
  const { now, account, tasks, history, accepted } = Fixture.parse(JSON.parse(readFileSync(file, 'utf8')));
  world.now = now;
  world.configuration('c1');
  for (const [taskId, { counts, ...options }] of Object.entries(account))
    world.task(taskId, counts, { ...options, createdAt: now });
  await put(world, TASKS_TABLE, beginning === 'unknown-attributes' ? tasks.map(withUnknown) : tasks);
  await put(world, HISTORY_TABLE, history);
  return accepted.map((event) => ({ ...event, detail: z.record(z.string(), z.json()).parse(event.detail) }));
}

function withUnknown(stored: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const unknown = { laterAttribute: { anything: [1, 'two', null] } };
  const snapshot = item.safeParse(stored.snapshot).data;
  return { ...stored, ...unknown, ...(snapshot && { snapshot: { ...snapshot, ...unknown } }) };
}

/** Puts up to 25 items into a table. */
export async function put(
  world: World,
  table: string,
  items: readonly Record<string, unknown>[],
): Promise<void> {
  const puts = items.map((Item) => ({ PutRequest: { Item } }));
  if (puts.length > 0) await world.dynamodb.send(new BatchWriteCommand({ RequestItems: { [table]: puts } }));
}
