import { type Cadence, type Urgency, urgencyOf } from '../../../lib/domain/cadence.ts';
import type { LastSeen } from '../../../lib/domain/last-seen.ts';
import { newBudget, take } from '../../../lib/domain/request-budget.ts';
import { type Look, type Sweep, select, taskIdOf, waitingOf } from '../../../lib/domain/selection.ts';
import type { LiveTask } from '../../../lib/domain/tracked.ts';
import { type Resume, resumeAt } from '../../../lib/domain/turns.ts';
import { seenAt } from './fleet.ts';

/** Which of the tasks that need a look come first, and where the next poll goes on. */
export interface Order {
  readonly name: string;
  order(looks: readonly Look[]): readonly Look[];
  /** @param done looks that were made, in their order */
  resume(ordered: readonly Look[], done: ReadonlySet<string>): void;
}

/** As it is: hot tasks first. The real code of a poll. */
export function weighted(): Order & { readonly state: () => Resume | undefined } {
  let resume: Resume | undefined;
  return {
    name: 'by urgency',
    state: () => resume,
    order: (looks) => looks,
    resume(ordered, done) {
      const waiting = ordered.map(waitingOf);
      const all = new Set(waiting.flatMap(({ taskId }) => (done.has(taskId) ? [] : [taskId])));
      if (all.size > 0) resume = resumeAt(waiting, { all, begun: new Set() }, resume);
    },
  };
}

/** For comparison: all in turn, by task id. */
export function roundRobin(): Order {
  let behind = '';
  return {
    name: 'round robin',
    order(looks) {
      const sorted = [...looks].sort((a, b) => (taskIdOf(a) < taskIdOf(b) ? -1 : 1));
      const start = Math.max(
        0,
        sorted.findIndex((look) => taskIdOf(look) > behind),
      );
      return [...sorted.slice(start), ...sorted.slice(0, start)];
    },
    resume(ordered, done) {
      behind =
        ordered
          .filter((look) => done.has(taskIdOf(look)))
          .map(taskIdOf)
          .at(-1) ?? behind;
    },
  };
}

export interface Simulation {
  readonly tasks: readonly LiveTask[];
  readonly requestsPerSecond: number;
  readonly maxLatencyMs: number;
  /** Time of a poll that looks have, milliseconds. */
  readonly lookMs: number;
  readonly polls: number;
  /** From one change of a task to the next, milliseconds. */
  readonly changesEvery: number;
  readonly start: number;
}

export interface Outcome {
  /** Milliseconds from a change to the look that found it. */
  readonly latencies: Readonly<Record<Urgency, number[]>>;
  readonly requests: number;
  /** Tasks that were not looked at once after the first change. */
  readonly starved: number;
}

const MINUTE = 60_000;
const NO_LIST: Sweep = { complete: false, skipped: true, tasks: new Map() };

/** Polls in virtual time: one request for each page of the list, one for each look, as the budget allows. */
export function simulate(
  simulation: Simulation,
  order: Order & { state?: () => Resume | undefined },
): Outcome {
  const { tasks, requestsPerSecond, maxLatencyMs, lookMs, polls, changesEvery, start } = simulation;
  const pages = Math.ceil(tasks.length / 1_000);
  const urgencies = new Map(tasks.map((task) => [task.taskId, urgencyOf(task, start)]));
  const byId = new Map(tasks.map((task) => [task.taskId, task]));
  const seen = new Map<string, LastSeen>(tasks.map((task) => [task.taskId, seenAt(task, start)]));
  // The first change of each task is spread over the time between changes.
  const changed = new Map(
    tasks.map((task, index) => [task.taskId, start + (changesEvery * index) / tasks.length]),
  );
  const latencies: Record<Urgency, number[]> = { hot: [], warm: [], quiet: [] };
  let budget = newBudget(start, requestsPerSecond);
  let requests = 0;
  for (let poll = 1; poll <= polls; poll += 1) {
    const now = start + poll * MINUTE;
    const cadence: Cadence = { now, periodMs: MINUTE, roundMs: MINUTE, maxLatencyMs };
    const resume = order.state?.();
    const { looks } = select(tasks, NO_LIST, {
      ...cadence,
      discovery: 'none',
      watchingSince: start,
      round: 1,
      longestMs: maxLatencyMs,
      trusts: false,
      seen,
      ...(resume !== undefined && { resume }),
    });
    const ordered = order.order(looks);
    const done = new Set<string>();
    let at = request(now);
    for (let page = 1; page < pages; page += 1) at = request(at);
    for (const look of ordered) {
      at = request(at);
      if (at > now + lookMs) break;
      find(taskIdOf(look), at, now);
      done.add(taskIdOf(look));
    }
    order.resume(ordered, done);
  }
  const end = start + polls * MINUTE;
  const starved = [...changed.values()].filter((at) => at < start + changesEvery && at < end).length;
  return { latencies, requests, starved };

  /** When the next request goes. */
  function request(from: number): number {
    const taken = take(budget, from);
    budget = taken.budget;
    requests += 1;
    return taken.at;
  }

  function find(taskId: string, at: number, pollAt: number): void {
    const task = byId.get(taskId);
    const urgency = urgencies.get(taskId);
    if (task === undefined || urgency === undefined) return;
    seen.set(taskId, seenAt(task, pollAt));
    const since = changed.get(taskId) ?? Number.POSITIVE_INFINITY;
    if (since > at) return;
    latencies[urgency].push(at - since);
    changed.set(taskId, since + Math.ceil((at - since) / changesEvery) * changesEvery);
  }
}
