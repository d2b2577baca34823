import type { Counts, HistoryRow } from '../../../lib/api/generated/api.ts';
import { headline } from '../event-words.ts';
import { count, percent, rate } from '../format.ts';
import { THING_STATES } from '../thing-states.ts';

/** What a row says, in a line; and how the rollout stood then, or which rule it is about. */
export interface RowWords {
  readonly what: string;
  readonly more?: string;
}

/** In words with numbers. Rows of later versions can hold what is not known here: that is told as it is, or left out. */
export function rowWords(row: HistoryRow): RowWords {
  switch (row.detailType) {
    case 'OTA Task Tracking Started':
    case 'OTA Task Tracking Stopped':
    case 'OTA Task Status Changed':
      return { what: capitalized(headline(row)), more: countWords(row.counts) };
    case 'OTA Task Configuration Changed':
      return { what: `Configuration ${headline(row)}` };
    case 'OTA Task Progressed':
      return { what: progressWords(row), more: countWords(row.counts) };
    case 'OTA Task Threshold Breached':
      return { what: `${reminderWords(row)}${summaryOf(row)}`, ...ruleWords(row) };
    case 'OTA Task Threshold Recovered':
      return { what: summaryOf(row), ...ruleWords(row) };
    case 'OTA Task Event Set Aside':
      return { what: setAsideWords(row) };
    default:
      return { what: summaryOf(row), more: countWords(row.counts) };
  }
}

function progressWords({ counts, previousCounts, percentComplete, ratePerMinute }: HistoryRow): string {
  const share =
    percentComplete === undefined
      ? 'No things yet'
      : `${percent(percentComplete)} of ${things(counts.total)} finished`;
  const changes = previousCounts === undefined ? '' : changeWords(counts, previousCounts);
  const speed = ratePerMinute === undefined || ratePerMinute <= 0 ? '' : `, ${rate(ratePerMinute)}`;
  return `${share}${changes === '' ? '' : `: ${changes}`}${speed}`;
}

/** Counts that are not 0: `88 succeeded, 300 queued, 12 failed`. */
export function countWords(counts: Counts): string {
  const told = THING_STATES.filter(({ state }) => counts[state] !== 0);
  return told.map(({ state, name }) => `${count(counts[state])} ${name}`).join(', ') || 'no things';
}

/** What came and went: `+88 succeeded, −88 queued`. */
function changeWords(counts: Counts, before: Counts): string {
  return THING_STATES.map(({ state, name }) => ({ change: counts[state] - before[state], name }))
    .filter(({ change }) => change !== 0)
    .map(({ change, name }) => `${change > 0 ? '+' : '−'}${count(Math.abs(change))} ${name}`)
    .join(', ');
}

const things = (n: number) => (n === 1 ? '1 thing' : `${count(n)} things`);
const capitalized = (words: string) => words.charAt(0).toUpperCase() + words.slice(1);

function reminderWords({ reminder }: HistoryRow): string {
  return reminder === undefined ? '' : `Reminder ${count(reminder)}: `;
}

/** The sentence that the row has; where it has none, what it is about. */
function summaryOf({ summary, rule, detailType }: HistoryRow): string {
  return summary ?? rule?.description ?? detailType;
}

function ruleWords({ rule, flapping }: HistoryRow): Pick<RowWords, 'more'> {
  if (rule === undefined) return {};
  return { more: `Rule ${rule.id}${flapping === true ? ', flapping' : ''}` };
}

function setAsideWords({ setAsideSequence, errorCode, errorMessage }: HistoryRow): string {
  const event = setAsideSequence === undefined ? 'an event' : `event ${count(setAsideSequence)}`;
  const why = [errorCode, errorMessage].filter((part) => part !== undefined).join(': ');
  return `The bus refused ${event} for good${why === '' ? '' : ` (${why})`}`;
}
