import type { PublishedEvent } from '../domain/events.ts';
import type { ChangeSource } from '../pagerduty/change.ts';

/** In the order in which they are dealt with. */
export const URGENCIES = ['breach', 'end', 'other'] as const;

/** What pages people comes first, and what ends that before what pages nobody. */
export function urgencyOf(events: readonly PublishedEvent[]): (typeof URGENCIES)[number] {
  if (events.some(isBreach)) return 'breach';
  return events.some(({ detailType }) => ENDS.has(detailType)) ? 'end' : 'other';
}

const ENDS: ReadonlySet<string> = new Set(['OTA Task Threshold Recovered', 'OTA Task Tracking Stopped']);

/** Whether an event wants people to act: milestones do not. */
export function isBreach(event: PublishedEvent): boolean {
  return event.detailType === 'OTA Task Threshold Breached' && event.detail.rule.kind !== 'milestone';
}

/** Whether an event can be told as a change. */
export function isChange(event: PublishedEvent): event is ChangeSource {
  const { detailType } = event;
  return (
    detailType === 'OTA Task Status Changed' ||
    detailType === 'OTA Task Progressed' ||
    detailType === 'OTA Task Threshold Breached'
  );
}
