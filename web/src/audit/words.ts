import type { Counts, HistoryRow } from '../../../lib/api/generated/api.ts';
import { count, percent, rate } from '../format.ts';

/** What a row says, in a line; and how the rollout stood then, where the line does not say so. */
export interface RowWords {
  readonly what: string;
  readonly standing?: string;
}

/** In words with numbers. Rows of later versions can hold what is not known here: that is told as it is, or left out. */
export function rowWords(row: HistoryRow): RowWords {
  switch (row.detailType) {
    case 'OTA Task Tracking Started':
      return { what: STARTS.get(row.reason ?? '') ?? 'Now watched', standing: countWords(row.counts) };
    case 'OTA Task Tracking Stopped':
      return { what: STOPS.get(row.reason ?? '') ?? 'No longer watched', standing: countWords(row.counts) };
    case 'OTA Task Status Changed':
      return { what: statusChange(row), standing: countWords(row.counts) };
    case 'OTA Task Configuration Changed':
      return {
        what: `Configuration ${row.previousConfigurationId ?? 'none'} → ${row.configurationId ?? 'none'}`,
      };
    case 'OTA Task Progressed':
      return { what: progressWords(row), standing: countWords(row.counts) };
    case 'OTA Task Threshold Breached':
      return { what: `${reminderWords(row)}${summaryWords(row)}`, ...ruleWords(row) };
    case 'OTA Task Threshold Recovered':
      return { what: `${RECOVERIES.get(row.reason ?? '') ?? ''}${summaryWords(row)}`, ...ruleWords(row) };
    case 'OTA Task Event Set Aside':
      return { what: setAsideWords(row) };
    default:
      return { what: summaryWords(row), standing: countWords(row.counts) };
  }
}

const STARTS: ReadonlyMap<string, string> = new Map([
  ['discovered', 'Now watched: it was discovered'],
  ['requested', 'Now watched, as requested'],
]);

const STOPS: ReadonlyMap<string, string> = new Map([
  ['completed', 'No longer watched: it has completed'],
  ['canceled', 'No longer watched: it was canceled'],
  ['deleted', 'No longer watched: it was deleted'],
  ['requested', 'No longer watched, as requested'],
]);

const RECOVERIES: ReadonlyMap<string, string> = new Map([['rule-removed', 'Rule removed. ']]);

const CAUSES: ReadonlyMap<string, string> = new Map([
  ['abort-criteria', 'probably by abort criteria'],
  ['end-time', 'probably at its end time'],
  ['operator', 'probably by an operator'],
]);

function statusChange({ previousStatus, status, inferredCause }: HistoryRow): string {
  const cause = inferredCause === undefined ? '' : `, ${CAUSES.get(inferredCause) ?? inferredCause}`;
  return `${previousStatus === undefined ? '' : `${statusWords(previousStatus)} → `}${statusWords(status)}${cause}`;
}

/** `IN_PROGRESS` as `In progress`. */
function statusWords(status: string): string {
  const words = status.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function progressWords({ counts, previousCounts, percentComplete, ratePerMinute }: HistoryRow): string {
  const share =
    percentComplete === undefined
      ? 'No things yet'
      : `${percent(percentComplete)} of ${things(counts.total)} finished`;
  const changes = previousCounts === undefined ? '' : changeWords(counts, previousCounts);
  const speed = ratePerMinute === undefined || ratePerMinute <= 0 ? '' : `, ${rate(ratePerMinute)}`;
  return `${share}${changes === '' ? '' : ` (${changes})`}${speed}`;
}

/** Results first, then what is left. */
const STATES: readonly (readonly [state: keyof Counts, words: string])[] = [
  ['succeeded', 'succeeded'],
  ['failed', 'failed'],
  ['rejected', 'rejected'],
  ['timedOut', 'timed out'],
  ['removed', 'removed'],
  ['canceled', 'canceled'],
  ['inProgress', 'in progress'],
  ['queued', 'queued'],
];

/** Counts that are not 0: `88 succeeded, 12 failed, 300 queued`. */
export function countWords(counts: Counts): string {
  const told = STATES.filter(([state]) => counts[state] !== 0);
  return told.map(([state, words]) => `${count(counts[state])} ${words}`).join(', ') || 'no things';
}

/** What came and went: `+88 succeeded, −88 queued`. */
function changeWords(counts: Counts, before: Counts): string {
  return STATES.map(([state, words]) => ({ change: counts[state] - before[state], words }))
    .filter(({ change }) => change !== 0)
    .map(({ change, words }) => `${change > 0 ? '+' : '−'}${count(Math.abs(change))} ${words}`)
    .join(', ');
}

const things = (n: number) => (n === 1 ? '1 thing' : `${count(n)} things`);

function reminderWords({ reminder }: HistoryRow): string {
  return reminder === undefined ? '' : `Reminder ${count(reminder)}: `;
}

/** The sentence that the row has; where it has none, what it is about. */
function summaryWords({ summary, rule, detailType }: HistoryRow): string {
  return summary ?? rule?.description ?? detailType;
}

function ruleWords({ rule, flapping }: HistoryRow): Pick<RowWords, 'standing'> {
  if (rule === undefined) return {};
  return { standing: `Rule ${rule.id}${flapping === true ? ', flapping' : ''}` };
}

function setAsideWords({ setAsideSequence, errorCode, errorMessage }: HistoryRow): string {
  const event = setAsideSequence === undefined ? 'an event' : `event ${count(setAsideSequence)}`;
  const why = [errorCode, errorMessage].filter((part) => part !== undefined).join(': ');
  return `The bus refused ${event} for good${why === '' ? '' : ` (${why})`}`;
}
