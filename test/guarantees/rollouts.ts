import fc from 'fast-check';
import { isOver, NO_THINGS, type TaskState, type Things } from './ledger/states.ts';
import type { Ledger } from './ledger.ts';

/** What may happen to a task. What makes no sense for it as it is, does not happen. */
const MOVES = [
  'notify',
  'succeed',
  'fail',
  'retry',
  'grow',
  'move',
  'complete',
  'cancel',
  'delete',
  'remove',
] as const;
type Move = (typeof MOVES)[number];

interface Step {
  /** Polls after the step before; 0 for changes between the same two polls. */
  readonly wait: number;
  readonly move: Move;
  readonly things: number;
}

/** What becomes of one task. */
export interface Life {
  /** The poll before which it is made. */
  readonly born: number;
  readonly things: number;
  readonly isScheduled: boolean;
  /** Minutes until its end time, where it has one. */
  readonly endsAfter: number | undefined;
  readonly steps: readonly Step[];
}

export interface LifeOptions {
  /** Before which it must be made. */
  readonly polls: number;
  readonly maxSteps: number;
  readonly maxWait: number;
}

const OFTEN: readonly Move[] = ['notify', 'succeed', 'fail', 'succeed', 'fail', 'retry', 'grow'];

/** Lives that get shorter as they shrink. */
export function lives({ polls, maxSteps, maxWait }: LifeOptions): fc.Arbitrary<Life> {
  const step = fc.record({
    wait: fc.nat(maxWait),
    move: fc.oneof(
      { arbitrary: fc.constantFrom(...OFTEN), weight: 4 },
      { arbitrary: fc.constantFrom(...MOVES), weight: 1 },
    ),
    things: fc.integer({ min: 1, max: 12 }),
  });
  // Small values are for shrinking: of most lives there should be something to tell.
  return fc.noBias(
    fc.record({
      born: fc.nat(polls),
      things: fc.integer({ min: 1, max: 40 }),
      isScheduled: fc.boolean(),
      endsAfter: fc.option(fc.nat(polls), { freq: 4, nil: undefined }),
      steps: fc.array(step, { maxLength: maxSteps, size: 'max' }),
    }),
  );
}

const MINUTE = 60_000;

/** Lives of tasks, as far as they have been lived. */
export class Rollouts {
  readonly #ledger: Ledger;
  readonly #lives: readonly Life[];
  readonly #next: { step: number; due: number; isBorn: boolean }[];

  constructor(ledger: Ledger, all: readonly Life[]) {
    this.#ledger = ledger;
    this.#lives = all;
    this.#next = all.map(({ born, steps }) => ({
      step: 0,
      due: born + (steps[0]?.wait ?? 0),
      isBorn: false,
    }));
  }

  /** Lets happen what happens before a poll. */
  before(poll: number): void {
    this.#lives.forEach((life, index) => {
      const next = this.#next[index];
      if (next === undefined || life.born > poll) return;
      if (!next.isBorn) this.#makeTask(life, index);
      next.isBorn = true;
      for (let step = life.steps[next.step]; step !== undefined && next.due <= poll; ) {
        this.#take(idOf(index), step);
        next.step += 1;
        step = life.steps[next.step];
        next.due += step?.wait ?? 0;
      }
    });
  }

  /** Lets the next thing happen to one of the tasks, whenever it was to happen. @returns whether there was any */
  advance(choice: number): boolean {
    const open = this.#next.flatMap(({ step, isBorn }, index) =>
      !isBorn || step < (this.#lives[index]?.steps.length ?? 0) ? [index] : [],
    );
    const index = open[choice % Math.max(1, open.length)];
    const next = index === undefined ? undefined : this.#next[index];
    const life = index === undefined ? undefined : this.#lives[index];
    if (index === undefined || next === undefined || life === undefined) return false;
    const step = life.steps[next.step];
    if (!next.isBorn) {
      this.#makeTask(life, index);
      next.isBorn = true;
    } else if (step !== undefined) {
      this.#take(idOf(index), step);
      next.step += 1;
    }
    return true;
  }

  /** Whether nothing more will happen. */
  get isOver(): boolean {
    return this.#next.every(
      ({ step, isBorn }, index) => isBorn && step >= (this.#lives[index]?.steps.length ?? 0),
    );
  }

  #makeTask({ things, isScheduled, endsAfter }: Life, index: number): void {
    const { now } = this.#ledger;
    this.#ledger.put(idOf(index), {
      status: isScheduled ? 'SCHEDULED' : 'IN_PROGRESS',
      things: { ...NO_THINGS, queued: things },
      configurationId: 'c1',
      createdAt: now,
      updatedAt: now,
      ...(endsAfter !== undefined && { endsAt: now - (now % MINUTE) + endsAfter * MINUTE }),
    });
  }

  #take(taskId: string, step: Step): void {
    const state = this.#ledger.stateOf(taskId);
    if (state === undefined) return;
    if (step.move === 'remove') this.#ledger.remove(taskId);
    const changed = moved(state, step);
    if (changed === undefined) return;
    // The service may change counts without saying that it updated the task.
    const isUpdated =
      changed.status !== state.status || changed.status !== 'IN_PROGRESS' || step.move === 'move';
    this.#ledger.put(taskId, { ...changed, updatedAt: isUpdated ? this.#ledger.now : state.updatedAt });
  }
}

const idOf = (index: number) => `task${index}`;

/** A task after a step; undefined for one that makes no sense. */
function moved(state: TaskState, { move, things }: Step): TaskState | undefined {
  if (isOver(state.status) || move === 'remove') return undefined;
  if (move === 'delete') return { ...state, status: 'DELETION_IN_PROGRESS' };
  return state.status === 'DELETION_IN_PROGRESS' ? undefined : movedAlive(state, move, things);
}

function movedAlive(state: TaskState, move: Move, things: number): TaskState | undefined {
  if (move === 'cancel') return { ...state, status: 'CANCELED', things: allCanceled(state.things) };
  if (move === 'move') return { ...state, configurationId: state.configurationId === 'c1' ? 'c2' : 'c1' };
  if (move === 'grow') return { ...state, things: { ...state.things, queued: state.things.queued + things } };
  if (state.status === 'SCHEDULED') return move === 'retry' ? undefined : { ...state, status: 'IN_PROGRESS' };
  if (move === 'complete') return { ...state, status: 'COMPLETED', things: allDone(state.things) };
  const changed = shifted(state.things, move, things);
  return changed && { ...state, things: changed };
}

const FAILURES = ['failed', 'rejected', 'timedOut'] as const;

function shifted(things: Things, move: Move, many: number): Things | undefined {
  const failure = FAILURES[many % 3] ?? 'failed';
  switch (move) {
    case 'notify':
      return shift(things, 'queued', 'inProgress', many);
    case 'succeed':
      return shift(things, 'inProgress', 'succeeded', many) ?? shift(things, 'queued', 'succeeded', many);
    case 'fail':
      return shift(things, 'inProgress', failure, many) ?? shift(things, 'queued', failure, many);
    case 'retry':
      return shift(things, failure, 'queued', many);
    default:
      return undefined;
  }
}

/** Moves as many things as there are, at most; undefined where there are none. */
function shift(things: Things, from: keyof Things, to: keyof Things, most: number): Things | undefined {
  const many = Math.min(most, things[from]);
  return many === 0 ? undefined : { ...things, [from]: things[from] - many, [to]: things[to] + many };
}

function allDone(things: Things): Things {
  const { queued, inProgress, succeeded } = things;
  return { ...things, queued: 0, inProgress: 0, succeeded: succeeded + queued + inProgress };
}

function allCanceled(things: Things): Things {
  const { queued, inProgress, canceled } = things;
  return { ...things, queued: 0, inProgress: 0, canceled: canceled + queued + inProgress };
}
