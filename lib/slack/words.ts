import type { Counts, ThingState } from '../domain/counts.ts';
import { rounded } from '../domain/decimals.ts';
import type {
  InferredCause,
  Observed,
  Severity,
  StartReason,
  StopReason,
  Unit,
} from '../domain/generated/events.ts';
import { percentComplete } from '../domain/progress.ts';
import { span } from '../domain/rules/sentences.ts';
import { cut } from './text.ts';

const STATUSES: ReadonlyMap<string, string> = new Map([
  ['SCHEDULED', 'Scheduled'],
  ['IN_PROGRESS', 'In progress'],
  ['COMPLETED', 'Completed'],
  ['CANCELED', 'Canceled'],
  ['DELETION_IN_PROGRESS', 'Being deleted'],
  ['DELETED', 'Deleted'],
]);

const CAUSES: Readonly<Record<InferredCause, string>> = {
  'abort-criteria': 'probably by abort criteria',
  'end-time': 'probably at its end time',
  operator: 'probably by an operator',
};

const MAX_STATUS = 60;

/** A status, and what brought it about. One that is not known is told as it is. */
export function statusWords(status: string, cause?: InferredCause): string {
  const words = STATUSES.get(status) ?? cut(status, MAX_STATUS);
  return cause === undefined ? words : `${words}, ${CAUSES[cause]}`;
}

/** A mark for those who see it, and a word for everybody; the most severe first. */
export const SEVERITIES: Readonly<Record<Severity, { readonly mark: string; readonly word: string }>> = {
  critical: { mark: '🔴', word: 'Critical' },
  error: { mark: '🟠', word: 'Error' },
  warning: { mark: '🟡', word: 'Warning' },
  info: { mark: '🔵', word: 'Info' },
};

const WORST_FIRST = Object.keys(SEVERITIES);

/** 0 for the most severe. */
export const severityRank = (severity: Severity) => WORST_FIRST.indexOf(severity);

export const STARTS: Readonly<Record<StartReason, string>> = {
  discovered: 'Now watched: it was discovered',
  requested: 'Now watched, as requested',
};

export const STOPS: Readonly<Record<StopReason, string>> = {
  completed: 'No longer watched: it has completed',
  canceled: 'No longer watched: it was canceled',
  deleted: 'No longer watched: it was deleted',
  requested: 'No longer watched, as requested',
};

/** Results first, then what is left. */
const STATES: readonly (readonly [state: ThingState, words: string])[] = [
  ['succeeded', 'succeeded'],
  ['failed', 'failed'],
  ['rejected', 'rejected it'],
  ['timedOut', 'timed out'],
  ['removed', 'removed'],
  ['canceled', 'canceled'],
  ['inProgress', 'in progress'],
  ['queued', 'queued'],
];

/** Counts that are not 0: `88 succeeded, 12 failed, 300 queued`. */
export function countWords(counts: Counts): string {
  const told = STATES.filter(([state]) => counts[state] !== 0);
  return told.map(([state, words]) => `${counts[state]} ${words}`).join(', ') || 'no things';
}

/** How far a rollout is: `25 % of 400 things finished`. */
export function progressWords(counts: Counts): string {
  const percent = percentComplete(counts);
  return percent === undefined ? 'no things yet' : `${percent} % of ${things(counts.total)} finished`;
}

const things = (count: number) => (count === 1 ? '1 thing' : `${count} things`);

/** How fast a rollout is; undefined where nothing is known to finish. */
export function rateWords(ratePerMinute = 0): string | undefined {
  return ratePerMinute > 0 ? `${rounded(ratePerMinute)} things finish a minute` : undefined;
}

const UNITS: Readonly<Record<Unit, (value: number) => string>> = {
  percent: (value) => `${rounded(value)} %`,
  things,
  seconds: (value) => span(value * 1_000),
  tags: (value) => (value === 1 ? '1 tag' : `${value} tags`),
};

/** What was observed of a rule: `12.5 % (3 of 24)`. */
export function valueWords({ value, unit, numerator, denominator }: Observed): string {
  const parts =
    numerator === undefined || denominator === undefined ? '' : ` (${numerator} of ${denominator})`;
  return `${UNITS[unit](value)}${parts}`;
}

export const limitWords = ({ limit, unit }: Observed) => `limit ${UNITS[unit](limit)}`;

/** How long something lasted. */
export const lasted = (seconds: number) => span(seconds * 1_000);
