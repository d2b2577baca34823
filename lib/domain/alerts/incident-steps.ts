import type { EventOf, PublishedEvent } from '../events.ts';
import { milestoneOf } from '../progress.ts';
import type { Ledger } from './ledger.ts';
import type { RolloutView } from './rollout-view.ts';

/** Something that PagerDuty is to be told. */
export type IncidentStep =
  /** Opens an incident for the rule's breach, or reminds of it. */
  | { readonly kind: 'trigger'; readonly ruleId: string }
  | { readonly kind: 'resolve'; readonly ruleId: string; readonly dedupKey: string }
  /** Tells the event as a change, which pages nobody. */
  | { readonly kind: 'change' };

/** What a service knows of a task, and how it names incidents. */
export interface IncidentContext extends Pick<Ledger, 'incidents'> {
  /** With the event folded in. */
  readonly view: RolloutView;
  /** Whether the event is for this service: one that is not opens nothing, but ends what the service was told before. */
  readonly isTold: boolean;
  readonly dedupKeyOf: (ruleId: string) => string;
}

/** What an event that is next, or late, means for the incidents of its task in one service. */
export function incidentSteps(event: PublishedEvent, context: IncidentContext): readonly IncidentStep[] {
  switch (event.detailType) {
    case 'OTA Task Threshold Breached':
      return breachSteps(event, context);
    case 'OTA Task Threshold Recovered':
      return recoverySteps(event, context);
    case 'OTA Task Tracking Stopped':
      return stopSteps(context);
    case 'OTA Task Progressed':
      return changeSteps(
        context,
        milestoneOf(event.detail.counts) > milestoneOf(event.detail.previousCounts),
      );
    case 'OTA Task Status Changed':
      return changeSteps(context, true);
    case 'OTA Task Tracking Started':
    case 'OTA Task Configuration Changed':
      return [];
  }
}

function changeSteps({ isTold }: IncidentContext, isWorthTelling: boolean): readonly IncidentStep[] {
  return isTold && isWorthTelling ? [{ kind: 'change' }] : [];
}

/** A breach that comes late opens nothing if it is known to be over, and changes nothing if something newer was told of it. */
function breachSteps(
  { detail: { rule, sequence } }: EventOf<'OTA Task Threshold Breached'>,
  context: IncidentContext,
): readonly IncidentStep[] {
  if (rule.kind === 'milestone') return changeSteps(context, true);
  const { view, incidents, isTold } = context;
  const open = view.open.find(({ ruleId }) => ruleId === rule.id);
  if (!isTold || open === undefined) return [];
  return open.sequence === sequence || incidents[rule.id] === undefined
    ? [{ kind: 'trigger', ruleId: rule.id }]
    : [];
}

/** An incident may have been opened before there was a ledger. One of a breach that began since the recovery stays open. */
function recoverySteps(
  { detail: { rule } }: EventOf<'OTA Task Threshold Recovered'>,
  { view, incidents, isTold, dedupKeyOf }: IncidentContext,
): readonly IncidentStep[] {
  if (isOpen(view, rule.id)) return [];
  const incident = incidents[rule.id];
  if (incident !== undefined) return [resolve(rule.id, incident.dedupKey)];
  return isTold && rule.kind !== 'milestone' ? [resolve(rule.id, dedupKeyOf(rule.id))] : [];
}

/** Whatever is left: recoveries that were lost, or are late. */
function stopSteps({ view, incidents }: IncidentContext): readonly IncidentStep[] {
  return Object.entries(incidents)
    .filter(([ruleId]) => !isOpen(view, ruleId))
    .toSorted(([, a], [, b]) => a.sequence - b.sequence)
    .map(([ruleId, incident]) => resolve(ruleId, incident.dedupKey));
}

function resolve(ruleId: string, dedupKey: string): IncidentStep {
  return { kind: 'resolve', ruleId, dedupKey };
}

function isOpen({ open }: RolloutView, ruleId: string): boolean {
  return open.some((breach) => breach.ruleId === ruleId);
}
