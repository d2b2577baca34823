import { canonicalHash } from '../../lib/canonical-hash.ts';
import { appendRows, type Head } from '../../lib/domain/chain.ts';
import type { DetailType, HistoryRow } from '../../lib/domain/events.ts';
import type { Severity } from '../../lib/domain/rules/rule.ts';
import { DEFAULT_RULES } from '../../lib/rule-file/defaults.ts';
import { counts, facts, NOON } from './builders.ts';
import { rolloutScript } from './rollout-scripts.ts';
import { watch } from './watched-rollout.ts';

export const TYPES: readonly DetailType[] = [
  'OTA Task Tracking Started',
  'OTA Task Status Changed',
  'OTA Task Configuration Changed',
  'OTA Task Progressed',
  'OTA Task Threshold Breached',
  'OTA Task Threshold Recovered',
  'OTA Task Tracking Stopped',
  'OTA Task Event Set Aside',
];

/** What searches look at. */
export interface SearchedRow {
  readonly taskId: string;
  readonly sequence: number;
  readonly observedAt: string;
  readonly detailType: DetailType;
  readonly rule?: { readonly severity: Severity; readonly [more: string]: unknown };
}

/** A row as the history has it, by itself: its hash is made up. */
export function storedRow(of: Partial<SearchedRow> & Readonly<Record<string, unknown>> = {}) {
  const { taskId = 'task1', sequence = 1, observedAt = new Date(NOON).toISOString() } = of;
  const detailType: DetailType = of.detailType ?? 'OTA Task Progressed';
  return {
    ...facts({ taskId, counts: counts({ queued: 100 - (sequence % 100), succeeded: sequence % 100 }) }),
    schemaVersion: '1',
    eventId: `${taskId}:${sequence}`,
    published: true,
    day: observedAt.slice(0, 10),
    hash: sequence.toString(16).padStart(64, '0'),
    ...of,
    sequence,
    observedAt,
    detailType,
  };
}

/** The history of a simulated rollout under the rules that are built in. The same for the same seed. */
export function rolloutHistory(seed: number, retentionDays?: number): HistoryRow[] {
  let head: Head | undefined;
  return watch(rolloutScript(seed), DEFAULT_RULES).looks.flatMap(({ context, snapshot, events }) => {
    const appended = appendRows(head, snapshot.facts, events, {
      now: context.now,
      hash: canonicalHash,
      ...(retentionDays !== undefined && { retentionDays }),
    });
    head = appended.head;
    return appended.rows;
  });
}
