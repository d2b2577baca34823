import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClients } from '../../lib/aws/clients.ts';
import { eventBus } from '../../lib/aws/event-bus.ts';
import { identityOf, republishedHistory } from '../../lib/aws/republish/republished-history.ts';
import { taskTable } from '../../lib/aws/task-table.ts';
import { OutboxError } from '../../lib/outbox/ports.ts';
import { type Plan, planRun } from '../../lib/republish/plan.ts';
import type { RowPlace } from '../../lib/republish/ports.ts';
import { type Republished, republish } from '../../lib/republish/republish.ts';
import { newRun, type RunState, resumed } from '../../lib/republish/run-state.ts';
import { Progress } from '../audit/progress.ts';
import { type ChosenStack, chooseStack, UsageError } from '../connect.ts';
import { busOf } from '../outbox/stack.ts';
import { parseOptions, type ReplayOptions, readRange, selectionId } from './options.ts';
import { printDryRun, printGoingOn, printRefusal, printResult } from './print.ts';
import { readState, StateFile } from './state-file.ts';

const CONNECTIONS = 10;
/** Longer than the bus takes to answer: what is given up is in doubt. */
const TIMEOUT_MS = 15_000;
const FOLDER = path.resolve(import.meta.dirname, '../../.ota-watch');

/**
 * Publishes events of the history again. The status of the process tells what came of it.
 *
 * @throws UsageError, UnreadableStateError, and what the database answers
 */
export async function replay(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  const now = Date.now();
  const range = readRange(options, now);
  const stack = await chooseStack(options.stage, options.region, process.env);
  const place = await busNameOf(options, stack);
  const run = new Replay(options, stack, place);
  try {
    const id = selectionId(options, await run.table(), place);
    const file = options.state ?? path.join(FOLDER, `replay-${id.slice(0, 16)}.json`);
    const fresh = newRun(id, range.since, range.until);
    if (options.dryRun) await run.show(goOn(await readState(file), fresh, file));
    else
      await withFile(file, async (state) => {
        const before = goOn(await state.read(), fresh, file);
        if (before.since !== fresh.since || before.until !== fresh.until) printGoingOn(before, file);
        await run.run(before, state);
      });
  } finally {
    run.close();
  }
}

async function busNameOf(options: ReplayOptions, stack: ChosenStack): Promise<string> {
  try {
    return await busOf(options, stack);
  } catch (error) {
    throw error instanceof OutboxError ? new UsageError(error.message, { cause: error }) : error;
  }
}

async function withFile(file: string, work: (state: StateFile) => Promise<void>): Promise<void> {
  const state = await StateFile.take(file);
  try {
    await work(state);
  } finally {
    await state.release();
  }
}

/** @throws UsageError for the state of another run */
function goOn(left: RunState | undefined, fresh: RunState, file: string): RunState {
  if (left === undefined) return fresh;
  if (left.selection === fresh.selection) return resumed(left);
  throw new UsageError(`${file} is of a replay that was asked for something else`);
}

class Replay {
  readonly #options: ReplayOptions;
  readonly #stack: ChosenStack;
  readonly #bus: string;
  readonly #clients: ReturnType<typeof createClients>;
  #isBrokenOff = false;

  constructor(options: ReplayOptions, stack: ChosenStack, bus: string) {
    this.#options = options;
    this.#stack = stack;
    this.#bus = bus;
    this.#clients = createClients(CONNECTIONS, { timeoutMs: TIMEOUT_MS, busAttempts: 1 });
  }

  close(): void {
    this.#clients.dynamodb.destroy();
    this.#clients.eventBridge.destroy();
  }

  get #where(): string {
    return `${this.#stack.name}, bus ${this.#bus}`;
  }

  get #history() {
    return republishedHistory(this.#clients.dynamodb, this.#stack.historyTable);
  }

  /** Which table it is, among all that were ever named so. */
  table(): Promise<string> {
    return identityOf(this.#clients.dynamodb, this.#stack.historyTable);
  }

  async show(state: RunState): Promise<void> {
    const plan = await this.#plan(state);
    const [first] = plan.places;
    const sample = first && (await this.#history.row(first.taskId, first.sequence));
    printDryRun(state, plan, sample, this.#where);
  }

  async run(before: RunState, file: StateFile): Promise<void> {
    if (this.#options.inDoubt !== undefined) return this.#inDoubt(before, file);
    if (before.finished) return printRefusal(before, this.#where);
    const plan = await this.#plan(before);
    const result = await this.#publish(before, plan.places, file);
    await this.#leave(result.state, file);
    printResult(result, { waiting: plan.waiting, acceptedBefore: before.accepted, where: this.#where });
  }

  /** Only what is in doubt; whether the run is at its end is another matter. */
  async #inDoubt(before: RunState, file: StateFile): Promise<void> {
    if (before.inDoubt.length === 0) throw new UsageError('Nothing is in doubt');
    const places = before.inDoubt.map((event) => ({ ...event, observedAt: '', detailType: '' }));
    const result: Republished =
      this.#options.inDoubt === 'forget'
        ? { state: { ...before, inDoubt: [] }, failed: [] }
        : await this.#publish(before, places, file);
    const state = { ...result.state, finished: before.finished };
    await this.#leave(state, file);
    printResult({ ...result, state }, { waiting: 0, acceptedBefore: before.accepted, where: this.#where });
  }

  /** A run that is over leaves nothing behind, so that the same command begins a new one; doubts are kept. */
  async #leave(state: RunState, file: StateFile): Promise<void> {
    if (state.finished && state.inDoubt.length === 0) await file.remove();
    else await file.write(state);
  }

  #plan(state: RunState): Promise<Plan> {
    const { taskIds, types, unpublished } = this.#options;
    const { since, until } = state;
    const tasks = taskTable(this.#clients.dynamodb, this.#stack.tasksTable);
    const selection = { since, until, taskIds, types, unpublished };
    return planRun(selection, state, { history: this.#history, tasks });
  }

  async #publish(state: RunState, places: readonly RowPlace[], store: StateFile): Promise<Republished> {
    const progress = new Progress(process.stderr, Date.now, places.length, 'events');
    const breakOff = () => {
      this.#isBrokenOff = true;
    };
    process.on('SIGINT', breakOff);
    try {
      return await republish(state, places, this.#options.rate, {
        history: this.#history,
        bus: eventBus(this.#clients.eventBridge, this.#bus, { replay: true }),
        store,
        now: Date.now,
        sleep,
        onEvents: (events) => progress.add(events),
        mayGoOn: () => !this.#isBrokenOff,
      });
    } finally {
      process.removeListener('SIGINT', breakOff);
      progress.end();
    }
  }
}
