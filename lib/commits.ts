import { summarizeError } from './errors.ts';
import type { Observed } from './observe.ts';
import type { Log, TaskStore, WriteOutcome } from './ports.ts';

export interface Change extends Extract<Observed, { kind: 'changed' }> {
  /** Notes that the task could not be read, which counts as a failure already. */
  readonly isNote?: boolean;
}

export interface CommitDeps {
  readonly tasks: Pick<TaskStore, 'writeAll'>;
  readonly log: Log;
  /** Names this poll as the writer of items. */
  readonly writeId: string;
  /** Epoch milliseconds. */
  readonly now: () => number;
}

/** Changes that are committed with one request, where they come in such numbers. */
const TOGETHER = 25;
/** No change waits longer for others: a poll that dies in its looks loses what is not committed. */
const PATIENCE_MS = 1_000;
/** Requests underway at once, before looks have to wait for them. */
const MAX_UNDERWAY = 8;

/** What came of committing changes. */
export interface Committed {
  readonly changes: readonly { readonly change: Change; readonly task: Change['next'] }[];
  readonly lostRaces: number;
  readonly failures: number;
}

/**
 * Commits what looks have found: many changes with one request, while other looks go on. Each is a conditional write of its own
 * all the same.
 */
export class Commits {
  readonly #deps: CommitDeps;
  readonly #changes: { change: Change; task: Change['next'] }[] = [];
  readonly #underway = new Set<Promise<void>>();
  #waiting: Change[] = [];
  #since = 0;
  #lostRaces = 0;
  #failures = 0;

  constructor(deps: CommitDeps) {
    this.#deps = deps;
  }

  /** Takes a change, and resolves once the next look may begin. */
  async add(change: Change): Promise<void> {
    if (this.#waiting.length === 0) this.#since = this.#deps.now();
    this.#waiting.push(change);
    if (this.#waiting.length === TOGETHER) this.#write();
    while (this.#underway.size > MAX_UNDERWAY) await Promise.race(this.#underway);
  }

  /** Is told of each look that ended, so that no change waits for long. */
  lookEnded(): void {
    if (this.#waiting.length > 0 && this.#deps.now() - this.#since >= PATIENCE_MS) this.#write();
  }

  /** Writes what waits, and waits for all. */
  async end(): Promise<Committed> {
    this.#write();
    await Promise.all(this.#underway);
    return { changes: this.#changes, lostRaces: this.#lostRaces, failures: this.#failures };
  }

  #write(): void {
    const changes = this.#waiting;
    this.#waiting = [];
    if (changes.length === 0) return;
    const { tasks, writeId } = this.#deps;
    const items = changes.map(({ next }) => next);
    const writing = tasks.writeAll(items, writeId).then((outcomes) => {
      this.#underway.delete(writing);
      for (const [index, change] of changes.entries()) this.#settle(change, outcomes[index]);
    });
    this.#underway.add(writing);
  }

  #settle(change: Change, outcome: WriteOutcome<Change['next']> | undefined): void {
    const { log } = this.#deps;
    const { taskId } = change.next;
    if (outcome?.kind === 'written') {
      this.#changes.push({ change, task: outcome.task });
    } else if (outcome?.kind === 'lost-race') {
      this.#lostRaces += 1;
      log.info('Another poller was faster', { taskId });
    } else {
      const isNote = change.isNote === true;
      this.#failures += isNote ? 0 : 1;
      log.error(isNote ? 'That a task could not be read was not noted' : 'A task could not be polled', {
        taskId,
        error: summarizeError(outcome?.error),
      });
    }
  }
}
