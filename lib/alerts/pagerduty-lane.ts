import { dedupKeyOf } from '../domain/alerts/dedup-key.ts';
import { type IncidentStep, incidentSteps } from '../domain/alerts/incident-steps.ts';
import type { ThresholdBreachedDetail } from '../domain/generated/events.ts';
import { resolveOf, triggerOf } from '../pagerduty/alert.ts';
import { changeOf } from '../pagerduty/change.ts';
import { groupTriggerOf } from '../pagerduty/group.ts';
import { DestinationError } from './destination-error.ts';
import { IncidentKeys, isGroupKey, memberOf } from './incident-keys.ts';
import type { Deliver, Lane } from './lane.ts';
import type { Links } from './links.ts';
import type { GroupMember, IncidentGroups, MemberId, PagerDuty } from './ports.ts';
import type { RunEvent, TaskRun } from './run.ts';
import { isChange, URGENCIES, urgencyOf } from './urgency.ts';

/** About 120 calls a minute for each integration key (PagerDuty, Events API v2 overview): a little less. */
const SEND_EVERY_MS = 550;
/** Somebody has to do something: asking more often helps nobody. */
const REPAIR_MS = 60_000;

export interface PagerDutyLaneOptions {
  readonly pagerDuty: PagerDuty;
  readonly groups: IncidentGroups;
  readonly links: Links;
  readonly hash: (value: string) => string;
}

/** Tells a service of PagerDuty: an incident for each breach, one for many at once, and changes. */
export function pagerDutyLane(options: PagerDutyLaneOptions): Deliver {
  return (lane, runs) => new Delivery(lane, options).deliver(runs);
}

/** The next event of a run, and what it means: steps before `at` are done. */
interface Work {
  readonly run: TaskRun;
  readonly event: RunEvent;
  readonly steps: readonly IncidentStep[];
  readonly at: number;
}

/** Work that waits until its group is dealt with: for all at once, since each write of a group writes all of it. */
type Parked = Work & { readonly dedupKey: string } & (
    | { readonly kind: 'join'; readonly member: GroupMember }
    | { readonly kind: 'leave'; readonly member: MemberId }
  );

class Delivery {
  readonly #lane: Lane;
  readonly #options: PagerDutyLaneOptions;
  readonly #keys: IncidentKeys;
  readonly #claimed = new Set<TaskRun>();
  #parked: Parked[] = [];
  /** What stopped the lane. */
  #trouble: unknown;

  constructor(lane: Lane, options: PagerDutyLaneOptions) {
    this.#lane = lane;
    this.#options = options;
    this.#keys = new IncidentKeys(lane.name, options.groups, options.hash);
  }

  async deliver(runs: readonly TaskRun[]): Promise<void> {
    const byUrgency = Map.groupBy(runs, ({ events }) =>
      urgencyOf(events.map(({ received }) => received.event)),
    );
    for (const urgency of URGENCIES) {
      for (const run of byUrgency.get(urgency) ?? []) await this.#begin(run);
      // Before what is less urgent uses up the time.
      while (this.#parked.length > 0) await this.#dealWithGroups();
    }
  }

  async #begin(run: TaskRun): Promise<void> {
    if (this.#lane.stop !== undefined) run.postpone();
    else await this.#attempt(run, () => this.#proceed(run));
  }

  async #proceed(run: TaskRun): Promise<void> {
    const [event] = run.events;
    if (event === undefined) await run.settle();
    else await this.#work({ run, event, steps: stepsOf(run, event, this.#options), at: 0 });
  }

  /** Deals with the events of a run, until one has to wait for its group. */
  async #work(work: Work): Promise<void> {
    const { run, event, steps } = work;
    for (let at = work.at; at < steps.length; at++) {
      const parked = await this.#take({ ...work, at });
      if (parked === undefined) continue;
      this.#parked.push(parked);
      return;
    }
    run.apply({ ...event, told: event.told && steps.length > 0 });
    await this.#proceed(run);
  }

  /** Takes a step; where it is to be taken with a group, gives it back instead. */
  async #take(work: Work): Promise<Parked | undefined> {
    const step = work.steps[work.at];
    switch (step?.kind) {
      case 'trigger':
        return this.#trigger(work);
      case 'resolve':
        return this.#resolve(work, step);
      case 'change':
        await this.#change(work);
        return undefined;
      case undefined:
        return undefined;
    }
  }

  async #trigger(work: Work): Promise<Parked | undefined> {
    const { event } = work.event.received;
    if (event.detailType !== 'OTA Task Threshold Breached') return undefined;
    const dedupKey = await this.#open(work.run, event.detail);
    if (isGroupKey(dedupKey)) return { ...work, dedupKey, kind: 'join', member: memberOf(event) };
    await this.#send(({ pagerDuty, links }) =>
      pagerDuty.send(this.#lane.name, triggerOf(event, dedupKey, links)),
    );
    return undefined;
  }

  /** Decides, once, under which key a breach is told, and writes that down before anybody is told. */
  async #open(run: TaskRun, { rule, sequence, taskId }: ThresholdBreachedDetail): Promise<string> {
    const known = run.ledger.incidents[rule.id]?.dedupKey;
    const dedupKey = known ?? (await this.#keys.choose({ taskId, ruleId: rule.id }, this.#lane.now));
    run.changeIncidents({ ...run.ledger.incidents, [rule.id]: { dedupKey, sequence } });
    if (known === undefined) this.#claimed.delete(run);
    await this.#claim(run);
    return dedupKey;
  }

  /** Before anybody is told anything of a task. */
  async #claim(run: TaskRun): Promise<void> {
    if (this.#claimed.has(run)) return;
    if (!(await run.claim([]))) throw new LostClaimError('Somebody else was faster');
    this.#claimed.add(run);
  }

  async #resolve(work: Work, { dedupKey, ruleId }: Resolve): Promise<Parked | undefined> {
    const { run } = work;
    await this.#claim(run);
    const member = { taskId: run.ledger.taskId, ruleId };
    if (isGroupKey(dedupKey)) return { ...work, dedupKey, kind: 'leave', member };
    await this.#send(({ pagerDuty }) => pagerDuty.send(this.#lane.name, resolveOf(dedupKey)));
    forget(run, ruleId);
    return undefined;
  }

  async #change({ run, event: { received } }: Work): Promise<void> {
    const { event } = received;
    if (!isChange(event)) return;
    await this.#claim(run);
    await this.#send(({ pagerDuty, links }) => pagerDuty.change(this.#lane.name, changeOf(event, links)));
  }

  /** Those who join come first: a group that is about to be empty is not closed for them. */
  async #dealWithGroups(): Promise<void> {
    const parked = Map.groupBy(this.#parked, ({ dedupKey }) => dedupKey);
    this.#parked = [];
    for (const [dedupKey, works] of parked) {
      const joining = works.filter((work) => work.kind === 'join');
      const leaving = works.filter((work) => work.kind === 'leave');
      if (joining.length > 0) await this.#inGroup(joining, () => this.#join(dedupKey, joining));
      if (leaving.length > 0) await this.#inGroup(leaving, () => this.#leave(dedupKey, leaving));
    }
  }

  /** @param action deals with a group, and says how its members go on */
  async #inGroup<Kind extends Work>(
    works: readonly Kind[],
    action: () => Promise<(work: Kind) => Promise<void>>,
  ): Promise<void> {
    const goOn = await action().catch((error: unknown) => () => Promise.reject(error));
    for (const work of works) await this.#attempt(work.run, () => goOn(work));
  }

  async #join(dedupKey: string, joining: readonly Extract<Parked, { kind: 'join' }>[]) {
    const { groups } = this.#options;
    const isIn = await groups.join(
      dedupKey,
      joining.map(({ member }) => member),
    );
    if (!isIn) {
      this.#keys.close(dedupKey);
      return async (work: Parked) => {
        forget(work.run, work.member.ruleId);
        await this.#work(work);
      };
    }
    const members = await groups.members(dedupKey);
    await this.#send(({ pagerDuty, links }) =>
      pagerDuty.send(this.#lane.name, groupTriggerOf({ dedupKey, members }, links, this.#lane.now)),
    );
    return async (work: Parked) => {
      this.#lane.invocation.tally.grouped += 1;
      await this.#work({ ...work, at: work.at + 1 });
    };
  }

  /** Whoever leaves last resolves the incident; if that fails, all of them come back to it. */
  async #leave(dedupKey: string, leaving: readonly Extract<Parked, { kind: 'leave' }>[]) {
    const isOver = await this.#options.groups.leave(
      dedupKey,
      leaving.map(({ member }) => member),
    );
    if (isOver) await this.#send(({ pagerDuty }) => pagerDuty.send(this.#lane.name, resolveOf(dedupKey)));
    return async (work: Parked) => {
      forget(work.run, work.member.ruleId);
      await this.#work({ ...work, at: work.at + 1 });
    };
  }

  /** Nothing that an event meets ends the invocation: it is set aside if it was refused for good, and else comes again. */
  async #attempt(run: TaskRun, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      const [event] = run.events;
      if (error instanceof LostClaimError) return;
      if (event !== undefined && isRejected(error)) {
        await this.#attempt(run, async () => {
          await run.setAside(event, error);
          await this.#proceed(run);
        });
        return;
      }
      await run.fail(error);
      if (error instanceof DestinationError) this.#trouble = error;
    }
  }

  async #send(send: (options: PagerDutyLaneOptions) => Promise<void>): Promise<void> {
    const { slots } = this.#lane.invocation;
    const line = this.#lane.name;
    if (this.#lane.stop !== undefined) throw this.#trouble;
    await this.#lane.paced(line, SEND_EVERY_MS);
    try {
      await send(this.#options);
    } catch (error) {
      const pauseMs = pauseAfter(error);
      // What PagerDuty said matters more than whether others hear of it.
      if (pauseMs !== undefined) await slots.postpone(line, this.#lane.now + pauseMs).catch(() => undefined);
      throw error;
    }
  }
}

type Resolve = Extract<IncidentStep, { kind: 'resolve' }>;

/** Somebody else is at work on the task. */
class LostClaimError extends Error {
  override readonly name = 'LostClaimError';
}

function stepsOf(run: TaskRun, event: RunEvent, { hash }: PagerDutyLaneOptions): readonly IncidentStep[] {
  const { taskId } = run.ledger;
  return incidentSteps(event.received.event, {
    incidents: run.ledger.incidents,
    view: run.after(event),
    isTold: event.told,
    dedupKeyOf: (ruleId) => dedupKeyOf(taskId, ruleId, hash),
  });
}

function forget(run: TaskRun, ruleId: string): void {
  const { [ruleId]: _, ...incidents } = run.ledger.incidents;
  run.changeIncidents(incidents);
}

/** For how long nobody should send anything to a service. */
function pauseAfter(error: unknown): number | undefined {
  if (!(error instanceof DestinationError)) return undefined;
  const { trouble } = error;
  if (trouble.kind === 'busy') return trouble.retryAfterMs;
  return trouble.kind === 'misconfigured' ? REPAIR_MS : undefined;
}

function isRejected(error: unknown): error is DestinationError {
  return error instanceof DestinationError && error.trouble.kind === 'rejected';
}
