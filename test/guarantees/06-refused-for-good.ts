import fc from 'fast-check';
import { eventBus } from '../../lib/aws/event-bus.ts';
import { outboxHistory } from '../../lib/aws/outbox-history.ts';
import { taskTable } from '../../lib/aws/task-table.ts';
import { resend } from '../../lib/outbox/resend.ts';
import { type PutEventsEntry, ServiceError } from '../../local/bus/put-events.ts';
import type { FriendlyCounts } from '../../local/simulator/simulator.ts';
import { audit } from '../support/audit.ts';
import { MINUTE } from '../support/builders.ts';
import type { TestPoller, World } from '../support/world.ts';
import type { Guarantee, Played } from './guarantee.ts';

/** How the bus refuses an entry for good: by itself, or with the whole request that it is in. */
export interface Refusal {
  readonly of: 'entry' | 'request';
  readonly code: string;
  /** Of the answer, where the request is refused. */
  readonly status?: number;
}

export interface RefusalScript {
  readonly victim: number;
  /** Of the victim's events, one in so many is refused. */
  readonly oneIn: number;
  /** Taken in turn. */
  readonly refusals: readonly Refusal[];
  /** By task: the poll in which it begins to run, and how many things have finished then from poll to poll. */
  readonly rollouts: readonly { readonly from: number; readonly steps: readonly number[] }[];
  /** What the victim has finished, from poll to poll. */
  readonly victimSteps: readonly number[];
}

const TASKS = 100;
const POLLS = 25;
/** A process that polls lives so many polls. */
const POLLS_OF_A_PROCESS = 10;
const SET_ASIDE_WITHIN = 5;
const THINGS = 1_000;
const PUBLISH_ALL = { config: { progressEvents: 'all' as const } };

const REFUSALS: readonly Refusal[] = [
  ...[
    'InvalidArgument',
    'MalformedDetail',
    'PutEventsRequestEntrySizeException',
    'RequestEntityTooLargeException',
    'ValidationException',
  ].map((code): Refusal => ({ of: 'entry', code })),
  { of: 'request', code: 'RequestEntityTooLargeException', status: 413 },
  { of: 'request', code: 'PutEventsRequestEntrySizeException', status: 400 },
  { of: 'request', code: 'ValidationException', status: 400 },
];

const steps = (minLength: number, maxLength: number) =>
  fc.array(fc.nat(3), { minLength, maxLength, size: 'max' });

const idOf = (index: number) => `t${String(index).padStart(3, '0')}`;

/** One task of a hundred, some of whose events the bus will never take. */
export const refusedForGood: Guarantee<RefusalScript> = {
  number: 6,
  name: 'An entry that is refused for good',
  promise:
    'Of one task in a hundred the bus refuses events for good: they are set aside within five polls, with an alarm and a row of the history, the task goes on, they can be sent later, and what the others have to tell goes out in the poll that observes it.',
  unit: 'polls',
  runsPerScript: POLLS,
  scripts: { full: 40, share: 1 },
  script: fc.record({
    victim: fc.nat(TASKS - 1),
    oneIn: fc.integer({ min: 1, max: 4 }),
    refusals: fc.shuffledSubarray([...REFUSALS], { minLength: 1 }),
    rollouts: fc.array(fc.record({ from: fc.nat(POLLS - 12), steps: steps(1, 8) }), {
      minLength: TASKS,
      maxLength: TASKS,
    }),
    victimSteps: steps(5, POLLS - 10),
  }),
  play: async (script, world) => new Play(script, world).run(),
};

/** What the service shows of a task in a poll. */
interface Shown {
  readonly status: string;
  readonly succeeded: number;
}

class Play {
  readonly #script: RefusalScript;
  readonly #world: World;
  readonly #problems: string[] = [];
  /** By sequence of the victim: in which poll it was offered first, and how it is refused. */
  readonly #refused = new Map<number, { poll: number; code: string }>();
  readonly #alarmed: string[] = [];
  #setAside = 0;
  #poll = 0;

  constructor(script: RefusalScript, world: World) {
    this.#script = script;
    this.#world = world;
  }

  async run(): Promise<Played> {
    this.#refuse();
    let poller: TestPoller | undefined;
    for (this.#poll = 0; this.#poll < POLLS; this.#poll += 1) {
      if (this.#poll % POLLS_OF_A_PROCESS === 0) {
        poller?.close();
        poller = this.#world.poller(PUBLISH_ALL);
      }
      if (poller !== undefined) await this.#pollOnce(poller);
    }
    poller?.close();
    await this.#judgeVictim();
    return {
      problems: this.#problems,
      tally: { polls: POLLS, refused: this.#refused.size, events: this.#world.bus.accepted.length },
    };
  }

  get #victim(): string {
    return idOf(this.#script.victim);
  }

  /** Has the bus refuse one in so many of the victim's events. */
  #refuse(): void {
    const { faults } = this.#world.bus;
    faults.entry = (entry) => {
      const refusal = this.#refusalOf(entry);
      return refusal?.of === 'entry' ? { errorCode: refusal.code, errorMessage: 'no' } : undefined;
    };
    faults.request = ({ entries }) => {
      const refusals = entries.flatMap((entry) => this.#refusalOf(entry) ?? []);
      const refusal = refusals.find(({ of }) => of === 'request');
      if (refusal !== undefined) throw new ServiceError(refusal.code, 'no', refusal.status);
      return undefined;
    };
  }

  #refusalOf({ Detail = '{}' }: PutEventsEntry): Refusal | undefined {
    const { victim, oneIn, refusals } = this.#script;
    const { taskId, sequence } = JSON.parse(Detail);
    if (taskId !== idOf(victim) || sequence % oneIn !== 0) return undefined;
    const refusal = refusals[(sequence / oneIn) % refusals.length];
    if (refusal !== undefined && !this.#refused.has(sequence))
      this.#refused.set(sequence, { poll: this.#poll, code: refusal.code });
    return refusal;
  }

  async #pollOnce(poller: TestPoller): Promise<void> {
    const world = this.#world;
    world.now += MINUTE;
    const changed = this.#show();
    const before = world.bus.accepted.length;
    const logged = poller.log.length;
    const report = await poller.poll();
    this.#setAside += report.setAside;
    for (const { level, fields } of poller.log.slice(logged))
      if (level === 'error') this.#alarmed.push(`${fields.taskId}:${fields.sequence} ${fields.code}`);
    this.#judgeOthers(changed, world.bus.accepted.slice(before));
  }

  /** Puts what is new in this poll into the account. */
  #show(): Map<string, Shown> {
    const changed = new Map<string, Shown>();
    for (let index = 0; index < TASKS; index += 1) {
      const shown = this.#shown(index, this.#poll);
      const before = this.#poll > 0 ? this.#shown(index, this.#poll - 1) : undefined;
      if (shown.status === before?.status && shown.succeeded === before.succeeded) continue;
      const counts: FriendlyCounts = { queued: THINGS - shown.succeeded, succeeded: shown.succeeded };
      this.#world.task(idOf(index), counts, { status: shown.status, updatedAt: this.#world.now });
      changed.set(idOf(index), shown);
    }
    return changed;
  }

  #shown(index: number, poll: number): Shown {
    const { from, steps: finished } = this.#rollout(index);
    if (poll < from) return { status: 'SCHEDULED', succeeded: 0 };
    const done = finished.slice(0, poll - from);
    const status = poll - from > finished.length ? 'COMPLETED' : 'IN_PROGRESS';
    return { status, succeeded: done.reduce((sum, step) => sum + step, 0) };
  }

  /** One of the others has something to tell in every poll: else nobody could tell a bad event from a bad bus. */
  #rollout(index: number): RefusalScript['rollouts'][number] {
    const { victim, victimSteps, rollouts } = this.#script;
    if (index === victim) return { from: 0, steps: victimSteps };
    if (index === (victim + 1) % TASKS) return { from: 0, steps: Array(POLLS).fill(1) };
    return rollouts[index] ?? { from: 0, steps: [] };
  }

  /** What the others have to tell is on the bus in the same poll. */
  #judgeOthers(changed: ReadonlyMap<string, Shown>, arrived: World['bus']['accepted']): void {
    const details = arrived.map(({ detail }) => detail).filter(({ taskId }) => taskId !== this.#victim);
    const at = new Date(this.#world.now).toISOString();
    for (const { eventId, observedAt } of details)
      if (observedAt !== at) this.#blame(`${eventId} of ${observedAt} came late`);
    for (const [taskId, { status, succeeded }] of changed) {
      if (taskId === this.#victim) continue;
      const last = details.findLast((detail) => detail.taskId === taskId);
      const counts = JSON.stringify(last?.counts ?? {});
      if (last?.status !== status || !counts.includes(`"succeeded":${succeeded},`))
        this.#blame(`${taskId} was not told to be ${status} with ${succeeded} things`);
    }
  }

  async #judgeVictim(): Promise<void> {
    const start = this.#world.now - (POLLS - 1) * MINUTE;
    const rows = (await this.#world.history()).filter(
      ({ setAsideSequence }) => setAsideSequence !== undefined,
    );
    for (const [sequence, { poll, code }] of this.#refused) {
      const event = `${this.#victim}:${sequence}`;
      const row = rows.find(
        ({ taskId, setAsideSequence }) => taskId === this.#victim && setAsideSequence === sequence,
      );
      const passed = (Date.parse(String(row?.observedAt)) - start) / MINUTE - poll;
      if (!(passed < SET_ASIDE_WITHIN)) this.#blame(`${event} (${code}) was set aside after ${passed} polls`);
      if (row?.errorCode !== code || row.published !== false)
        this.#blame(`${event} has no good row: ${code}`);
      if (!this.#alarmed.includes(`${event} ${code}`)) this.#blame(`${event} (${code}) was not logged`);
    }
    if (rows.length !== this.#refused.size || this.#setAside !== rows.length)
      this.#blame(`${rows.length} rows, ${this.#refused.size} refused, ${this.#setAside} in metrics`);
    const lost = new Set([...this.#refused.keys()].map((sequence) => `${this.#victim}:${sequence}: lost`));
    const found = await audit(this.#world);
    this.#problems.push(...found.filter((problem) => !lost.has(problem)));
    await this.#resend();
  }

  /** What was set aside can be sent once what was wrong is repaired: then nothing is missing on the bus. */
  async #resend(): Promise<void> {
    const { bus, dynamodb } = this.#world;
    bus.faults.entry = undefined;
    bus.faults.request = undefined;
    const clients = this.#world.clients();
    await resend(
      [...this.#refused.keys()].map((sequence) => `${this.#victim}:${sequence}`),
      {
        tasks: taskTable(dynamodb, 'ota-watch-dev-tasks'),
        history: outboxHistory(dynamodb, 'ota-watch-dev-history'),
        bus: eventBus(clients.eventBridge, 'ota-watch-dev'),
      },
    );
    for (const client of Object.values(clients)) client.destroy();
    const late = `${this.#victim}: accepted out of order`;
    this.#problems.push(...(await audit(this.#world)).filter((problem) => problem !== late));
  }

  #blame(problem: string): void {
    this.#problems.push(`poll ${this.#poll}: ${problem}`);
  }
}
