import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { eventBus } from '../../../lib/aws/event-bus.ts';
import { outboxHistory } from '../../../lib/aws/outbox-history.ts';
import { itemTable } from '../../../lib/aws/outbox-items.ts';
import { taskTable } from '../../../lib/aws/task-table.ts';
import { canonicalHash } from '../../../lib/canonical-hash.ts';
import { resend } from '../../../lib/outbox/resend.ts';
import { setAsideByHand } from '../../../lib/outbox/set-aside.ts';
import { setAsideItem } from '../../../lib/outbox/set-aside-item.ts';
import { audit } from '../../support/audit.ts';
import { MINUTE } from '../../support/builders.ts';
import { Gate, type GatedRequest } from '../../support/gate.ts';
import { REGION, World } from '../../support/world.ts';
import { advance, edit, HISTORY, historyOf, PUBLISH_ALL, TASKS, tasksOf } from './scenes.ts';

let world: World;
beforeEach(async () => {
  world = await World.start({ inProcess: true });
});
afterEach(() => world.close());

/** Sets an event aside; `gate` sees the operator's requests to the tables. */
async function setAside(eventId: string, gate = new Gate()): Promise<void> {
  const clients = world.clients(gate);
  try {
    await setAsideByHand(eventId, '', {
      tasks: taskTable(clients.dynamodb, TASKS),
      history: historyOf(world),
      hash: canonicalHash,
      now: () => world.now,
      writeId: 'operator',
    });
  } finally {
    for (const client of Object.values(clients)) client.destroy();
  }
}

/** Has something happen before a process makes its first request of a kind. */
function once(gate: Gate, operation: GatedRequest['operation'], act: () => Promise<unknown>): void {
  gate.on = async (request) => {
    if (request.operation !== operation) return undefined;
    gate.on = undefined;
    await act();
    return undefined;
  };
}

async function outage(taskId: string, from: number, to: number): Promise<void> {
  world.bus.faults.request = () => ({ kind: 'internal-error' });
  await advance(world, taskId, from, to);
  world.bus.faults.request = undefined;
}

describe('a poll while an event is sent again', () => {
  it('offers what it has just recorded: nobody else does, before its turn', async () => {
    await advance(world, 't1', 0, 0);
    const gate = new Gate();
    once(gate, 'GetItem', async () => once(gate, 'GetItem', () => outage('t1', 1, 1)));
    const { dynamodb, eventBridge, ...others } = world.clients(gate);
    const [resent] = await resend(['t1:2'], {
      tasks: taskTable(dynamodb, TASKS),
      history: outboxHistory(dynamodb, HISTORY),
      bus: eventBus(eventBridge, 'ota-watch-dev'),
    });
    for (const client of [dynamodb, eventBridge, ...Object.values(others)]) client.destroy();
    expect(resent).toEqual({
      eventId: 't1:2',
      outcome: { kind: 'unfit', reason: 'it waits in the outbox of its task: the next poll offers it' },
    });
    expect(world.events('t1')).toEqual(['1 Tracking Started']);
  });
});

describe('a poll while an event is set aside', () => {
  it('delivers it first: then there is nothing to set aside', async () => {
    await outage('t1', 0, 1);
    const gate = new Gate();
    once(gate, 'PutItem', () => world.poll(PUBLISH_ALL));
    await expect(setAside('t1:1', gate)).rejects.toThrow('Event t1:1 does not wait for the bus');
    expect(world.events('t1')).toEqual(['1 Tracking Started', '2 Progressed']);
    expect(await audit(world)).toEqual([]);
  });

  it('writes the item first: the request is made again on what it wrote', async () => {
    await outage('t1', 0, 0);
    const gate = new Gate();
    once(gate, 'PutItem', () => outage('t1', 1, 1));
    await setAside('t1:1', gate);
    await world.poll(PUBLISH_ALL);
    expect(world.events('t1')).toEqual(['2 Progressed']);
    expect(await audit(world)).toEqual(['t1:1: lost']);
  });

  it.each(['PutEvents', 'PutItem'])(
    'is held at its %s, loses the race, and nothing is told twice',
    async (operation) => {
      await outage('t1', 0, 1);
      const poller = world.poller(PUBLISH_ALL);
      once(poller.gate, operation, () => setAside('t1:1'));
      world.now += MINUTE;
      expect(await poller.poll()).toMatchObject({ failures: 0, setAside: 0 });
      poller.close();
      await world.poll(PUBLISH_ALL);
      await world.poll(PUBLISH_ALL);
      expect([...new Set(world.events('t1'))]).toEqual(['1 Tracking Started', '2 Progressed']);
      // In the history is the note as well, once.
      expect((await world.history()).map(({ detailType }) => detailType)).toEqual([
        'OTA Task Tracking Started',
        'OTA Task Progressed',
        'OTA Task Event Set Aside',
      ]);
      expect(await audit(world)).toEqual([]);
    },
  );

  it('is not disturbed by an answer that is lost: the write is known as our own', async () => {
    await outage('t1', 0, 0);
    const gate = new Gate();
    gate.on = ({ operation, attempt }) => (operation === 'PutItem' && attempt === 1 ? 'lost' : undefined);
    await setAside('t1:1', gate);
    await world.poll();
    expect(await audit(world)).toEqual(['t1:1: lost']);
    expect(await world.history()).toHaveLength(2);
  });
});

describe('an item that is set aside', () => {
  /** @returns how often it was kept */
  async function asideWith(gate: Gate): Promise<number> {
    const { url: endpoint, credentials } = world.database;
    const client = new DynamoDBClient({
      endpoint,
      region: REGION,
      credentials,
      requestHandler: gate.handler('dynamodb'),
    });
    let kept = 0;
    const keep = async () => {
      kept += 1;
    };
    try {
      const items = itemTable(client, TASKS);
      await setAsideItem('t1', { items, tasks: tasksOf(world), history: historyOf(world), keep });
    } finally {
      client.destroy();
    }
    return kept;
  }

  beforeEach(async () => {
    await advance(world, 't1', 0, 0);
    await edit(world, 't1', { snapshot: 'of another version' });
  });

  it('and written meanwhile is left as it is', async () => {
    const gate = new Gate();
    once(gate, 'DeleteItem', () => edit(world, 't1', { version: 3, writeId: 'another version' }));
    await expect(asideWith(gate)).rejects.toThrow(
      'The item of task t1 was written meanwhile, and is left alone',
    );
    expect(await world.scan(TASKS)).toContainEqual(expect.objectContaining({ taskId: 't1', version: 3 }));
  });

  it('and gone without an answer is gone, once', async () => {
    const gate = new Gate();
    gate.on = ({ operation, attempt }) => (operation === 'DeleteItem' && attempt === 1 ? 'lost' : undefined);
    expect(await asideWith(gate)).toBe(1);
    expect(gate.count('DeleteItem')).toBe(2);
    expect((await world.scan(TASKS)).filter(({ taskId }) => taskId === 't1')).toEqual([]);
  });

  it('under a poll is left alone by it, and found anew by the next', async () => {
    world.task('t1', { queued: 5, succeeded: 5 });
    const poller = world.poller(PUBLISH_ALL);
    once(poller.gate, 'ListOtaTasks', () => asideWith(new Gate()));
    world.now += MINUTE;
    await poller.poll();
    poller.close();
    expect(world.events('t1')).toEqual(['1 Tracking Started']);
    await world.poll(PUBLISH_ALL);
    expect(world.events('t1')).toEqual(['1 Tracking Started', '2 Tracking Started']);
    expect(await audit(world)).toEqual([]);
  });
});
