import { type Options, stringify } from 'csv-stringify/sync';
import type { StoredRow } from '../ports.ts';

/** The columns, in order: their names, and where in a row their values are. Further ones may be added at the end. */
const COLUMNS: readonly (readonly [header: string, key?: string])[] = [
  ['observedAt'],
  ['taskId'],
  ['sequence'],
  ['detailType'],
  ['status'],
  ['previousStatus'],
  ['queued', 'counts.queued'],
  ['inProgress', 'counts.inProgress'],
  ['succeeded', 'counts.succeeded'],
  ['failed', 'counts.failed'],
  ['rejected', 'counts.rejected'],
  ['timedOut', 'counts.timedOut'],
  ['removed', 'counts.removed'],
  ['canceled', 'counts.canceled'],
  ['total', 'counts.total'],
  ['severity', 'rule.severity'],
  ['ruleId', 'rule.id'],
  ['kind', 'rule.kind'],
  ['value', 'observed.value'],
  ['limit', 'observed.limit'],
  ['unit', 'observed.unit'],
  ['numerator', 'observed.numerator'],
  ['denominator', 'observed.denominator'],
  ['summary'],
  ['reason'],
  ['inferredCause'],
  ['percentComplete'],
  ['ratePerMinute'],
  ['estimatedCompletionAt'],
  ['breachedAt'],
  ['durationSeconds'],
  ['reminder'],
  ['flapping'],
  ['sampleThings'],
  ['description'],
  ['configurationId'],
  ['previousConfigurationId'],
  ['otaType'],
  ['lastUpdatedAt'],
  ['setAsideSequence'],
  ['errorCode'],
  ['errorMessage'],
  ['taskArn'],
  ['accountId'],
  ['region'],
  ['published'],
  ['eventId'],
  ['previousSequence'],
  ['previousHash'],
  ['hash'],
  ['expiresAt'],
];

/** Text that spreadsheets may take for a formula although csv-stringify, which looks at the first character, does not. */
const HIDDEN_FORMULA = /^[\s\p{Cc}\p{Cf}]+[=+\-@\uff1d\uff0b\uff0d\uff20]|^\n/u;

/** Where a spreadsheet that splits at something else than commas may find a formula. */
const SPLIT_FORMULA = /[;\t|](?=[\s\p{Cc}\p{Cf}"]{0,32}[=+\-@\uff1d\uff0b\uff0d\uff20])/gu;

/** RFC 4180, with formulas made text by an apostrophe (https://owasp.org/www-community/attacks/CSV_Injection). */
const OPTIONS: Options = {
  columns: COLUMNS.map(([header, key = header]) => ({ key, header })),
  record_delimiter: '\r\n',
  quote_record_delimiter: true,
  escape_formulas: true,
  cast: {
    string: (value) => `${HIDDEN_FORMULA.test(value) ? "'" : ''}${value.replace(SPLIT_FORMULA, "$&'")}`,
    boolean: String,
  },
};

/**
 * History rows as CSV. Lists are JSON; what a row does not have is empty.
 *
 * @param header whether the line of column names comes first
 */
export function csvOf(rows: readonly StoredRow[], header: boolean): string {
  return stringify([...rows], { ...OPTIONS, header });
}
