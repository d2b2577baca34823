import type { PublishedEvent } from '../../lib/domain/events.ts';
import { milestoneOf } from '../../lib/domain/progress.ts';

/** Who is promised what: the outlines of all events of a task, in order. */
export interface Promised {
  readonly taskId: string;
  readonly name: string;
  readonly promises: readonly string[];
}

/** What happened in an event, without its numbers. */
export function outlineOf({ detailType, detail }: PublishedEvent): string {
  switch (detailType) {
    case 'OTA Task Tracking Started':
      return `started ${detail.status}`;
    case 'OTA Task Status Changed':
      return `${detail.previousStatus} → ${detail.status}${inParentheses(detail.inferredCause)}`;
    case 'OTA Task Configuration Changed':
      return 'configuration changed';
    case 'OTA Task Progressed':
      return `progress ${milestoneOf(detail.counts)} %`;
    case 'OTA Task Threshold Breached':
      return `${detail.rule.severity} breached`;
    case 'OTA Task Threshold Recovered':
      return `${detail.rule.severity} recovered${inParentheses(detail.reason)}`;
    case 'OTA Task Tracking Stopped':
      return `stopped${inParentheses(detail.reason)}`;
    default:
      return detailType satisfies never;
  }
}

const inParentheses = (text: string | undefined) => (text === undefined ? '' : ` (${text})`);

/**
 * Holds the events that came against those that were promised: each of them once, in order, and no others.
 *
 * @returns what is wrong; empty when all is well
 */
export function brokenPromises(promised: readonly Promised[], events: readonly PublishedEvent[]): string[] {
  return promised.flatMap(({ taskId, name, promises }) => {
    const came = events.filter(({ detail }) => detail.taskId === taskId).map(outlineOf);
    const missing = without(promises, came).map((outline) => `${name}: "${outline}" did not come`);
    const surplus = without(came, promises).map((outline) =>
      promises.includes(outline)
        ? `${name}: "${outline}" came once too often`
        : `${name}: "${outline}" came without being promised`,
    );
    const isShuffled = missing.length + surplus.length === 0 && came.join() !== promises.join();
    const order = isShuffled ? [`${name}: came in another order: ${came.join(', ')}`] : [];
    return [...missing, ...surplus, ...order];
  });
}

/** The elements of a list that are left when each of another has taken one of its like away. */
function without(list: readonly string[], taken: readonly string[]): string[] {
  const left = [...taken];
  return list.filter((element) => {
    const index = left.indexOf(element);
    if (index < 0) return true;
    left.splice(index, 1);
    return false;
  });
}
