import { URGENCIES, type Urgency } from './cadence.ts';

/** What is looked at in turns. */
export interface Waiting {
  readonly taskId: string;
  readonly urgency: Urgency;
}

/** Where a poll stopped whose time was too short: per urgency, the id of the task behind which to go on; and whose turn it is. */
export interface Resume extends Readonly<Partial<Record<Urgency, string>>> {
  readonly turn: number;
}

/** Of seven looks four go to hot tasks, two to warm ones, and one to quiet ones; what one of them does not need, the others get. */
const TURNS = ['hot', 'warm', 'hot', 'quiet', 'hot', 'warm', 'hot'] as const satisfies readonly Urgency[];

/** Looks out of a full round of turns that an urgency gets at least. */
export function turnsOf(urgency: Urgency): number {
  return TURNS.filter((turn) => turn === urgency).length;
}

export const ALL_TURNS = TURNS.length;

/**
 * The order in which tasks are looked at, however few of them there is time for: urgent ones more often, each urgency by task id
 * from where an earlier poll stopped. So each task is reached, after no more than `ALL_TURNS * ceil(n / turnsOf(its urgency))` looks where n
 * others are as urgent.
 */
export function inTurns<Item extends Waiting>(items: readonly Item[], resume: Resume | undefined): Item[] {
  const sorted = [...items].sort((a, b) => (a.taskId < b.taskId ? -1 : 1));
  const queues = {
    hot: queueOf(sorted, 'hot', resume),
    warm: queueOf(sorted, 'warm', resume),
    quiet: queueOf(sorted, 'quiet', resume),
  };
  const ordered: Item[] = [];
  const turns = [...TURNS.slice(resume?.turn), ...TURNS.slice(0, resume?.turn ?? 0)];
  while (ordered.length < items.length)
    for (const urgency of turns) {
      const next = queues[urgency].next();
      if (!next.done) ordered.push(next.value);
    }
  return ordered;
}

function queueOf<Item extends Waiting>(
  sorted: readonly Item[],
  urgency: Urgency,
  resume: Resume | undefined,
) {
  const items = sorted.filter((item) => item.urgency === urgency);
  const behind = resume?.[urgency];
  const start =
    behind === undefined
      ? 0
      : Math.max(
          0,
          items.findIndex(({ taskId }) => taskId > behind),
        );
  return [...items.slice(start), ...items.slice(0, start)].values();
}

/** What a poll did not come to. */
export interface Postponed {
  readonly all: ReadonlySet<string>;
  /** Those that were begun, and broken off. */
  readonly begun: ReadonlySet<string>;
}

/**
 * Where to go on. A look that was broken off comes again, but not first for ever: else one that never ends would keep all those
 * behind it waiting.
 */
export function resumeAt(
  ordered: readonly Waiting[],
  { all, begun }: Postponed,
  before: Resume | undefined,
): Resume {
  const behind = URGENCIES.flatMap((urgency) => {
    const ids = ordered.filter((item) => item.urgency === urgency).map(({ taskId }) => taskId);
    const first = ids.findIndex((taskId) => all.has(taskId));
    const done = first < 0 ? ids : ids.slice(0, first);
    const stuck = ids.slice(0, 1).find((taskId) => begun.has(taskId));
    const last = done.at(-1) ?? stuck ?? before?.[urgency];
    return last === undefined ? [] : [[urgency, last] as const];
  });
  return { ...Object.fromEntries(behind), turn: nextTurn(ordered, all, before) };
}

/** The turn of the first look that was postponed; the one after, where that was the first of all. */
function nextTurn(ordered: readonly Waiting[], all: ReadonlySet<string>, before: Resume | undefined): number {
  let turn = before?.turn ?? 0;
  for (const [index, { taskId, urgency }] of ordered.entries()) {
    const own = TURNS.indexOf(urgency, turn);
    turn = own < 0 ? TURNS.indexOf(urgency) : own;
    if (all.has(taskId) && index > 0) return turn;
    turn = (turn + 1) % ALL_TURNS;
    if (all.has(taskId)) return turn;
  }
  return turn;
}

/** How many polls like this one it takes to come to every task that waits. Undefined where it came to none. */
export function pollsALap(ordered: readonly Waiting[], postponed: ReadonlySet<string>): number | undefined {
  const done = ordered.length - postponed.size;
  if (done <= 0) return undefined;
  const laps = URGENCIES.map((urgency) => {
    const same = ordered.filter((item) => item.urgency === urgency);
    const reached = same.filter(({ taskId }) => !postponed.has(taskId)).length;
    return same.length / (reached || (done * turnsOf(urgency)) / ALL_TURNS);
  });
  return Math.ceil(Math.max(...laps));
}
