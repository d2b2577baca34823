import type { ReplayedEvent } from './replay.ts';

/** What came of one rule in a replay. */
export interface RuleSummary {
  readonly id: string;
  /** Without reminders. */
  readonly breaches: number;
  readonly recoveries: number;
  /** Breaches that were not over at the end. */
  readonly open: number;
  /** The longest breach, one that was not over up to the end: milliseconds. */
  readonly longestMs?: number;
}

/**
 * Counts what came of each rule.
 *
 * @param ids all rules that were held against anything, in the order in which they are told
 * @param until the end of the replay, epoch milliseconds
 */
export function summarizeReplay(
  ids: Iterable<string>,
  events: readonly ReplayedEvent[],
  until: number,
): RuleSummary[] {
  const byRule = Map.groupBy(events, ({ event }) => event.body.rule.id);
  const all = new Set([...ids, ...byRule.keys()]);
  return Array.from(all, (id) => summarizeRule(id, byRule.get(id) ?? [], until));
}

function summarizeRule(id: string, events: readonly ReplayedEvent[], until: number): RuleSummary {
  const open = new Map<string, number>();
  const durations: number[] = [];
  let breaches = 0;
  let recoveries = 0;
  for (const { taskId, at, event } of events) {
    if (event.detailType === 'OTA Task Threshold Recovered') {
      recoveries += 1;
      durations.push(event.body.durationSeconds * 1_000);
      open.delete(taskId);
    } else if (event.body.breachedAt === undefined) {
      breaches += 1;
      // What is told once is never over.
      if (event.body.rule.kind !== 'milestone') open.set(taskId, at);
    }
  }
  for (const at of open.values()) durations.push(until - at);
  return {
    id,
    breaches,
    recoveries,
    open: open.size,
    ...(durations.length > 0 && { longestMs: Math.max(...durations) }),
  };
}
