import pMap from 'p-map';
import { summarizeError } from '../errors.ts';
import type { Log } from '../ports.ts';
import { type Addresser, UnknownTagsError } from './address.ts';
import { backoffMs } from './backoff.ts';
import { type Deliver, type Invocation, Lane, type LaneEvent, runLane, type Target } from './lane.ts';
import { emptyTally, Outcomes, type Tally } from './outcomes.ts';
import type { AlertQueue, GivenBack, LedgerStore, ReceivedEvent, Slots } from './ports.ts';
import type { UnreadableMessage } from './receive.ts';

/** Milliseconds after which an event comes again whose addresses could not be looked up. */
const LOOK_UP_AGAIN_MS = 3_000;
/** Tags are read for so long in an invocation: what is not known by then is done without. */
const READ_TAGS_MS = 6_000;
const CONCURRENCY = 10;

/** What notifications need, for as long as a process lives. */
export interface NotifierDeps {
  readonly addresser: Addresser;
  readonly ledgers: LedgerStore;
  readonly slots: Slots;
  readonly queue: AlertQueue;
  readonly deliver: Deliver;
  readonly log: Log;
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  readonly random: () => number;
}

export interface Batch {
  readonly events: readonly ReceivedEvent[];
  readonly unreadable: readonly UnreadableMessage[];
}

export interface Notified {
  readonly tally: Tally;
  /** Message ids of those that are to come again. */
  readonly again: readonly string[];
}

/**
 * Tells a destination of a batch of events: looks up where each goes, and deals with every target by itself, so that one that
 * fails neither delays nor repeats another.
 *
 * @param id names the invocation
 * @param remainingMs until it is ended from outside
 */
export async function notify(
  { events, unreadable }: Batch,
  deps: NotifierDeps,
  { id, remainingMs }: { readonly id: string; readonly remainingMs: number },
): Promise<Notified> {
  const tally = { ...emptyTally(), received: events.length, unreadable: unreadable.length };
  const outcomes = new Outcomes();
  const invocation = { ...deps, id, outcomes, tally, endsAt: deps.now() + remainingMs };

  const replays = events.filter(isReplay);
  if (replays.length > 0) deps.log.info('Replayed events are not told again', { events: replays.length });
  const lanes = await address(
    events.filter((received) => !isReplay(received)),
    invocation,
    deps.addresser,
  );
  await Promise.all(
    [...lanes.values()].map(({ target, events: ofTarget }) =>
      runLane(new Lane(invocation, target), ofTarget, deps.deliver),
    ),
  );
  await setAsideUnreadable(unreadable, invocation);

  const messages = [...events, ...unreadable];
  const again = messages.flatMap(({ messageId, receiptHandle, sentAt }): GivenBack[] => {
    const outcome = outcomes.of(messageId);
    if (outcome.kind === 'done') return [];
    tally.oldestMs = Math.max(tally.oldestMs, deps.now() - sentAt);
    return [{ messageId, receiptHandle, afterMs: outcome.afterMs }];
  });
  await deps.queue.giveBack(again);
  return { tally, again: again.map(({ messageId }) => messageId) };
}

/** Whoever was told of it may have forgotten by now: nobody is alerted of what is over. */
const isReplay = ({ event }: ReceivedEvent) => event.detail.replay === true;

interface TargetEvents {
  readonly target: Target;
  readonly events: LaneEvent[];
}

async function address(
  events: readonly ReceivedEvent[],
  invocation: Invocation,
  addresser: Addresser,
): Promise<ReadonlyMap<string, TargetEvents>> {
  const lanes = new Map<string, TargetEvents>();
  const readUntil = invocation.now() + READ_TAGS_MS;
  const tasks = Map.groupBy(events, ({ event }) => event.detail.taskId);
  await pMap(
    tasks,
    async ([taskId, ofTask]) => {
      try {
        const newest = ofTask.reduce((a, b) => (b.event.detail.sequence > a.event.detail.sequence ? b : a));
        for (const { target, name, tells } of await addresser.of(newest, readUntil)) {
          const lane = lanes.get(target) ?? { target: { target, name }, events: [] };
          lanes.set(target, lane);
          lane.events.push(...ofTask.map((received) => ({ received, told: tells(received.event) })));
        }
      } catch (error) {
        lookUpAgain(error, taskId, ofTask, invocation);
      }
    },
    { concurrency: CONCURRENCY },
  );
  return lanes;
}

function lookUpAgain(
  error: unknown,
  taskId: string,
  events: readonly ReceivedEvent[],
  { outcomes, tally, log, random }: Invocation,
): void {
  const isExpected = error instanceof UnknownTagsError;
  if (!isExpected) {
    tally.failures += 1;
    log.error('Addresses could not be looked up', { taskId, error: summarizeError(error) });
  }
  for (const { messageId, receiveCount } of events)
    outcomes.again(messageId, isExpected ? LOOK_UP_AGAIN_MS : backoffMs(receiveCount, random()));
}

async function setAsideUnreadable(
  unreadable: readonly UnreadableMessage[],
  { queue, log, outcomes, tally, random }: Invocation,
): Promise<void> {
  for (const { messageId, receiveCount, body, error } of unreadable) {
    log.error('A message cannot be read, and was set aside', { messageId, error: summarizeError(error) });
    try {
      await queue.setAside(body, { target: 'none', answer: error.message });
      tally.setAside += 1;
    } catch (cause) {
      log.error('A message could not be set aside', { messageId, error: summarizeError(cause) });
      outcomes.again(messageId, backoffMs(receiveCount, random()));
    }
  }
}
