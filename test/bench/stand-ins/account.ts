import { pinnedTask } from '../../../local/simulator/simulator.ts';

/** The largest page that ListOtaTasks gives. */
const PAGE = 1_000;
/** Tasks that share a configuration. */
const TASKS_A_CONFIGURATION = 1_000;
/** The members of a task that the list shows. */
const SUMMARY = ['TaskId', 'TaskArn', 'CreatedAt', 'LastUpdatedAt', 'TaskConfigurationId', 'Status'];
/** Things that one change moves from queued to succeeded. */
const STEP = 5;

interface BenchTask {
  readonly taskId: string;
  readonly createdAt: number;
  succeeded: number;
  updatedAt: number;
  body?: Buffer | undefined;
}

/** A rollout of 1,000 things that is under way, as GetOtaTask shows it. */
function documentOf({ taskId, createdAt, updatedAt, succeeded }: BenchTask, index: number) {
  return pinnedTask({
    taskId,
    counts: { queued: 800 - succeeded, inProgress: 100, succeeded: 100 + succeeded },
    createdAt,
    updatedAt,
    configurationId: `configuration${Math.floor(index / TASKS_A_CONFIGURATION)}`,
    members: { Description: 'Firmware 4.2 for thermostats', Tags: { team: 'thermostats' } },
  });
}

export function taskIdAt(index: number): string {
  return `bench${String(index).padStart(7, '0')}`;
}

/** The tasks of an account, all in progress. Answers are made once and kept as bytes. */
export class BenchAccount {
  #tasks: BenchTask[] = [];
  #pages: Buffer[] = [];
  #changes = 0;

  /** @param now epoch milliseconds; the tasks are an hour old then */
  seed(tasks: number, now: number): void {
    const createdAt = now - 3_600_000;
    this.#tasks = Array.from({ length: tasks }, (_, index) => ({
      taskId: taskIdAt(index),
      createdAt,
      updatedAt: createdAt,
      succeeded: 0,
    }));
    this.#pages = [];
    this.#changes = 0;
  }

  /**
   * Makes progress in a share of the tasks, evenly spread and others each time.
   *
   * @param among only the first so many tasks
   * @returns how many changed
   */
  change(share: number, now: number, among = this.#tasks.length): number {
    let changed = 0;
    this.#changes += 1;
    for (let index = 0; index < among; index += 1) {
      const task = this.#tasks[(index + this.#changes) % among];
      if (task === undefined || Math.floor((index + 1) * share) === Math.floor(index * share)) continue;
      task.succeeded += STEP;
      task.updatedAt = now;
      task.body = undefined;
      changed += 1;
    }
    if (changed > 0) this.#pages = [];
    return changed;
  }

  /** Makes every answer beforehand, so that none is made while somebody measures. */
  prepare(): void {
    for (const { taskId } of this.#tasks) this.task(taskId);
    for (let page = 0; page * PAGE < this.#tasks.length; page += 1) this.page(String(page));
  }

  /** The answer to GetOtaTask. */
  task(taskId: string): Buffer | undefined {
    const index = Number(taskId.slice('bench'.length));
    const task = this.#tasks[index];
    if (task?.taskId !== taskId) return undefined;
    task.body ??= Buffer.from(JSON.stringify(documentOf(task, index)));
    return task.body;
  }

  /** The answer to ListOtaTasks with 1,000 tasks a page; a token is the number of its page. */
  page(token = '0'): Buffer {
    const page = Number(token);
    this.#pages[page] ??= this.#makePage(page);
    return this.#pages[page];
  }

  #makePage(page: number): Buffer {
    const start = page * PAGE;
    const tasks = this.#tasks.slice(start, start + PAGE).map((task, offset) => {
      const document = documentOf(task, start + offset);
      return Object.fromEntries(SUMMARY.map((member) => [member, document[member]]));
    });
    const isLast = start + PAGE >= this.#tasks.length;
    return Buffer.from(JSON.stringify({ Tasks: tasks, ...(!isLast && { NextToken: String(page + 1) }) }));
  }
}
