import type { PublishedEvent } from '../../lib/domain/events.ts';
import type { PagerDutyFault } from '../../local/pagerduty/faults.ts';
import { uniform } from '../../local/simulator/rollout/random.ts';
import type { SlackFault } from '../../local/slack/faults.ts';
import type { GatedRequest } from './gate.ts';
import type { NotifierOptions, NotifierWorld, TestNotifier } from './notifier-world.ts';

/** What went wrong, and how often. */
export interface Havoc {
  events: number;
  duplicates: number;
  /** Events that came before one that was published earlier. */
  reordered: number;
  /** Requests that a destination answered with an error, or not at all, and did not take. */
  faults: number;
  /** Requests that a destination took, and whose answer nobody got. */
  lostAnswers: number;
  /** Events that were told by those, or by a process that died before it could write that down. */
  unknown: number;
  kills: number;
}

export interface ChaosOptions extends NotifierOptions {
  readonly seed: number;
  readonly notifiers?: number;
  readonly kills?: number;
}

const DUPLICATES = 0.2;
const FAULTS = 0.3;
/** Of the requests of a process, one in so many is its last. */
const REQUESTS_A_LIFE = 150;
/** Between two events of a task, and how much later each may come, milliseconds. */
const EVERY_MS = 3_000;
const MAX_DELAY_MS = 8_000;
const REPEATED_WITHIN_MS = 60_000;

/**
 * Sends events twice, too late and in any order, through processes that die, to destinations that fail, until all of them have
 * been dealt with.
 */
export async function chaos(
  world: NotifierWorld,
  streams: readonly (readonly PublishedEvent[])[],
  { seed, notifiers = 3, kills = 6, ...options }: ChaosOptions,
): Promise<Havoc> {
  const havoc: Havoc = {
    events: 0,
    duplicates: 0,
    reordered: 0,
    faults: 0,
    lostAnswers: 0,
    unknown: 0,
    kills: 0,
  };
  let drawn = 0;
  const draw = () => uniform(seed, drawn++);
  for (const stream of streams) publish(world, stream, draw, havoc);

  world.slack.faults.request = (request) =>
    count(slackFault(draw), havoc, eventsIn(JSON.stringify(request.arguments)));
  world.pagerDuty.faults.request = () => count(pagerDutyFault(draw), havoc, 1);
  const alive = new Set<TestNotifier>();
  const start = () => {
    const notifier = world.notifier(options);
    alive.add(notifier);
    /** Events that were told since a ledger was written. */
    let unwritten = 0;
    notifier.gate.on = (request) => {
      const death = deathAt(draw, havoc.kills < kills);
      if (death !== 'before') unwritten = unwrittenAfter(request, unwritten);
      if (death === undefined) return undefined;
      havoc.kills += 1;
      havoc.unknown += unwritten;
      if (death === 'after' && isTelling(request)) havoc.lostAnswers += 1;
      return death;
    };
    return notifier;
  };
  await world.run(Array.from({ length: notifiers }, start), {
    revive: start,
    max: () => 1 + Math.floor(draw() * 60),
    arrange: (items) => items.toSorted(() => draw() - 0.5),
  });
  for (const notifier of alive) notifier.close();
  world.slack.faults.request = undefined;
  world.pagerDuty.faults.request = undefined;
  return havoc;
}

function publish(
  world: NotifierWorld,
  stream: readonly PublishedEvent[],
  draw: () => number,
  havoc: Havoc,
): void {
  let latest = 0;
  for (const [index, event] of stream.entries()) {
    const at = index * EVERY_MS + draw() * MAX_DELAY_MS;
    if (at < latest) havoc.reordered += 1;
    latest = Math.max(latest, at);
    havoc.events += 1;
    world.publishAfter(at, event);
    if (draw() < DUPLICATES) {
      havoc.duplicates += 1;
      world.publishAfter(at + draw() * REPEATED_WITHIN_MS, event);
    }
  }
}

function slackFault(draw: () => number): SlackFault | undefined {
  if (draw() >= FAULTS) return undefined;
  const kind = draw();
  if (kind < 0.4) return { kind: 'rate-limited', retryAfterSeconds: 1 + Math.floor(draw() * 4) };
  if (kind < 0.6) return { kind: 'server-error', status: draw() < 0.5 ? 500 : 503 };
  return { kind: kind < 0.8 ? 'drop-before' : 'drop-after' };
}

function pagerDutyFault(draw: () => number): PagerDutyFault | undefined {
  if (draw() >= FAULTS) return undefined;
  const kind = draw();
  if (kind < 0.4) return { kind: 'busy', retryAfter: String(1 + Math.floor(draw() * 4)) };
  if (kind < 0.6) return { kind: 'internal-error' };
  return { kind: kind < 0.8 ? 'drop-before' : 'drop-after' };
}

function count<Fault extends { readonly kind: string }>(
  fault: Fault | undefined,
  havoc: Havoc,
  events: number,
): Fault | undefined {
  if (fault?.kind === 'drop-after') {
    havoc.lostAnswers += 1;
    havoc.unknown += events;
  } else if (fault !== undefined) havoc.faults += 1;
  return fault;
}

function deathAt(draw: () => number, mayDie: boolean): 'before' | 'after' | undefined {
  if (!mayDie || draw() * REQUESTS_A_LIFE >= 1) return undefined;
  return draw() < 0.5 ? 'before' : 'after';
}

function unwrittenAfter(request: GatedRequest, before: number): number {
  if (request.operation === 'PutItem') return 0;
  return isTelling(request) ? before + eventsIn(request.body) : before;
}

/** Whether a request tells a destination something that it would show twice. */
function isTelling({ service, operation }: GatedRequest): boolean {
  return service === 'web' && !operation.startsWith('conversations.') && operation !== 'chat.update';
}

/** A digest has a line for each event, in its blocks and some in its text, which begins with the name of the task. */
function eventsIn(message: string): number {
  return Math.max(1, message.match(/task\d+: /g)?.length ?? 0);
}
