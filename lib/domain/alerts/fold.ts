import type { PublishedEvent } from '../events.ts';
import type { CommonDetail, StopReason } from '../generated/events.ts';
import { isTerminal } from '../task.ts';
import type { NewestSequences, OpenBreach, RolloutView } from './rollout-view.ts';

type Facts = Pick<RolloutView, keyof CommonDetail & keyof RolloutView>;
/** What is not of the newest event as such. */
type Findings = Omit<RolloutView, keyof Facts | 'stopped'>;

const NONE: Findings = {
  open: [],
  recovered: {},
  newest: { statusChanged: 0, progressed: 0, stopped: 0, over: 0 },
};

/**
 * Adds what an event tells to what is known of its rollout. Events may come in any order and more than once: the same events
 * give the same view.
 */
export function fold(view: RolloutView | undefined, event: PublishedEvent): RolloutView {
  const before = view ?? NONE;
  const newest = newestOf(before.newest, event);
  const isLate = view !== undefined && view.sequence > event.detail.sequence;
  // Nothing follows the end of tracking: what does, is of a task that is tracked again.
  const stopped = isLate ? view.stopped : stopReasonOf(event);
  return {
    ...factsOf(isLate ? view : event.detail),
    ...causeOf(before, event),
    ...paceOf(before, event, newest),
    ...(stopped !== undefined && { stopped }),
    ...breachesOf(before, event, newest),
    newest,
  };
}

function factsOf(known: Facts): Facts {
  const { taskId, sequence, observedAt, status, counts } = known;
  const { taskArn, accountId, region, configurationId, otaType, description } = known;
  return {
    taskId,
    sequence,
    observedAt,
    status,
    counts,
    ...(taskArn !== undefined && { taskArn }),
    ...(accountId !== undefined && { accountId }),
    ...(region !== undefined && { region }),
    ...(configurationId !== undefined && { configurationId }),
    ...(otaType !== undefined && { otaType }),
    ...(description !== undefined && { description }),
  };
}

function newestOf(before: NewestSequences, { detailType, detail }: PublishedEvent): NewestSequences {
  const stops = detailType === 'OTA Task Tracking Stopped';
  const newest = (known: number, counts: boolean) => (counts ? Math.max(known, detail.sequence) : known);
  return {
    statusChanged: newest(before.statusChanged, detailType === 'OTA Task Status Changed'),
    progressed: newest(before.progressed, detailType === 'OTA Task Progressed'),
    stopped: newest(before.stopped, stops),
    over: newest(before.over, stops || isTerminal(detail.status)),
  };
}

function causeOf(before: Findings, { detailType, detail }: PublishedEvent): Pick<Findings, 'inferredCause'> {
  const isNews = detailType === 'OTA Task Status Changed' && detail.sequence >= before.newest.statusChanged;
  const { inferredCause } = isNews ? detail : before;
  return inferredCause === undefined ? {} : { inferredCause };
}

function paceOf(
  before: Findings,
  { detailType, detail }: PublishedEvent,
  newest: NewestSequences,
): Pick<Findings, 'ratePerMinute' | 'estimatedCompletionAt'> {
  if (newest.over >= newest.progressed) return {};
  const isNews = detailType === 'OTA Task Progressed' && detail.sequence === newest.progressed;
  const { ratePerMinute, estimatedCompletionAt } = isNews ? detail : before;
  return {
    ...(ratePerMinute !== undefined && { ratePerMinute }),
    ...(estimatedCompletionAt !== undefined && { estimatedCompletionAt }),
  };
}

function stopReasonOf({ detailType, detail }: PublishedEvent): StopReason | undefined {
  return detailType === 'OTA Task Tracking Stopped' ? detail.reason : undefined;
}

function breachesOf(
  before: Findings,
  event: PublishedEvent,
  { stopped }: NewestSequences,
): Pick<Findings, 'open' | 'recovered'> {
  const all = withRecovery(before.recovered, event);
  const recovered = Object.fromEntries(Object.entries(all).filter(([, sequence]) => sequence > stopped));
  const isOpen = ({ ruleId, sequence }: OpenBreach) =>
    sequence > stopped && sequence > (recovered[ruleId] ?? 0);
  return { open: withBreach(before.open, event).filter(isOpen).toSorted(byAge), recovered };
}

function withRecovery(
  recovered: Findings['recovered'],
  { detailType, detail }: PublishedEvent,
): Findings['recovered'] {
  if (detailType !== 'OTA Task Threshold Recovered') return recovered;
  const { id } = detail.rule;
  return { ...recovered, [id]: Math.max(recovered[id] ?? 0, detail.sequence) };
}

function withBreach(
  open: readonly OpenBreach[],
  { detailType, detail }: PublishedEvent,
): readonly OpenBreach[] {
  if (detailType !== 'OTA Task Threshold Breached' || detail.rule.kind === 'milestone') return open;
  const { rule, sequence, summary, observedAt, breachedAt = observedAt } = detail;
  if (open.some((one) => one.ruleId === rule.id && one.sequence >= sequence)) return open;
  const told: OpenBreach = { ruleId: rule.id, sequence, severity: rule.severity, summary, breachedAt };
  return [...open.filter(({ ruleId }) => ruleId !== rule.id), told];
}

/** Breaches of one poll began at the same time. */
function byAge(a: OpenBreach, b: OpenBreach): number {
  return a.breachedAt === b.breachedAt ? a.sequence - b.sequence : a.breachedAt < b.breachedAt ? -1 : 1;
}
