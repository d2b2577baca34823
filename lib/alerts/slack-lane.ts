import pMap from 'p-map';
import type { ClaimedPost, RolloutMessage } from '../domain/alerts/ledger.ts';
import { summarizeError } from '../errors.ts';
import { renderDigest } from '../slack/render-digest.ts';
import { renderEvent } from '../slack/render-event.ts';
import { renderRollout } from '../slack/render-rollout.ts';
import type { Deliver, Lane } from './lane.ts';
import type { Links } from './links.ts';
import type { ChannelIds } from './ports.ts';
import { owesEdit, type RunEvent, type TaskRun } from './run.ts';
import { isGone, isRejected, SlackChannel, type SlackDoor } from './slack-channel.ts';
import { digestIdOf, postOf, rootOf } from './slack-posts.ts';
import { recover } from './slack-recovery.ts';
import { isBreach } from './urgency.ts';

/** A digest tells so many events at most. */
const DIGEST_EVENTS = 100;
/** A channel whose next free second is further away has more to take than it can, milliseconds. */
const CROWDED_MS = 5_000;
/** Edits are not waited for longer than this: breaches may wait for the process. */
const EDITS_MS = 10_000;
const CONCURRENCY = 10;
const AT_ONCE_MS = 1_000;

export interface SlackLaneOptions {
  readonly door: SlackDoor;
  readonly channelIds: ChannelIds;
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
  /** Until when edits are waited for, epoch milliseconds. */
  #editsUntil: number;

  constructor(lane: Lane, options: SlackLaneOptions) {
    this.#lane = lane;
    this.#options = options;
    this.#channel = new SlackChannel(lane, options.door, options.channelIds);
    this.#editsUntil = Math.min(lane.latest, lane.now + EDITS_MS);
  }

  async deliver(all: readonly TaskRun[]): Promise<void> {
    const runs = await recover(this.#lane, this.#channel, all);
    const tellers = runs.filter((run) => this.#hasNews(run));
    const others = runs.filter((run) => !this.#hasNews(run));
    if (tellers.length > 0) await this.#tellAll(tellers);
    const told = tellers.filter((run) => !run.isLeft && owesEdit(run.ledger));
    for (const run of [...others, ...told]) await this.#show(run);
  }

  #hasNews({ events, ledger }: TaskRun): boolean {
    const hasRoot = !this.#channel.hasThreads || ledger.message !== undefined;
    return events.some((event) => event.told && (!hasRoot || this.#isPost(event)));
  }

  /** The message of a rollout stands for the start of it. */
  #isPost({ told, received }: RunEvent): boolean {
    return told && !(this.#channel.hasThreads && received.event.detailType === 'OTA Task Tracking Started');
  }

  async #tellAll(runs: readonly TaskRun[]): Promise<void> {
    const freeAt = await this.#channel.freeAt();
    const { now, latest, invocation } = this.#lane;
    if (freeAt > latest) {
      const afterMs = freeAt - now + invocation.random() * AT_ONCE_MS;
      for (const run of runs) run.postpone(afterMs);
    } else if (this.#isCrowded(runs, freeAt)) await this.#tellTogether(runs);
    else for (const run of runs.toSorted(byUrgency)) await this.#tell(run);
  }

  #isCrowded({ length }: readonly TaskRun[], freeAt: number): boolean {
    return length > this.#options.groupAbove || (length > 1 && freeAt - this.#lane.now > CROWDED_MS);
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
      if (owesEdit(run.ledger) && (await this.#channel.takesEdit(this.#lane.now))) await this.#edit(run);
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
    for (const some of chunksOf(runs).flatMap((chunk) => this.#fitting(chunk))) {
      if (this.#lane.stop === undefined) await this.#tellDigest(some);
      else for (const run of some) run.postpone();
    }
  }

  /** Splits what is too much for one message: so that each is either sent or not. */
  #fitting(runs: readonly TaskRun[]): readonly (readonly TaskRun[])[] {
    if (runs.length === 1 || this.#digestOf(runs).length <= 1) return [runs];
    const half = Math.ceil(runs.length / 2);
    return [...this.#fitting(runs.slice(0, half)), ...this.#fitting(runs.slice(half))];
  }

  #digestOf(runs: readonly TaskRun[]) {
    const events = runs.flatMap(toldOf).map(({ received }) => received.event);
    return renderDigest(events, this.#options.links);
  }

  async #tellDigest(runs: readonly TaskRun[]): Promise<void> {
    const id = digestIdOf(runs.flatMap(toldOf), this.#options.hash);
    const claims = await pMap(
      runs,
      async (run) => {
        const sequences = toldOf(run).flatMap((event) => postOf(event).sequences);
        return (await run.claim([{ id, sequences }])) ? [run] : [];
      },
      { concurrency: CONCURRENCY },
    );
    const claimed = claims.flat();
    const events = claimed.flatMap(toldOf).length;
    try {
      const messages = events > 0 ? this.#digestOf(claimed) : [];
      for (const [index, message] of messages.entries()) {
        // The last one has the id that is looked for: when it was sent, so were the others.
        const isLast = index === messages.length - 1;
        await this.#channel.post(message, { id: isLast ? id : `${id}:${index}` });
      }
      for (const run of claimed) for (const event of run.events) run.apply(event);
      this.#lane.invocation.tally.grouped += events;
    } catch (error) {
      const give = (run: TaskRun) => (isRejected(error) ? setAsideAll(run, error) : run.fail(error));
      await pMap(claimed, give, { concurrency: CONCURRENCY });
      if (!isRejected(error)) return;
    }
    await pMap(claimed, (run) => run.settle(), { concurrency: CONCURRENCY });
  }

  /** Brings the message of a rollout up to date, if it has one, and writes down that its events were seen. */
  async #show(run: TaskRun): Promise<void> {
    // What is yet to be told must not be taken for dealt with.
    if (this.#lane.stop !== undefined || run.events.some((event) => this.#isPost(event)))
      return run.postpone();
    const mayEdit = owesEdit(run.ahead) && (await this.#waitsForEdit());
    if (mayEdit && !(await run.claim([]))) return;
    run.applyAll();
    try {
      if (mayEdit) await this.#edit(run);
    } catch (error) {
      return run.fail(error);
    }
    await run.settle();
  }

  async #waitsForEdit(): Promise<boolean> {
    const { now } = this.#lane;
    const takesEdit = this.#editsUntil >= now && (await this.#channel.takesEdit(this.#editsUntil));
    if (!takesEdit) this.#editsUntil = now - 1;
    return takesEdit;
  }

  /** Edits the message of a rollout, whose turn it is. */
  async #edit(run: TaskRun): Promise<void> {
    const { message, view } = run.ledger;
    if (message === undefined || view === undefined) return;
    const shown: RolloutMessage = { ...message, shown: view.sequence };
    try {
      const isDone = await this.#channel.edit(message, renderRollout(view, this.#options.links));
      if (isDone) run.changeMessage(shown);
    } catch (error) {
      // Somebody deleted it: the next event that is told begins a new one.
      if (isGone(error)) run.changeMessage(undefined);
      else if (isRejected(error)) {
        const { target, invocation } = this.#lane;
        invocation.log.error('An edit was refused', { target, error: summarizeError(error) });
        run.changeMessage(shown);
      } else throw error;
    }
  }
}

/** Events of which Slack is to be told. */
function toldOf({ events }: TaskRun): readonly RunEvent[] {
  return events.filter(({ told }) => told);
}

/** Refused for good, in whatever form: what was to be told is laid aside. */
async function setAsideAll(run: TaskRun, error: Error): Promise<void> {
  for (const event of run.events) {
    if (event.told) await run.setAside(event, error);
    else run.apply(event);
  }
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
