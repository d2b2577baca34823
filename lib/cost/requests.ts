/** Requests by operation, of one poll. */
export type Requests = Readonly<Record<Operation, number>>;

export type Operation =
  | 'ListOtaTasks'
  | 'GetOtaTask'
  | 'GetItem'
  | 'Query'
  | 'BatchExecuteStatement'
  | 'PutItem'
  | 'PutEvents';

/** A task in which a look finds a difference. */
export interface ChangedTask {
  /** Rows that it adds to the history. */
  readonly rows: number;
  /** How many of them the bus is given. */
  readonly published: number;
}

/** What a poll of a warm function finds, where nothing fails and no other poller runs. */
export interface PollFacts {
  /** Tasks that `ListOtaTasks` has, whatever their status. */
  readonly listed: number;
  /** Whether the list is read: in the first round of an invocation, and in later ones where it saves looks. */
  readonly isSwept?: boolean;
  /** Tasks that are looked at. */
  readonly looks: number;
  /** Those of them in which something differs. */
  readonly changed: readonly ChangedTask[];
  /** Whether it notes that tasks were looked at, since the clock of a rule runs. Every second poll does. */
  readonly isNoted?: boolean;
}

/** Tasks on a page of the list. */
const LISTED_A_PAGE = 1_000;
/** The index of live tasks is asked for in so many parts. */
export const SHARDS = 4;
/** Items of one request. */
const WRITES_A_REQUEST = 25;
/** Tasks that are recorded, published and cleared together. */
const TASKS_A_LOAD = 100;
const EVENTS_A_REQUEST = 10;

/** The requests that a poll makes. */
export function requestsOf({ listed, looks, changed, isSwept = true, isNoted = false }: PollFacts): Requests {
  const writes = [writesOf(changed.length), ...recordsOf(changed), ...clearsOf(changed)];
  const sum = (of: (write: Writes) => number) => writes.reduce((total, write) => total + of(write), 0);
  return {
    ListOtaTasks: isSwept ? pagesOf(listed) : 0,
    GetOtaTask: looks,
    GetItem: 1,
    Query: SHARDS,
    BatchExecuteStatement: sum(({ batches }) => batches),
    PutItem: sum(({ singles }) => singles) + (isNoted ? 1 : 0),
    PutEvents: publishedIn(changed),
  };
}

/** Pages of the list. */
export const pagesOf = (listed: number): number => Math.max(1, Math.ceil(listed / LISTED_A_PAGE));

/** Requests that write items: many with one, or one alone. */
interface Writes {
  readonly batches: number;
  readonly singles: number;
}

function writesOf(items: number): Writes {
  const isLastAlone = items % WRITES_A_REQUEST === 1;
  return {
    batches: Math.ceil(items / WRITES_A_REQUEST) - (isLastAlone ? 1 : 0),
    singles: isLastAlone ? 1 : 0,
  };
}

/** Rows go to the history in rounds: every task's oldest, then the next. */
function recordsOf(changed: readonly ChangedTask[]): Writes[] {
  const rounds = Math.max(0, ...changed.map(({ rows }) => rows));
  return Array.from({ length: rounds }, (_, round) => changed.filter(({ rows }) => rows > round)).flatMap(
    (tasks) => loadsOf(tasks).map(({ length }) => writesOf(length)),
  );
}

function clearsOf(changed: readonly ChangedTask[]): Writes[] {
  const [told, others] = [changed.filter(isTold), changed.filter((task) => !isTold(task))];
  return [...loadsOf(told), ...loadsOf(others)].map(({ length }) => writesOf(length));
}

const isTold = ({ published }: ChangedTask) => published > 0;

/** Events go to the bus in rounds too, so that none comes before an earlier one of its task. */
function publishedIn(changed: readonly ChangedTask[]): number {
  return loadsOf(changed.filter(isTold))
    .map((load) => {
      const rounds = Math.max(...load.map(({ published }) => published));
      return Array.from({ length: rounds }, (_, round) =>
        Math.ceil(load.filter(({ published }) => published > round).length / EVENTS_A_REQUEST),
      ).reduce((a, b) => a + b, 0);
    })
    .reduce((a, b) => a + b, 0);
}

function loadsOf<Task>(tasks: readonly Task[]): Task[][] {
  return Array.from({ length: Math.ceil(tasks.length / TASKS_A_LOAD) }, (_, index) =>
    tasks.slice(index * TASKS_A_LOAD, (index + 1) * TASKS_A_LOAD),
  );
}
