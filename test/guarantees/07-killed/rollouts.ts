import type { FriendlyCounts } from '../../../local/simulator/simulator.ts';
import type { World } from '../../support/world.ts';

export const CHANGES = ['progress', 'move', 'end', 'cancel', 'delete'] as const;
/** What happens to a task. */
export type Change = (typeof CHANGES)[number];

interface State {
  readonly status: string;
  readonly counts: FriendlyCounts;
  readonly configurationId: string;
}

const THINGS = 1_000;
const NEW: State = { status: 'IN_PROGRESS', counts: { queued: THINGS }, configurationId: 'c1' };

/** A task of the account; each state of it says in its description which one it is. */
export interface Rollout {
  readonly taskId: string;
  readonly states: readonly State[];
  /** The service has it no more. */
  readonly isGone: boolean;
}

interface OwnRollout extends Rollout {
  readonly states: State[];
  isGone: boolean;
}

/** Tasks that go on, end, and make room for others. */
export class Rollouts {
  readonly #world: World;
  readonly #all: OwnRollout[] = [];
  readonly #places: number;

  constructor(world: World, places: number) {
    this.#world = world;
    this.#places = places;
    for (let place = 0; place < places; place += 1) this.#begin();
  }

  get all(): readonly Rollout[] {
    return this.#all;
  }

  /** Changes one of the tasks that are running. */
  change(place: number, change: Change): void {
    const running = this.#all.filter(
      ({ states, isGone }) => !isGone && states.at(-1)?.status === 'IN_PROGRESS',
    );
    const rollout = running[place % this.#places];
    const state = rollout?.states.at(-1);
    if (rollout === undefined || state === undefined) return;
    if (change === 'delete') {
      this.#world.simulator.account.removeTask(rollout.taskId);
      rollout.isGone = true;
    } else this.#put(rollout, after(state, change));
    if (
      running.filter(({ states, isGone }) => !isGone && states.at(-1)?.status === 'IN_PROGRESS').length <
      this.#places
    )
      this.#begin();
  }

  #begin(): void {
    const rollout = { taskId: `t${this.#all.length}`, states: [], isGone: false };
    this.#all.push(rollout);
    this.#put(rollout, NEW);
  }

  #put({ taskId, states }: OwnRollout, state: State): void {
    const { counts, ...rest } = state;
    this.#world.now = Date.now();
    this.#world.configuration(state.configurationId);
    this.#world.task(taskId, counts, { ...rest, members: { Description: String(states.length) } });
    states.push(state);
  }
}

/** One that it never had: a task that is moved there and back between two polls is as it was, and nothing is told. */
const nextTo = (configurationId: string) => `c${Number(configurationId.slice(1)) + 1}`;

function after({ status, counts, configurationId }: State, change: Exclude<Change, 'delete'>): State {
  const { queued = 0, succeeded = 0 } = counts;
  switch (change) {
    case 'progress':
      return { status, counts: { queued: queued - 1, succeeded: succeeded + 1 }, configurationId };
    case 'move':
      return { status, counts, configurationId: nextTo(configurationId) };
    case 'end':
      return { status: 'COMPLETED', counts: { succeeded: THINGS }, configurationId };
    case 'cancel':
      return { status: 'CANCELED', counts: { succeeded, canceled: queued }, configurationId };
    default:
      return change satisfies never;
  }
}
