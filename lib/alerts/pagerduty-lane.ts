import { dedupKeyOf } from '../domain/alerts/dedup-key.ts';
import { type IncidentStep, incidentSteps } from '../domain/alerts/incident-steps.ts';
import type { EventOf, PublishedEvent } from '../domain/events.ts';
import { resolveOf, triggerOf } from '../pagerduty/alert.ts';
import { type ChangeSource, changeOf } from '../pagerduty/change.ts';
import { groupTriggerOf } from '../pagerduty/group.ts';
import { DestinationError } from './destination-error.ts';
import type { Deliver, Lane } from './lane.ts';
import type { Links } from './links.ts';
import type { GroupMember, IncidentGroups, PagerDuty } from './ports.ts';
import type { RunEvent, TaskRun } from './run.ts';

/** About 120 calls a minute for each integration key (PagerDuty, Events API v2 overview): a little less. */
const SEND_EVERY_MS = 550;
/** So many incidents of a service are opened alone in each span of time; more become one. */
const ALONE = 10;
const SPAN_MS = 300_000;
/** Members of one group: its item has to stay small. */
const GROUP_SIZE = 250;
const GROUP_PREFIX = 'ota-watch-group:';
const MAX_SUMMARY = 200;

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

type Breach = EventOf<'OTA Task Threshold Breached'>;

class Delivery {
  readonly #lane: Lane;
  readonly #options: PagerDutyLaneOptions;
  /** Runs whose next event joined a group that is yet to be told of it, by the group's key. */
  #parked = new Map<string, TaskRun[]>();

  constructor(lane: Lane, options: PagerDutyLaneOptions) {
    this.#lane = lane;
    this.#options = options;
  }

  async deliver(runs: readonly TaskRun[]): Promise<void> {
    for (const run of runs.toSorted(byUrgency)) {
      if (this.#lane.stop !== undefined) run.postpone();
      else if (!hasSteps(run, this.#options)) {
        run.applyAll();
        await run.settle();
      } else if (await run.claim([])) await this.#attempt(run, () => this.#proceed(run));
    }
    while (this.#parked.size > 0) await this.#tellGroups();
  }

  /** Deals with the events of a run, until one has to wait for its group. */
  async #proceed(run: TaskRun): Promise<void> {
    for (const event of run.events) {
      const steps = stepsOf(run, event, this.#options);
      for (const step of steps) {
        const group = await this.#take(run, event, step);
        if (group !== undefined) {
          this.#parked.set(group, [...(this.#parked.get(group) ?? []), run]);
          return;
        }
      }
      run.apply({ ...event, told: event.told && steps.length > 0 });
    }
    await run.settle();
  }

  /** Tells PagerDuty one thing, and gives the key of the group if that is to be told instead. */
  async #take(run: TaskRun, event: RunEvent, step: IncidentStep): Promise<string | undefined> {
    const { pagerDuty, links } = this.#options;
    const { event: published } = event.received;
    if (step.kind === 'resolve') return this.#resolve(run, step);
    if (step.kind === 'change') {
      if (isChange(published))
        await this.#send(() => pagerDuty.change(this.#lane.name, changeOf(published, links)));
      return undefined;
    }
    if (published.detailType !== 'OTA Task Threshold Breached') return undefined;
    const dedupKey = await this.#open(run, published);
    if (dedupKey.startsWith(GROUP_PREFIX)) return dedupKey;
    await this.#send(() => pagerDuty.send(this.#lane.name, triggerOf(published, dedupKey, links)));
    return undefined;
  }

  /** Decides, once, under which key a breach is told, and writes that down before anybody is told. */
  async #open(run: TaskRun, breach: Breach): Promise<string> {
    const { rule, sequence, taskId } = breach.detail;
    const known = run.ledger.incidents[rule.id];
    const dedupKey = known?.dedupKey ?? (await this.#keyOf(taskId, rule.id));
    run.changeIncidents({ ...run.ledger.incidents, [rule.id]: { dedupKey, sequence } });
    if (known === undefined && !(await run.claim([]))) throw new LostClaimError('The claim is lost');
    if (dedupKey.startsWith(GROUP_PREFIX)) await this.#options.groups.join(dedupKey, [memberOf(breach)]);
    return dedupKey;
  }

  async #keyOf(taskId: string, ruleId: string): Promise<string> {
    const { groups, hash } = this.#options;
    const span = Math.floor(this.#lane.now / SPAN_MS);
    const count = await groups.count(this.#lane.name, span);
    if (count <= ALONE) return dedupKeyOf(taskId, ruleId, hash);
    return `${GROUP_PREFIX}${this.#lane.name}:${span}:${Math.floor((count - ALONE - 1) / GROUP_SIZE)}`;
  }

  async #resolve(run: TaskRun, step: Extract<IncidentStep, { kind: 'resolve' }>): Promise<undefined> {
    const { dedupKey, ruleId } = step;
    const isGroup = dedupKey.startsWith(GROUP_PREFIX);
    const { groups, pagerDuty } = this.#options;
    const left = isGroup ? await groups.leave(dedupKey, { taskId: run.ledger.taskId, ruleId }) : 0;
    if (left === 0) await this.#send(() => pagerDuty.send(this.#lane.name, resolveOf(dedupKey)));
    const { [ruleId]: _, ...incidents } = run.ledger.incidents;
    run.changeIncidents(incidents);
    // Somebody may have joined it in the meantime, and told it before it was resolved.
    if (isGroup && left === 0) await this.#tellGroup(dedupKey);
  }

  async #tellGroups(): Promise<void> {
    const parked = this.#parked;
    this.#parked = new Map();
    for (const [dedupKey, runs] of parked) {
      const trouble = await this.#troubleWith(dedupKey);
      for (const run of runs) {
        if (trouble === undefined) await this.#attempt(run, () => this.#goOn(run));
        else await run.fail(trouble);
      }
    }
  }

  async #troubleWith(dedupKey: string): Promise<unknown> {
    try {
      await this.#tellGroup(dedupKey);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  /** The group has been told of the event that the run was parked at. */
  async #goOn(run: TaskRun): Promise<void> {
    const [event] = run.events;
    if (event !== undefined) {
      run.apply(event);
      this.#lane.invocation.tally.grouped += 1;
    }
    await this.#proceed(run);
  }

  async #tellGroup(dedupKey: string): Promise<void> {
    const { groups, pagerDuty, links } = this.#options;
    const members = await groups.members(dedupKey);
    if (members.length === 0) return;
    const trigger = groupTriggerOf({ dedupKey, members }, links, this.#lane.now);
    await this.#send(() => pagerDuty.send(this.#lane.name, trigger));
  }

  async #attempt(run: TaskRun, action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (error) {
      const [event] = run.events;
      if (error instanceof LostClaimError) run.postpone();
      else if (event === undefined || !isRejected(error)) await run.fail(error);
      else
        await this.#attempt(run, async () => {
          await run.setAside(event, error);
          await this.#proceed(run);
        });
    }
  }

  async #send(send: () => Promise<void>): Promise<void> {
    const line = this.#lane.name;
    await this.#lane.paced(line, SEND_EVERY_MS);
    try {
      await send();
    } catch (error) {
      if (error instanceof DestinationError && error.trouble.kind === 'busy')
        await this.#lane.invocation.slots.postpone(line, this.#lane.now + error.trouble.retryAfterMs);
      throw error;
    }
  }
}

/** Somebody else took over while a key was being written down: they go on. */
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

/** Whether any event of a run has to be told, or may end something that was told. */
function hasSteps(run: TaskRun, options: PagerDutyLaneOptions): boolean {
  return run.events.some(
    (event) => stepsOf(run, event, options).length > 0 || Object.keys(run.ledger.incidents).length > 0,
  );
}

function memberOf({ detail }: Breach): GroupMember {
  const { taskId, rule, summary, description } = detail;
  return {
    taskId,
    ruleId: rule.id,
    severity: rule.severity,
    summary: [...summary].slice(0, MAX_SUMMARY).join(''),
    ...(description !== undefined && { name: [...description].slice(0, MAX_SUMMARY / 2).join('') }),
  };
}

function byUrgency(a: TaskRun, b: TaskRun): number {
  const hasBreach = ({ events }: TaskRun) => events.some(({ received }) => isBreach(received.event));
  return Number(hasBreach(b)) - Number(hasBreach(a));
}

function isChange(event: PublishedEvent): event is ChangeSource {
  const { detailType } = event;
  return (
    detailType === 'OTA Task Status Changed' ||
    detailType === 'OTA Task Progressed' ||
    detailType === 'OTA Task Threshold Breached'
  );
}

function isBreach(event: PublishedEvent): boolean {
  return event.detailType === 'OTA Task Threshold Breached' && event.detail.rule.kind !== 'milestone';
}

function isRejected(error: unknown): error is DestinationError {
  return error instanceof DestinationError && error.trouble.kind === 'rejected';
}
