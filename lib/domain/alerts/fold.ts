import type { PublishedEvent } from '../events.ts';
import type { CommonDetail } from '../generated/events.ts';
import { isTerminal } from '../task.ts';
import type { NewestSequences, OpenBreach, RolloutView } from './rollout-view.ts';

const NONE: Pick<RolloutView, 'open' | 'recovered' | 'newest'> = {
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
  return {
    ...factsOf(view !== undefined && view.sequence > event.detail.sequence ? view : event.detail),
    ...causeOf(view, event),
    ...paceOf(view, event, newest),
    ...stopOf(view, event),
    ...breachesOf(before, event, newest),
    newest,
  };
}

type Facts = Pick<RolloutView, keyof CommonDetail & keyof RolloutView>;

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

function causeOf(
  view: RolloutView | undefined,
  { detailType, detail }: PublishedEvent,
): Pick<RolloutView, 'inferredCause'> {
  const isNews =
    detailType === 'OTA Task Status Changed' && detail.sequence >= (view?.newest.statusChanged ?? 0);
  const inferredCause = isNews ? detail.inferredCause : view?.inferredCause;
  return inferredCause === undefined ? {} : { inferredCause };
}

function paceOf(
  view: RolloutView | undefined,
  { detailType, detail }: PublishedEvent,
  newest: NewestSequences,
): Pick<RolloutView, 'ratePerMinute' | 'estimatedCompletionAt'> {
  if (newest.over >= newest.progressed) return {};
  const isNews = detailType === 'OTA Task Progressed' && detail.sequence === newest.progressed;
  const { ratePerMinute, estimatedCompletionAt } = (isNews ? detail : view) ?? {};
  return {
    ...(ratePerMinute !== undefined && { ratePerMinute }),
    ...(estimatedCompletionAt !== undefined && { estimatedCompletionAt }),
  };
}

/** Nothing comes after the end of tracking: what does, is of a task that is tracked again. */
function stopOf(
  view: RolloutView | undefined,
  { detailType, detail }: PublishedEvent,
): Pick<RolloutView, 'stopped'> {
  const isOlder = view !== undefined && detail.sequence < view.sequence;
  if (isOlder) return view.stopped === undefined ? {} : { stopped: view.stopped };
  return detailType === 'OTA Task Tracking Stopped' ? { stopped: detail.reason } : {};
}

function breachesOf(
  before: Pick<RolloutView, 'open' | 'recovered'>,
  event: PublishedEvent,
  { stopped }: NewestSequences,
): Pick<RolloutView, 'open' | 'recovered'> {
  const all = withRecovery(before.recovered, event);
  const recovered = Object.fromEntries(Object.entries(all).filter(([, sequence]) => sequence > stopped));
  const isOpen = ({ ruleId, sequence }: OpenBreach) =>
    sequence > stopped && sequence > (recovered[ruleId] ?? 0);
  return { open: withBreach(before.open, event).filter(isOpen).toSorted(byAge), recovered };
}

function withRecovery(
  recovered: RolloutView['recovered'],
  { detailType, detail }: PublishedEvent,
): RolloutView['recovered'] {
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
