import { z } from 'zod';
import type { Answered, Gate, GatedRequest } from '../../support/gate.ts';
import { type WrittenItem, writtenItems } from '../../support/written-items.ts';

/** What happens to a request: see Gate. */
export type Fault = Awaited<ReturnType<NonNullable<Gate['on']>>>;
export type Decide = (request: GatedRequest) => Promise<Fault> | Fault;

/** A look at a task that a process had an answer for: which version of it that was, or that it does not exist. */
export interface Sighting {
  readonly taskId: string;
  readonly version: number | 'unknown to the service';
  /** The world's clock. */
  readonly at: number;
}

/** What requests tell, whatever the process makes of their answers. */
export interface WireListener {
  /** A write of a task's item took effect after the process saw the task, for the first time since: with what it saw. */
  committed(sighting: Sighting): void;
  /** A first poll has noted since when it watches. */
  watching(): void;
  /** A row is in the history. */
  recorded(eventId: string): void;
  /** Events are about to be offered to the bus in one request. */
  offered(events: readonly Offered[]): void;
  /** Not the process is at fault, but what listens to it. */
  misunderstood(what: string): void;
  now(): number;
}

export interface Offered {
  readonly taskId: string;
  readonly eventId: string;
  readonly previousSequence?: number | undefined;
}

const TASKS_TABLE = 'ota-watch-dev-tasks';
const POLL_STATE = '#poll';

const Item = z.object({
  taskId: z.object({ S: z.string() }),
  sequence: z.object({ N: z.string() }).optional(),
  watchingSince: z.object({ N: z.coerce.number() }).optional(),
});
const PutEvents = z.object({ Entries: z.array(z.object({ Detail: z.string() })) });
const Detail = z.object({
  taskId: z.string(),
  eventId: z.string(),
  previousSequence: z.number().optional(),
});
const Task = z.object({ TaskId: z.string(), Description: z.string() });
const NotFound = z.object({ ResourceId: z.string() });
const Page = z.object({ Tasks: z.array(z.object({ TaskId: z.string() })), NextToken: z.string().optional() });

/** What one process has seen since its poll began, from its requests and their answers. */
export class Wire {
  readonly #listener: WireListener;
  /** Tasks that were seen, and have not been written since. */
  readonly #seen = new Map<string, Sighting>();
  readonly #faults = new Map<number, Fault>();
  readonly #listed = new Set<string>();
  #isListComplete = false;

  /** @param decide what happens to each request */
  constructor(gate: Gate, listener: WireListener, decide: Decide) {
    this.#listener = listener;
    gate.on = async (request) => {
      if (request.operation === 'PutEvents') listener.offered(offeredIn(request.body));
      const fault = await decide(request);
      this.#faults.set(request.index, fault);
      return fault;
    };
    gate.onAnswer = (request, answer) => {
      try {
        this.#answered(request, answer);
      } catch (error) {
        listener.misunderstood(`${request.operation}: ${error}`);
      }
    };
  }

  #answered(request: GatedRequest, answer: Answered): void {
    const fault = this.#faults.get(request.index);
    const isRead = fault !== 'lost' && fault !== 'after';
    if (request.operation === 'GetItem' && request.body.includes(`"${POLL_STATE}"`)) this.#beginPoll();
    if (request.operation === 'ListOtaTasks' && isRead) this.#list(answer);
    if (request.operation === 'GetOtaTask' && isRead) this.#see(answer);
    for (const written of writtenItems(request.operation, request.body, answer)) this.#write(written);
  }

  #beginPoll(): void {
    this.#seen.clear();
    this.#listed.clear();
    this.#isListComplete = false;
  }

  #list({ status, body }: Answered): void {
    if (status !== 200) return;
    const { Tasks, NextToken } = Page.parse(JSON.parse(body));
    for (const { TaskId } of Tasks) this.#listed.add(TaskId);
    this.#isListComplete = NextToken === undefined;
  }

  /** That the service does not know a task is nothing to go by while the list shows it, or is not known to its end. */
  #see({ status, body }: Answered): void {
    const at = this.#listener.now();
    if (status === 200) {
      const { TaskId: taskId, Description } = Task.parse(JSON.parse(body));
      this.#seen.set(taskId, { taskId, version: versionIn(Description), at });
    }
    if (status !== 404) return;
    const { ResourceId: taskId } = NotFound.parse(JSON.parse(body));
    if (this.#isListComplete && !this.#listed.has(taskId))
      this.#seen.set(taskId, { taskId, version: 'unknown to the service', at });
    else this.#seen.delete(taskId);
  }

  #write({ tableName, item, outcome }: WrittenItem): void {
    const { taskId: key, sequence, watchingSince } = Item.parse(item);
    const taskId = key.S;
    if (tableName !== TASKS_TABLE) {
      if (outcome !== 'failed') this.#listener.recorded(`${taskId}:${sequence?.N}`);
      return;
    }
    if (outcome !== 'written') return;
    if (taskId === POLL_STATE) {
      if (watchingSince?.N === this.#listener.now()) this.#listener.watching();
      return;
    }
    const sighting = this.#seen.get(taskId);
    this.#seen.delete(taskId);
    if (sighting !== undefined) this.#listener.committed(sighting);
  }
}

function offeredIn(body: string): Offered[] {
  return PutEvents.parse(JSON.parse(body)).Entries.map(({ Detail: detail }) =>
    Detail.parse(JSON.parse(detail)),
  );
}

/** The ledger writes into each version of a task which one it is. */
export const descriptionOf = (version: number) => `version ${version}`;
const versionIn = (description: string) => Number(description.replace('version ', ''));
