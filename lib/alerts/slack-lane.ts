import pMap from 'p-map';
import type { ClaimedPost, RolloutMessage } from '../domain/alerts/ledger.ts';
import type { PublishedEvent } from '../domain/events.ts';
import type { SlackMessage } from '../slack/message.ts';
import { renderDigest } from '../slack/render-digest.ts';
import { renderEvent } from '../slack/render-event.ts';
import { renderRollout } from '../slack/render-rollout.ts';
import type { Deliver, Lane } from './lane.ts';
import type { Links } from './links.ts';
import { owesEdit, type RunEvent, type TaskRun } from './run.ts';
import { isGone, isRejected, SlackChannel, type SlackDoor } from './slack-channel.ts';

/** A digest tells so many events at most. */
const DIGEST_EVENTS = 100;
/** A channel whose next free second is further away has more to take than it can, milliseconds. */
const CROWDED_MS = 5_000;
const CONCURRENCY = 10;
const AT_ONCE_MS = 1_000;

export interface SlackLaneOptions {
  readonly door: SlackDoor;
  readonly links: Links;
  /** More rollouts than this with something to tell become one message. */
  readonly groupAbove: number;
  readonly hash: (value: string) => string;
}

/**
 * Tells a channel of Slack. With a bot, a rollout has one message that is edited as it goes, and its events are replies to it;
 * with a webhook, every event is a message.
 */
export function slackLane(options: SlackLaneOptions): Deliver {
  return (lane, runs) => new Delivery(lane, options).deliver(runs);
}

class Delivery {
  readonly #lane: Lane;
  readonly #options: SlackLaneOptions;
  readonly #channel: SlackChannel;

  constructor(lane: Lane, options: SlackLaneOptions) {
    this.#lane = lane;
    this.#options = options;
    this.#channel = new SlackChannel(lane, options.door);
  }

  async deliver(runs: readonly TaskRun[]): Promise<void> {
    const tellers: TaskRun[] = [];
    const others: TaskRun[] = [];
    for (const run of runs) {
      if (!(await this.#recover(run))) continue;
      (this.#hasNews(run) ? tellers : others).push(run);
    }
    if (await this.#isCrowded(tellers)) await this.#tellTogether(tellers);
    else for (const run of tellers.toSorted(byUrgency)) await this.#tell(run);
    for (const run of [...others, ...tellers.filter(({ ledger }) => owesEdit(ledger))]) await this.#show(run);
  }

  /** Finds what was sent by somebody who did not come to write it down; false if that fails. */
  async #recover(run: TaskRun): Promise<boolean> {
    const { claim } = run.ledger;
    if (claim === undefined || claim.posts.length === 0) return true;
    if (this.#lane.stop !== undefined) {
      run.postpone();
      return false;
    }
    try {
      const { found, message } = await this.#channel.find(run.ledger.message, claim);
      const sequences = claim.posts.filter(({ id }) => found.has(id)).flatMap((post) => post.sequences);
      run.recover(sequences, message);
      return true;
    } catch (error) {
      await run.fail(error);
      return false;
    }
  }

  #hasNews({ events, ledger }: TaskRun): boolean {
    const hasRoot = !this.#channel.hasThreads || ledger.message !== undefined;
    return events.some((event) => event.told && (!hasRoot || this.#isPost(event)));
  }

  /** The message of a rollout stands for the start of it. */
  #isPost({ told, received }: RunEvent): boolean {
    return told && !(this.#channel.hasThreads && received.event.detailType === 'OTA Task Tracking Started');
  }

  async #isCrowded(tellers: readonly TaskRun[]): Promise<boolean> {
    if (tellers.length <= 1) return false;
    if (tellers.length > this.#options.groupAbove) return true;
    return (await this.#channel.freeAt()) - this.#lane.now > CROWDED_MS;
  }

  /** Tells the events of one rollout, each by itself. */
  async #tell(run: TaskRun): Promise<void> {
    if (this.#lane.stop !== undefined) return run.postpone();
    const root = this.#channel.hasThreads && run.ledger.message === undefined ? [rootOf(run)] : [];
    const replies = run.events.filter((event) => this.#isPost(event)).map(postOf);
    if (!(await run.claim([...root, ...replies]))) return;
    try {
      for (const post of root) await this.#postRoot(run, post);
      for (const event of run.events) await this.#deal(run, event);
      await this.#edit(run);
    } catch (error) {
      if (!isGone(error)) return run.fail(error);
      // Somebody deleted the message: what is left begins a new one.
      run.changeMessage(undefined);
      run.postpone(AT_ONCE_MS);
    }
    await run.settle();
  }

  async #postRoot(run: TaskRun, { id }: ClaimedPost): Promise<void> {
    const { view } = run.ahead;
    if (view === undefined) return;
    try {
      const posted = await this.#channel.post(renderRollout(view, this.#options.links), { id });
      if (posted !== undefined) run.changeMessage({ ...posted, shown: view.sequence });
    } catch (error) {
      if (!isRejected(error)) throw error;
      await setAsideAll(run, error);
    }
  }

  async #deal(run: TaskRun, event: RunEvent): Promise<void> {
    if (!this.#isPost(event)) return run.apply(event);
    const standalone = !this.#channel.hasThreads;
    const message = renderEvent(event.received.event, this.#options.links, { late: event.late, standalone });
    const thread = run.ledger.message;
    try {
      await this.#channel.post(message, {
        id: postOf(event).id,
        ...(thread !== undefined && { thread, broadcast: isBreach(event.received.event) }),
      });
    } catch (error) {
      if (!isRejected(error)) throw error;
      return run.setAside(event, error);
    }
    run.apply(event);
  }

  /** Tells the events of many rollouts in one message, or in a few. */
  async #tellTogether(runs: readonly TaskRun[]): Promise<void> {
    for (const some of chunksOf(runs)) {
      if (this.#lane.stop === undefined) await this.#tellDigest(some);
      else for (const run of some) run.postpone();
    }
  }

  async #tellDigest(runs: readonly TaskRun[]): Promise<void> {
    const told = runs.flatMap(({ events }) => events.filter((event) => event.told));
    const id = `digest:${this.#options.hash(told.map((event) => postOf(event).id).join())}`;
    const claims = await pMap(
      runs,
      async (run) => {
        const sequences = run.events
          .filter((event) => event.told)
          .flatMap((event) => postOf(event).sequences);
        return (await run.claim([{ id, sequences }])) ? [run] : [];
      },
      { concurrency: CONCURRENCY },
    );
    const claimed = claims.flat();
    const events = claimed.flatMap((run) => run.events.filter((event) => event.told));
    try {
      const messages = renderDigest(
        events.map(({ received }) => received.event),
        this.#options.links,
      );
      if (events.length > 0) await this.#postAll(messages, id);
      for (const run of claimed) for (const event of run.events) run.apply(event);
      this.#lane.invocation.tally.grouped += events.length;
    } catch (error) {
      const give = (run: TaskRun) => (isRejected(error) ? setAsideAll(run, error) : run.fail(error));
      await pMap(claimed, give, { concurrency: CONCURRENCY });
      if (!isRejected(error)) return;
    }
    await pMap(claimed, (run) => run.settle(), { concurrency: CONCURRENCY });
  }

  /** The last one has the id that is looked for: when it was sent, so were the others. */
  async #postAll(messages: readonly SlackMessage[], id: string): Promise<void> {
    for (const [index, message] of messages.entries()) {
      const isLast = index === messages.length - 1;
      await this.#channel.post(message, { id: isLast ? id : `${id}:${index}` });
    }
  }

  /** Brings the message of a rollout up to date, if it has one, and writes down that its events were seen. */
  async #show(run: TaskRun): Promise<void> {
    if (this.#lane.stop !== undefined) return run.postpone();
    const canEdit = run.ledger.message !== undefined && this.#channel.takesEdits();
    if (canEdit && !(await run.claim([]))) return;
    run.applyAll();
    try {
      await this.#edit(run);
    } catch (error) {
      return run.fail(error);
    }
    await run.settle();
  }

  async #edit(run: TaskRun): Promise<void> {
    const { message, view } = run.ledger;
    if (message === undefined || view === undefined || !owesEdit(run.ledger) || !this.#channel.takesEdits())
      return;
    const shown: RolloutMessage = { ...message, shown: view.sequence };
    try {
      const isDone = await this.#channel.edit(message, renderRollout(view, this.#options.links));
      if (isDone) run.changeMessage(shown);
    } catch (error) {
      // Somebody deleted it: the next event that is told begins a new one.
      if (isGone(error)) run.changeMessage(undefined);
      else if (isRejected(error)) run.changeMessage(shown);
      else throw error;
    }
  }
}

/** Refused for good, in whatever form: what was to be told is laid aside. */
async function setAsideAll(run: TaskRun, error: Error): Promise<void> {
  for (const event of run.events) {
    if (event.told) await run.setAside(event, error);
    else run.apply(event);
  }
}

function postOf({ received: { event } }: RunEvent): ClaimedPost {
  return { id: event.detail.eventId, sequences: [event.detail.sequence] };
}

function rootOf({ ledger, events: [first] }: TaskRun): ClaimedPost {
  const sequence = first?.received.event.detail.sequence ?? ledger.applied;
  return { id: `rollout:${ledger.taskId}:${sequence}`, sequences: [] };
}

function isBreach(event: PublishedEvent): boolean {
  return event.detailType === 'OTA Task Threshold Breached' && event.detail.rule.kind !== 'milestone';
}

function byUrgency(a: TaskRun, b: TaskRun): number {
  const hasBreach = ({ events }: TaskRun) => events.some(({ received }) => isBreach(received.event));
  return Number(hasBreach(b)) - Number(hasBreach(a));
}

function chunksOf(runs: readonly TaskRun[]): readonly (readonly TaskRun[])[] {
  const chunks: TaskRun[][] = [];
  let events = Number.POSITIVE_INFINITY;
  for (const run of runs) {
    if (events + run.events.length > DIGEST_EVENTS) {
      chunks.push([]);
      events = 0;
    }
    chunks.at(-1)?.push(run);
    events += run.events.length;
  }
  return chunks;
}
