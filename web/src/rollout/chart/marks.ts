import type { HistoryRow, Rule } from '../../../../lib/api/generated/api.ts';
import { headline } from '../../event-words.ts';
import { SEVERITIES } from '../../severity.ts';

export type MarkKind = 'breach' | 'recovery' | 'status' | 'configuration';

/** Something that happened, to be marked on the chart. */
export interface Mark {
  readonly sequence: number;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly observedAt: string;
  readonly kind: MarkKind;
  readonly severity?: Rule['severity'];
  /** What happened, in a few words. */
  readonly title: string;
  readonly summary?: string;
}

/** The types of rows that are marked. */
export const MARKED = {
  'OTA Task Threshold Breached': 'breach',
  'OTA Task Threshold Recovered': 'recovery',
  'OTA Task Status Changed': 'status',
  'OTA Task Configuration Changed': 'configuration',
} as const satisfies Partial<Record<HistoryRow['detailType'], MarkKind>>;

export const MARKED_TYPES = Object.keys(MARKED);
const KINDS: Readonly<Record<string, MarkKind>> = MARKED;

/** The marks of rows, oldest first. */
export function marksOf(rows: readonly HistoryRow[]): Mark[] {
  return rows.flatMap((row) => markOf(row) ?? []).toSorted((a, b) => a.sequence - b.sequence);
}

function markOf(row: HistoryRow): Mark | undefined {
  const kind = KINDS[row.detailType];
  if (kind === undefined) return undefined;
  const { sequence, observedAt, summary, rule } = row;
  return {
    sequence,
    at: Date.parse(observedAt),
    observedAt,
    kind,
    title: headline(row),
    ...(summary !== undefined && { summary }),
    ...(kind === 'breach' && rule && { severity: rule.severity }),
  };
}

/** Pixels; less could not be told apart by a finger. */
export const APART = 24;

/** Marks that are too near to one another to be told apart by a finger. */
export interface Cluster {
  /** Pixels from the left. */
  readonly x: number;
  /** Oldest first; at least one. */
  readonly marks: readonly Mark[];
}

/** Puts marks whose places are nearer than `apart` pixels to the first of them together. Marks come in order of time. */
export function clustersOf(marks: readonly Mark[], place: (at: number) => number, apart: number): Cluster[] {
  const clusters: { x: number; marks: Mark[] }[] = [];
  for (const mark of marks) {
    const x = place(mark.at);
    const last = clusters.at(-1);
    if (last !== undefined && x - last.x < apart) last.marks.push(mark);
    else clusters.push({ x, marks: [mark] });
  }
  return clusters;
}

/** The mark that a cluster is drawn as: its worst breach, else a change of status, else the last one. */
export function leading({ marks }: Cluster): Mark | undefined {
  const breaches = marks.filter(({ kind }) => kind === 'breach');
  const worst = SEVERITIES.flatMap((severity) => breaches.find((mark) => mark.severity === severity) ?? []);
  return worst[0] ?? breaches[0] ?? marks.findLast(({ kind }) => kind === 'status') ?? marks.at(-1);
}
