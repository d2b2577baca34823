import type { TaskRule } from '../../lib/domain/rules/rule.ts';
import type { RuleSet } from '../../lib/domain/rules/rule-set.ts';
import { parseRuleFile } from '../../lib/rule-file/parse.ts';
import type { GatedRequest } from '../support/gate.ts';
import type { PollerOptions, TestPoller, World } from '../support/world.ts';
import {
  type ExpectedRow,
  expectedRows,
  isFlapping,
  type Observation,
  type ProgressEvents,
} from './ledger/expected.ts';
import { contentsOf, judge } from './ledger/judge.ts';
import { isOver, isSame, type TaskState } from './ledger/states.ts';
import { type Decide, descriptionOf, type Offered, type Sighting, Wire } from './ledger/wire.ts';

/** The rules of the worlds that the ledger keeps books of, as a file has them … */
const RULE_FILE = `
version: 1
rules:
  - { id: share, kind: ratio, percent: 20, recoverBelow: 15, minExecuted: 5, severity: error }
  - { id: failures, kind: count, states: [failed, rejected, timedOut], things: 8, severity: critical }
`;
const RULE_SET: RuleSet = parseRuleFile(RULE_FILE, 'rules.yml');
/** … and as its own oracle knows them. */
const RULES: readonly TaskRule[] = [
  {
    id: 'share',
    kind: 'ratio',
    severity: 'error',
    forMs: 0,
    keepFiringForMs: 0,
    failures: ['failed', 'rejected', 'timedOut'],
    of: 'executed',
    percent: 20,
    recoverBelow: 15,
    minExecuted: 5,
  },
  {
    id: 'failures',
    kind: 'count',
    severity: 'critical',
    forMs: 0,
    keepFiringForMs: 0,
    states: ['failed', 'rejected', 'timedOut'],
    things: 8,
    recoverBelow: 8,
  },
];

/** What the simulated service had of a task, version by version. */
interface Past {
  readonly versions: TaskState[];
  isGone: boolean;
}

/**
 * Books of a world, kept beside the code under test: what the service had of each task at each moment, and, from the wire, what
 * of that a process saw and committed. From these follows which events there must be.
 */
export class Ledger {
  readonly #world: World;
  readonly #progressEvents: ProgressEvents;
  readonly #pasts = new Map<string, Past>();
  readonly #observations = new Map<string, Observation[]>();
  readonly #recorded = new Set<string>();
  readonly #accepted = new Map<string, Set<number>>();
  readonly #problems: string[] = [];
  readonly #unsubscribe: () => void;
  #watchingSince = Number.POSITIVE_INFINITY;

  /** Ends with `close`. */
  constructor(world: World, progressEvents: ProgressEvents = 'milestones') {
    this.#world = world;
    this.#progressEvents = progressEvents;
    for (const TaskConfigurationId of ['c1', 'c2'])
      world.simulator.account.putConfiguration({ TaskConfigurationId, PushConfig: {} });
    this.#unsubscribe = world.bus.subscribe(({ detail }) => this.#accept(detail));
  }

  close(): void {
    this.#unsubscribe();
  }

  get now(): number {
    return this.#world.now;
  }

  /** A task as the service has it; undefined for one that it does not have. */
  stateOf(taskId: string): TaskState | undefined {
    const past = this.#pasts.get(taskId);
    return past?.isGone === true ? undefined : past?.versions.at(-1);
  }

  /** Gives the service a task, or another state of it. */
  put(taskId: string, state: TaskState): void {
    const past = this.#pasts.get(taskId) ?? { versions: [], isGone: false };
    this.#pasts.set(taskId, past);
    const { status, things, configurationId, createdAt, updatedAt, endsAt } = state;
    const schedule = endsAt !== undefined && { OtaSchedulingConfig: endingAt(endsAt) };
    this.#world.task(taskId, things, {
      status,
      configurationId,
      createdAt,
      updatedAt,
      members: { Description: descriptionOf(past.versions.length), ...schedule },
    });
    past.versions.push(state);
  }

  /** Takes a task from the service. */
  remove(taskId: string): void {
    const past = this.#pasts.get(taskId);
    if (past === undefined) return;
    past.isGone = true;
    this.#world.simulator.account.removeTask(taskId);
  }

  /** Starts a process whose requests are listened to. @param decide what happens to each of them */
  poller(decide: Decide = () => undefined, options: Pick<PollerOptions, 'remainingMs'> = {}): TestPoller {
    const poller = this.#world.poller({
      ...options,
      config: { progressEvents: this.#progressEvents },
      rules: RULE_SET,
    });
    const listener = {
      now: () => this.#world.now,
      committed: (sighting: Sighting) => this.#commit(sighting),
      recorded: (eventId: string) => this.#recorded.add(eventId),
      misunderstood: (what: string) => this.#problems.push(what),
      offered: (events: readonly Offered[]) => this.#offer(events),
      watching: () => {
        this.#watchingSince = this.#world.now;
      },
    };
    new Wire(poller.gate, listener, decide);
    return poller;
  }

  #commit({ taskId, version, at }: Sighting): void {
    const observations = this.#observations.get(taskId) ?? [];
    this.#observations.set(taskId, observations);
    const last = observations.at(-1);
    if (last !== undefined && isOver(last.state.status)) this.#problems.push(`${taskId}: seen after its end`);
    if (version === 'unknown to the service') {
      if (last === undefined) this.#problems.push(`${taskId}: gone before it was ever seen`);
      else observations.push({ at, version: last.version, state: { ...last.state, status: 'DELETED' } });
      return;
    }
    const state = this.#pasts.get(taskId)?.versions[version];
    if (state === undefined) throw new RangeError(`${taskId} has no version ${version}`);
    if (last !== undefined && version < last.version)
      this.#problems.push(`${taskId}: version ${version} committed over version ${last.version}`);
    observations.push({ at, version, state });
  }

  /** History first. */
  #accept(detail: object): void {
    const taskId = String(Reflect.get(detail, 'taskId'));
    const accepted = this.#accepted.get(taskId) ?? new Set();
    this.#accepted.set(taskId, accepted);
    accepted.add(Number(Reflect.get(detail, 'sequence')));
    const eventId = String(Reflect.get(detail, 'eventId'));
    if (!this.#recorded.has(eventId))
      this.#problems.push(`${eventId}: accepted before it was in the history`);
  }

  /** An event is offered once the one before is accepted: so there are never two of a task that are not. */
  #offer(events: readonly Offered[]): void {
    for (const { taskId, eventId, previousSequence } of events) {
      if (previousSequence !== undefined && this.#accepted.get(taskId)?.has(previousSequence) !== true)
        this.#problems.push(`${eventId}: offered before ${previousSequence} was accepted`);
    }
  }

  /** How many rows are in the history. */
  get rowCount(): number {
    return this.#recorded.size;
  }

  /** Holds the world to the books. @returns what is wrong, in words; empty when nothing is */
  async judge(): Promise<string[]> {
    return [
      ...this.#problems,
      ...[...this.#pasts].flatMap(([taskId, past]) => this.#judgeEnd(taskId, past)),
      ...(await judge(await contentsOf(this.#world), this.expected())),
    ];
  }

  /** The rows that must be in the history, by task. */
  expected(): Map<string, ExpectedRow[]> {
    const expectations = { progressEvents: this.#progressEvents, rules: RULES };
    return new Map(
      [...this.#observations].map(([taskId, observations]) => [
        taskId,
        expectedRows(taskId, observations, expectations),
      ]),
    );
  }

  /** Of quiet worlds: what was observed last is what the service has. */
  #judgeEnd(taskId: string, { versions, isGone }: Past): string[] {
    const told = this.#observations.get(taskId)?.at(-1)?.state;
    const state = versions.at(-1);
    if (state === undefined) return [];
    if (told === undefined) {
      const isNews = state.createdAt >= this.#watchingSince || !isOver(state.status);
      return isNews && !isGone ? [`${taskId}: never told, and is ${state.status}`] : [];
    }
    if (isGone) return isOver(told.status) ? [] : [`${taskId}: gone, and told as ${told.status}`];
    const isTold =
      told.status === state.status &&
      told.configurationId === state.configurationId &&
      isSame(told.things, state.things);
    return isTold ? [] : [`${taskId}: told as ${JSON.stringify(told)}, and is ${JSON.stringify(state)}`];
  }

  /**
   * Holds a poll of a quiet world to the promise that it writes nothing and costs a look for each task in progress. Flapping
   * rules are counted by a clock, which is noted.
   */
  judgeQuiet(poll: readonly GatedRequest[]): string[] {
    const requests = poll.map(({ operation }) => operation).filter((operation) => operation !== 'GetItem');
    const running = [...this.#pasts.keys()].filter((id) => this.stateOf(id)?.status === 'IN_PROGRESS').length;
    const wanted = [
      ...Array<string>(4).fill('Query'),
      'ListOtaTasks',
      ...Array.from({ length: running }, () => 'GetOtaTask'),
    ];
    const isQuiet = requests.join() === wanted.join() || this.#isAnyFlapping();
    return isQuiet ? [] : [`a quiet poll asked for ${requests.join(', ')}`];
  }

  #isAnyFlapping(): boolean {
    const expectations = { progressEvents: this.#progressEvents, rules: RULES };
    return [...this.#observations.values()].some((observations) => isFlapping(observations, expectations));
  }
}

/** As AWS IoT writes times: UTC, to the minute. */
function endingAt(instant: number) {
  return {
    EndTime: new Date(instant).toISOString().slice(0, 16).replace('T', ' '),
    EndBehavior: 'CANCEL',
  };
}
