import fc from 'fast-check';
import { audit } from '../support/audit.ts';
import { MINUTE } from '../support/builders.ts';
import type { GatedRequest } from '../support/gate.ts';
import type { TestPoller, World } from '../support/world.ts';
import { type WrittenItem, writtenItems } from '../support/written-items.ts';
import type { Guarantee, Played } from './guarantee.ts';

/** What time a poll has left from some moment on: too little for looks, for deliveries, or for anything. */
const LEFT = { looks: 9_999, deliveries: 1_999, anything: 0 } as const;

/** A moment of a poll, by its requests, and what happens then. */
export interface Cut {
  readonly at: number;
  readonly tooShortFor: keyof typeof LEFT;
  /** Of the process: it stops cleanly, it is killed, or no request is answered any more. */
  readonly fate: 'stops' | 'killed' | 'killed after' | 'cut off';
}

export interface DeadlineScript {
  readonly cuts: readonly Cut[];
  /** Of polls that end after a third of the tasks. */
  readonly shares: readonly Cut['tooShortFor'][];
}

const TASKS = 9;
const CONCURRENCY = 3;
const SHARE = 3;
const STARVED_AFTER = 3;
const TIME = 55_000;
const POINTS = 10;
/** Requests that a poll with something to tell of every task has at least. */
const REQUESTS = 40;
const CONFIG = { progressEvents: 'all', fetchConcurrency: CONCURRENCY } as const;

const isRow = ({ tableName }: WrittenItem) => tableName === 'ota-watch-dev-history';
/** Whether a request is of those with which a poll begins: until they are answered, nothing is done. */
const isReadingTasks = ({ service, operation, body }: GatedRequest) =>
  service === 'dynamodb' && writtenItems(operation, body).every(({ item }) => item.taskId?.S === '#poll');
const idOf = (index: number) => `t${index}`;
const tooShortFor = fc.constantFrom<Cut['tooShortFor'][]>('looks', 'deliveries', 'anything');

/** Polls whose time is up at any of their requests. */
export const deadlines: Guarantee<DeadlineScript> = {
  number: 10,
  name: 'Time is up at any point of a poll',
  promise:
    'Whenever time is up, a poll begins nothing new and ends; what it leaves the next one does; and where there is time for a third of the tasks, none waits more than three polls.',
  unit: 'points of a poll',
  runsPerScript: POINTS,
  scripts: { full: 110, share: 1 },
  script: fc.record({
    cuts: fc.array(
      fc.record({
        at: fc.nat(REQUESTS),
        tooShortFor,
        fate: fc.constantFrom<Cut['fate'][]>('stops', 'stops', 'stops', 'killed', 'killed after', 'cut off'),
      }),
      { minLength: POINTS, maxLength: POINTS },
    ),
    shares: fc.array(tooShortFor, { minLength: 7, maxLength: 7 }),
  }),
  play: async (script, world) => new Play(script, world).run(),
};

class Play {
  readonly #script: DeadlineScript;
  readonly #world: World;
  readonly #problems: string[] = [];
  readonly #tally = { polls: 0, 'cut short': 0, killed: 0 };
  #step = 0;

  constructor(script: DeadlineScript, world: World) {
    this.#script = script;
    this.#world = world;
  }

  async run(): Promise<Played> {
    this.#world.configuration('c1');
    for (const cut of this.#script.cuts) await this.#cutShort(cut);
    await this.#starve();
    this.#begin();
    await this.#world.poll({ config: CONFIG });
    await this.#world.poll({ config: CONFIG });
    return {
      problems: [...this.#problems, ...this.#judgeLast(), ...(await audit(this.#world))],
      tally: this.#tally,
    };
  }

  /** Every task has something to tell. */
  #begin(): void {
    this.#step += 1;
    this.#tally.polls += 1;
    const counts = { queued: 1_000 - this.#step, succeeded: this.#step };
    for (let index = 0; index < TASKS; index += 1)
      this.#world.task(idOf(index), counts, { configurationId: 'c1' });
  }

  async #cutShort(cut: Cut): Promise<void> {
    this.#begin();
    let left = TIME;
    const poller = this.#world.poller({ config: CONFIG, remainingMs: () => left });
    poller.gate.on = ({ index }) => {
      if (index < cut.at) return undefined;
      left = LEFT[cut.tooShortFor];
      return faultOf(cut, index);
    };
    this.#world.now += MINUTE;
    const failed = await failureOf(poller);
    const { requests } = poller.gate;
    this.#tally.killed += poller.gate.isKilled ? 1 : 0;
    if (requests.length <= cut.at) return;
    this.#tally['cut short'] += 1;
    const isRead = requests.some((request) => !isReadingTasks(request));
    if (failed && cut.fate === 'stops') this.#blame(cut, 'the poll failed');
    if (failed && cut.fate === 'cut off' && isRead) this.#blame(cut, 'the poll failed');
    if (cut.fate === 'stops') this.#judgeEnd(cut, requests.slice(cut.at + 1));
  }

  /** What begins after time is up is no more than what was on its way. */
  #judgeEnd(cut: Cut, after: readonly GatedRequest[]): void {
    const looks = after.filter(({ operation }) => operation === 'GetOtaTask').length;
    const rows = after.filter(({ operation, body }) => writtenItems(operation, body).some(isRow)).length;
    const events = after.filter(({ operation }) => operation === 'PutEvents').length;
    if (looks >= CONCURRENCY) this.#blame(cut, `${looks} looks began after that`);
    if (cut.tooShortFor === 'looks') return;
    if (rows >= CONCURRENCY) this.#blame(cut, `${rows} writes of rows began after that`);
    if (events > 0) this.#blame(cut, `${events} deliveries began after that`);
  }

  /** Every poll has time for a third of the tasks. */
  async #starve(): Promise<void> {
    const waited = new Map<string, number>();
    for (const share of this.#script.shares) {
      this.#begin();
      this.#world.now += MINUTE;
      const looked = await this.#pollShare(share);
      for (let index = 0; index < TASKS; index += 1) {
        const taskId = idOf(index);
        const polls = looked.has(taskId) ? 0 : (waited.get(taskId) ?? 0) + 1;
        waited.set(taskId, polls);
        if (polls > STARVED_AFTER) this.#problems.push(`${taskId} was not read for ${polls} polls`);
      }
    }
  }

  async #pollShare(share: Cut['tooShortFor']): Promise<ReadonlySet<string>> {
    const looked = new Set<string>();
    this.#world.simulator.faults.on = ({ operation, identifier = '' }) => {
      if (operation === 'GetOtaTask') looked.add(identifier);
      return undefined;
    };
    const remainingMs = () => (looked.size < SHARE ? TIME : LEFT[share]);
    const poller = this.#world.poller({ config: CONFIG, remainingMs });
    if (await failureOf(poller)) this.#problems.push('a poll with time for a third of the tasks failed');
    this.#world.simulator.faults.on = undefined;
    return looked;
  }

  /** What each task was at last is what was told of it last. */
  #judgeLast(): string[] {
    return Array.from({ length: TASKS }, (_, index) => idOf(index)).flatMap((taskId) => {
      const last = this.#world.bus.accepted.findLast(({ detail }) => detail.taskId === taskId);
      const isTold = JSON.stringify(last?.detail.counts).includes(`"succeeded":${this.#step},`);
      return isTold ? [] : [`${taskId}: what it was last was not told`];
    });
  }

  #blame({ at, tooShortFor, fate }: Cut, problem: string): void {
    this.#problems.push(
      `poll ${this.#step}, ${fate}, too short for ${tooShortFor} at request ${at}: ${problem}`,
    );
  }
}

function faultOf({ at, fate }: Cut, index: number) {
  if (fate === 'cut off') return 'unsent' as const;
  if (index > at) return undefined;
  if (fate === 'killed') return 'before' as const;
  return fate === 'killed after' ? ('after' as const) : undefined;
}

/** @returns whether the poll failed as a whole */
async function failureOf(poller: TestPoller): Promise<boolean> {
  try {
    await poller.poll();
    return false;
  } catch {
    return true;
  } finally {
    poller.close();
  }
}
