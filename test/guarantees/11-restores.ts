import { DeleteCommand } from '@aws-sdk/lib-dynamodb';
import fc from 'fast-check';
import { eventBus } from '../../lib/aws/event-bus.ts';
import { otaService } from '../../lib/aws/managed-integrations.ts';
import { outboxHistory } from '../../lib/aws/outbox-history.ts';
import { taskTable } from '../../lib/aws/task-table.ts';
import { resend } from '../../lib/outbox/resend.ts';
import { TrackError, trackTask, untrackTask } from '../../lib/track.ts';
import type { AcceptedEvent } from '../../local/bus/bus.ts';
import { audit } from '../support/audit.ts';
import { MINUTE } from '../support/builders.ts';
import { ACCOUNT, REGION, type World } from '../support/world.ts';
import type { Guarantee, Played } from './guarantee.ts';
import { BEGINNINGS, type Beginning, begin, HISTORY_TABLE, put, TASKS_TABLE } from './restores/fixtures.ts';

/** What happens before a poll. */
export type Step =
  | { readonly kind: 'progress' | 'end' | 'remove' | 'track' | 'untrack'; readonly task: number }
  /** Of the tasks table: all its items, or those of tasks that are over, whose time to live ran out. */
  | { readonly kind: 'copy' | 'restore' | 'lose' | 'expire' }
  | { readonly kind: 'bus is out' | 'bus is back' }
  /** The poll dies at a request. */
  | { readonly kind: 'die'; readonly at: number };

export interface RestoreScript {
  readonly from: Beginning;
  readonly steps: readonly Step[];
}

const TASKS = 4;
const THINGS = 1_000;
const BUS = 'ota-watch-dev';
const CONFIG = { config: { progressEvents: 'all' as const } };
const idOf = (index: number) => `t${index}`;

const stepOf = (kind: Extract<Step, { task: number }>['kind']) =>
  fc.record({ kind: fc.constant(kind), task: fc.nat(TASKS - 1) });
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 12, arbitrary: stepOf('progress') },
  { weight: 2, arbitrary: stepOf('end') },
  { weight: 2, arbitrary: stepOf('remove') },
  { weight: 2, arbitrary: stepOf('track') },
  { weight: 2, arbitrary: stepOf('untrack') },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('copy') }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('restore') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('lose', 'expire') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constantFrom('bus is out', 'bus is back') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('die'), at: fc.nat(25) }) },
);

/** Tasks that come again, and a tasks table that is put back or lost. */
export const restores: Guarantee<RestoreScript> = {
  number: 11,
  name: 'What is tracked again, and tables that are put back',
  promise:
    'Whatever is tracked again, and whatever becomes of the tasks table, be it by an earlier version: no event id is used again with other content, the history is one chain, and nothing of it is lost; what was on its way, of tasks of which the table knows nothing any more, is sent from the history by hand.',
  unit: 'histories of 40 polls',
  runsPerScript: TASKS,
  scripts: { full: 60, share: 2 },
  script: fc.record({
    from: fc.constantFrom(...BEGINNINGS),
    steps: fc.array(step, { minLength: 40, maxLength: 40 }),
  }),
  play: async (script, world) => new Play(world).run(script),
};

class Play {
  readonly #world: World;
  readonly #finished = new Map<string, number>();
  readonly #tally = { polls: 0, restored: 0, 'tables lost': 0, 'sent from the history': 0 };
  /** Ids of events that were on their way when the table, lost or put back, forgot their tasks. */
  readonly #forgotten = new Set<string>();
  #acceptedBefore: readonly AcceptedEvent[] = [];
  #copy: readonly Record<string, unknown>[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  async run({ from, steps }: RestoreScript): Promise<Played> {
    this.#acceptedBefore = await begin(this.#world, from);
    if (from === 'nothing') for (let index = 0; index < TASKS; index += 1) this.#progress(idOf(index));
    await this.#poll();
    for (const next of steps) {
      await this.#take(next);
      await this.#poll(next.kind === 'die' ? next.at : undefined);
    }
    await this.#settle();
    const untold = this.#judgeLast();
    await this.#resend();
    const accepted = [...this.#acceptedBefore, ...this.#world.bus.accepted];
    // What was forgotten goes out late, be it by hand or since a copy that knows of its task was put back.
    const inTurn = accepted.filter(({ detail }) => !this.#forgotten.has(String(detail.eventId)));
    const isOrder = (problem: string) => problem.endsWith(': accepted out of order');
    const problems = [
      ...(await this.#audit(accepted)).filter((problem) => !isOrder(problem)),
      ...(await this.#audit(inTurn)).filter(isOrder),
    ];
    return { problems: [...problems, ...untold], tally: this.#tally };
  }

  #audit(accepted: readonly AcceptedEvent[]): Promise<string[]> {
    return audit({
      bus: { ...this.#world.bus, accepted },
      history: () => this.#world.history(),
      scan: (table) => this.#world.scan(table),
    });
  }

  /** Every task is tracked in the end, and has something to tell. */
  async #settle(): Promise<void> {
    this.#world.bus.faults.request = undefined;
    for (let round = 0; round < 2; round += 1) {
      for (let index = 0; index < TASKS; index += 1) {
        this.#progress(idOf(index));
        await this.#ask(trackTask, idOf(index));
      }
      await this.#poll();
    }
    for (let index = 0; index < TASKS; index += 1) this.#progress(idOf(index));
    await this.#poll();
    await this.#poll();
  }

  /** What was on its way, of a task that the table knew nothing of any more, is known to the history alone. */
  async #resend(): Promise<void> {
    const { dynamodb } = this.#world;
    const rows = (await this.#world.history()).filter(
      ({ eventId }) => this.#forgotten.has(String(eventId)) && !this.#isAccepted(eventId),
    );
    const clients = this.#world.clients();
    await resend(
      rows.map(({ eventId }) => String(eventId)),
      {
        tasks: taskTable(dynamodb, TASKS_TABLE),
        history: outboxHistory(dynamodb, HISTORY_TABLE),
        bus: eventBus(clients.eventBridge, BUS),
      },
    );
    for (const client of Object.values(clients)) client.destroy();
    this.#tally['sent from the history'] += rows.length;
  }

  async #poll(dieAt?: number): Promise<void> {
    this.#tally.polls += 1;
    this.#world.now += MINUTE;
    const poller = this.#world.poller(CONFIG);
    poller.gate.on = ({ index }) => (index === dieAt ? 'after' : undefined);
    await poller.poll().catch((error: unknown) => {
      if (!poller.gate.isKilled) throw error;
    });
    poller.close();
  }

  async #take(next: Step): Promise<void> {
    const { simulator, bus } = this.#world;
    switch (next.kind) {
      case 'progress':
        return this.#progress(idOf(next.task));
      case 'end':
        return this.#progress(idOf(next.task), 'COMPLETED');
      case 'remove':
        return void simulator.account.removeTask(idOf(next.task));
      case 'track':
        return this.#ask(trackTask, idOf(next.task));
      case 'untrack':
        return this.#ask(untrackTask, idOf(next.task));
      case 'copy':
        this.#copy = await this.#world.scan(TASKS_TABLE);
        return;
      case 'restore':
        return this.#restore();
      case 'lose':
        return this.#lose();
      case 'expire':
        return this.#empty(({ state }) => state === 'ended');
      case 'bus is out':
        bus.faults.request = () => ({ kind: 'access-denied' });
        return;
      case 'bus is back':
        bus.faults.request = undefined;
        return;
      case 'die':
        return;
      default:
        next satisfies never;
    }
  }

  #progress(taskId: string, status = 'IN_PROGRESS'): void {
    const finished = (this.#finished.get(taskId) ?? 0) + 1;
    this.#finished.set(taskId, finished);
    const counts = { queued: THINGS - finished, succeeded: finished };
    this.#world.task(taskId, counts, { status, createdAt: this.#world.now });
  }

  async #ask(request: typeof trackTask, taskId: string): Promise<void> {
    const clients = this.#world.clients();
    const service = otaService(clients.managedIntegrations, {
      partition: 'aws',
      region: REGION,
      accountId: ACCOUNT,
    });
    const tasks = taskTable(this.#world.dynamodb, TASKS_TABLE);
    try {
      await request(taskId, { service, tasks, writeId: `request at ${this.#world.now}` });
    } catch (error) {
      if (!(error instanceof TrackError)) throw error;
    } finally {
      for (const client of Object.values(clients)) client.destroy();
    }
  }

  async #restore(): Promise<void> {
    if (this.#copy.length === 0) return;
    this.#tally.restored += 1;
    const kept = new Set(this.#copy.map(({ taskId }) => taskId));
    await this.#noteForgotten(kept);
    await this.#empty(() => true);
    await put(this.#world, TASKS_TABLE, this.#copy);
  }

  async #lose(): Promise<void> {
    this.#tally['tables lost'] += 1;
    await this.#noteForgotten(new Set());
    await this.#empty(() => true);
  }

  /** What the bus has not taken yet of tasks that the table will know nothing of. */
  async #noteForgotten(kept: ReadonlySet<unknown>): Promise<void> {
    for (const { taskId, eventId, published } of await this.#world.history())
      if (published === true && !kept.has(taskId) && !this.#isAccepted(eventId))
        this.#forgotten.add(String(eventId));
  }

  #isAccepted(eventId: unknown): boolean {
    return [...this.#acceptedBefore, ...this.#world.bus.accepted].some(
      ({ detail }) => detail.eventId === eventId,
    );
  }

  async #empty(isToGo: (item: Record<string, unknown>) => boolean): Promise<void> {
    for (const item of (await this.#world.scan(TASKS_TABLE)).filter(isToGo)) {
      const Key = { taskId: item.taskId };
      await this.#world.dynamodb.send(new DeleteCommand({ TableName: TASKS_TABLE, Key }));
    }
  }

  /** In the end every task is in progress and tracked: what it is then is told of it last. */
  #judgeLast(): string[] {
    return [...this.#finished].flatMap(([taskId, finished]) => {
      const last = this.#world.bus.accepted.findLast(({ detail }) => detail.taskId === taskId);
      const isTold = JSON.stringify(last?.detail.counts).includes(`"succeeded":${finished},`);
      return isTold ? [] : [`${taskId}: what it was last was not told`];
    });
  }
}
