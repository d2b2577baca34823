import { pinnedTask } from '../../../local/simulator/simulator.ts';

/** The largest page that ListOtaTasks gives. */
const PAGE = 1_000;
/** The members of a task that the list shows. */
const SUMMARY = ['TaskId', 'TaskArn', 'CreatedAt', 'LastUpdatedAt', 'TaskConfigurationId', 'Status'];
const HOUR_MS = 3_600_000;
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
function documentOf({ taskId, createdAt, updatedAt, succeeded }: BenchTask) {
  return pinnedTask({
    taskId,
    counts: { queued: 800 - succeeded, inProgress: 100, succeeded: 100 + succeeded },
    createdAt,
    updatedAt,
    configurationId: 'careful',
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
  #createdAt = 0;
  #changes = 0;

  /** @param now epoch milliseconds; the tasks are an hour old then */
  seed(tasks: number, now: number): void {
    this.#changes = 0;
    this.#createdAt = now - HOUR_MS;
    this.#tasks = [];
    this.grow(tasks);
  }

  /** Adds tasks like those that were seeded. */
  grow(tasks: number): void {
    const [createdAt, updatedAt] = [this.#createdAt, this.#createdAt];
    for (let index = this.#tasks.length; index < tasks; index += 1)
      this.#tasks.push({ taskId: taskIdAt(index), createdAt, updatedAt, succeeded: 0 });
    this.#pages = [];
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
    task.body ??= Buffer.from(JSON.stringify(documentOf(task)));
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
    const tasks = this.#tasks.slice(start, start + PAGE).map((task) => {
      const document = documentOf(task);
      return Object.fromEntries(SUMMARY.map((member) => [member, document[member]]));
    });
    const isLast = start + PAGE >= this.#tasks.length;
    return Buffer.from(JSON.stringify({ Tasks: tasks, ...(!isLast && { NextToken: String(page + 1) }) }));
  }
}
