import type { Look, Sweep } from './domain/selection.ts';
import { isSweepDue, type LastSweep, type SweepContext } from './domain/sweep-plan.ts';
import type { TaskSummary } from './domain/task.ts';
import type { TrackedTask } from './domain/tracked.ts';
import { summarizeError } from './errors.ts';
import type { Log, OtaService } from './ports.ts';

/** A list that is not read. */
export const NO_SWEEP: Sweep = { complete: false, skipped: true, tasks: new Map() };

/** Reads the list of tasks where that pays; remembers, in a warm function, how long it was. */
export class Sweeper {
  readonly #service: OtaService;
  readonly #log: Log;
  #last: LastSweep | undefined;

  constructor(service: OtaService, log: Log) {
    this.#service = service;
    this.#log = log;
  }

  /**
   * @param looks those that it takes without the list
   * @param signal begins to run when it is asked for
   */
  async sweep(
    tasks: readonly TrackedTask[],
    looks: () => readonly Look[],
    context: Omit<SweepContext, 'last'>,
    signal: () => AbortSignal,
  ): Promise<Sweep> {
    if (!isSweepDue(tasks, looks, { ...context, last: this.#last })) return NO_SWEEP;
    const { sweep, pages } = await sweepTasks(this.#service, this.#log, signal());
    this.#last = sweep.complete ? { at: context.now, pages } : undefined;
    return sweep;
  }
}

/**
 * Reads the whole list of tasks. From one that breaks off, or that has entries that name no task, it is not concluded that any
 * task is gone; what it shows is used.
 */
async function sweepTasks(
  service: OtaService,
  log: Log,
  signal: AbortSignal,
): Promise<{ readonly sweep: Sweep; readonly pages: number }> {
  const tasks = new Map<string, TaskSummary>();
  let unreadable = 0;
  let pages = 0;
  let complete = true;
  try {
    for await (const page of service.listTasks(signal)) {
      for (const task of page.tasks) tasks.set(task.taskId, task);
      unreadable += page.unreadable;
      pages += 1;
    }
  } catch (error) {
    complete = false;
    log.error('The list of tasks could not be read to its end', { error: summarizeError(error) });
  }
  if (unreadable > 0) log.error('The list of tasks has entries without a task id', { unreadable });
  return { sweep: { complete: complete && unreadable === 0, tasks }, pages };
}
