import type { Sweep } from './domain/selection.ts';
import type { TaskSummary } from './domain/task.ts';
import { summarizeError } from './errors.ts';
import type { Log, OtaService } from './ports.ts';

/**
 * Reads the whole list of tasks. From one that breaks off, or that has entries that name no task, it is not concluded that any
 * task is gone; what it shows is used.
 */
export async function sweepTasks(service: OtaService, log: Log, signal: AbortSignal): Promise<Sweep> {
  const tasks = new Map<string, TaskSummary>();
  let unreadable = 0;
  let complete = true;
  try {
    for await (const page of service.listTasks(signal)) {
      for (const task of page.tasks) tasks.set(task.taskId, task);
      unreadable += page.unreadable;
    }
  } catch (error) {
    complete = false;
    log.error('The list of tasks could not be read to its end', { error: summarizeError(error) });
  }
  if (unreadable > 0) log.error('The list of tasks has entries without a task id', { unreadable });
  return { complete: complete && unreadable === 0, tasks };
}
