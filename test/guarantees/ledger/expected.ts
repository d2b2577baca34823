import type { TaskRule } from '../../../lib/domain/rules/rule.ts';
import type { ReadLook } from '../../support/rule-oracle/recorded-rollout.ts';
import { predict, type Told } from '../../support/rule-oracle.ts';
import { countsOf, isOver, isSame, type TaskState } from './states.ts';

/** A state of a task that a process saw and committed. */
export interface Observation {
  /** The world's clock at the look. */
  readonly at: number;
  readonly version: number;
  /** The facts; of a task that is gone those of the observation before, and `DELETED`. */
  readonly state: TaskState;
}

/** A history row as it must be, without what the ledger does not know. */
export type ExpectedRow = Readonly<Record<string, unknown>>;

export type ProgressEvents = 'milestones' | 'all' | 'none';

export interface Expectations {
  readonly progressEvents: ProgressEvents;
  readonly rules: readonly TaskRule[];
}

const iso = (instant: number) => new Date(instant).toISOString();
const MILESTONES = [25, 50, 75, 100];
const STOP_REASONS: Readonly<Record<string, string>> = {
  COMPLETED: 'completed',
  CANCELED: 'canceled',
  DELETED: 'deleted',
};

/** The rows that a task's history must have after these observations. */
export function expectedRows(
  taskId: string,
  observations: readonly Observation[],
  { progressEvents, rules }: Expectations,
): ExpectedRow[] {
  const looks = observations.map((observation) => lookOf(observation, rules));
  const told = rulesTold(looks);
  let milestone = 0;
  let previous: Observation | undefined;
  const rows = observations.flatMap((observation, index) => {
    const reached = milestoneOf(observation.state);
    const isPublished = progressEvents === 'all' || (progressEvents === 'milestones' && reached > milestone);
    milestone = Math.max(milestone, reached);
    const changes =
      previous === undefined
        ? [{ detailType: 'OTA Task Tracking Started', reason: 'discovered' }]
        : changesOf(previous.state, observation.state, isPublished);
    previous = observation;
    const common = commonOf(taskId, observation);
    return [...changes, ...(told[index] ?? []).map(ruleRow), ...endOf(observation.state)].map((row) => ({
      published: true,
      ...common,
      ...row,
    }));
  });
  return rows.map((row, index) => ({
    ...row,
    sequence: index + 1,
    eventId: `${taskId}:${index + 1}`,
  }));
}

function commonOf(taskId: string, { at, state, version }: Observation): ExpectedRow {
  return {
    schemaVersion: '1',
    taskId,
    taskArn: `arn:aws:iotmanagedintegrations:us-east-1:123456789012:ota-task/${taskId}`,
    accountId: '123456789012',
    region: 'us-east-1',
    otaType: 'ONE_TIME',
    description: `version ${version}`,
    observedAt: iso(at),
    status: state.status,
    counts: countsOf(state.things),
    configurationId: state.configurationId,
    lastUpdatedAt: iso(state.updatedAt),
  };
}

/** In the order of the contract. */
function changesOf(before: TaskState, after: TaskState, isProgressPublished: boolean): ExpectedRow[] {
  const status = {
    detailType: 'OTA Task Status Changed',
    previousStatus: before.status,
    terminal: isOver(after.status),
    ...(after.status === 'CANCELED' && { inferredCause: causeOf(after) }),
  };
  const configuration = {
    detailType: 'OTA Task Configuration Changed',
    previousConfigurationId: before.configurationId,
  };
  const progress = {
    detailType: 'OTA Task Progressed',
    published: isProgressPublished,
    previousCounts: countsOf(before.things),
    ...percentComplete(after),
  };
  return [
    ...(before.status === after.status ? [] : [status]),
    ...(before.configurationId === after.configurationId ? [] : [configuration]),
    ...(isSame(before.things, after.things) ? [] : [progress]),
  ];
}

/** No configuration here has abort criteria; end times cancel. */
function causeOf({ endsAt, updatedAt }: TaskState): string {
  return endsAt !== undefined && endsAt <= updatedAt ? 'end-time' : 'operator';
}

function endOf({ status }: TaskState): ExpectedRow[] {
  return isOver(status) ? [{ detailType: 'OTA Task Tracking Stopped', reason: STOP_REASONS[status] }] : [];
}

function finishedOf({ things }: TaskState): { readonly finished: number; readonly total: number } {
  const { total } = countsOf(things);
  return { finished: total - things.queued - things.inProgress, total };
}

function milestoneOf(state: TaskState): number {
  const { finished, total } = finishedOf(state);
  return Math.max(0, ...MILESTONES.filter((percent) => total > 0 && finished * 100 >= percent * total));
}

function percentComplete(state: TaskState): ExpectedRow {
  const { finished, total } = finishedOf(state);
  return total === 0 ? {} : { percentComplete: Math.floor((finished * 10_000) / total) / 100 };
}

function ruleRow({ type, id, observed, breachedAt, reason, flapping }: Told): ExpectedRow {
  return {
    detailType: type === 'breached' ? 'OTA Task Threshold Breached' : 'OTA Task Threshold Recovered',
    rule: id,
    observed,
    ...(breachedAt !== undefined && { breachedAt: iso(breachedAt) }),
    ...(reason !== undefined && { reason }),
    ...(flapping === true && { flapping }),
  };
}

function lookOf({ at, state }: Observation, rules: readonly TaskRule[]): ReadLook {
  const { status, things, endsAt } = state;
  return {
    kind: 'read',
    at,
    status,
    counts: countsOf(things),
    isContinuous: false,
    rules,
    ...(endsAt !== undefined && { endTime: endsAt }),
  };
}

/** What the rules tell, by look. */
function rulesTold(looks: readonly ReadLook[]): Told[][] {
  if (new Set(looks.map(({ at }) => at)).size === looks.length) {
    const told = Map.groupBy(predict(looks), ({ at }) => at);
    return looks.map(({ at }) => told.get(at) ?? []);
  }
  let before = 0;
  return looks.map((_, index) => {
    const told = predict(looks.slice(0, index + 1)).slice(before);
    before += told.length;
    return told;
  });
}

/** Whether the last thing told of a rule is a breach that flaps: its recovery is waited for, and noted, for long. */
export function isFlapping(observations: readonly Observation[], { rules }: Expectations): boolean {
  const told = predict(observations.map((observation) => lookOf(observation, rules)));
  return rules.some(({ id }) => {
    const last = told.findLast((one) => one.id === id);
    return last?.type === 'breached' && last.flapping === true;
  });
}
