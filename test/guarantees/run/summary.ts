import { toWidth } from '../../../local/terminal/line.ts';
import type { Row } from './plan.ts';
import type { Result, RowFailure } from './run.ts';

/** Of when and on what a run was made. */
export interface RunFacts {
  /** Epoch milliseconds. */
  readonly startedAt: number;
  readonly seconds: number;
  readonly node: string;
  readonly workers: number;
  readonly cpu: string;
}

const COMMAND = 'npm run test:guarantees --';
const HEADINGS = ['', 'Promise', 'Proven by', 'What was done', 'Seeds', 'Engine', 'Seconds', 'Result'];
const SHOWN_PROBLEMS = 20;
const ENGINE_NAMES = { embedded: 'embedded', 'dynamodb-local': 'DynamoDB Local' };

const count = (number: number) => number.toLocaleString('en-US');
export const hasFailed = ({ failures }: Result) => failures.length > 0;

/** The summary as Markdown. */
export function markdown(results: readonly Result[], facts: RunFacts): string {
  const rows = results.map((result) => [
    String(result.row.guarantee.number),
    result.row.guarantee.promise,
    `${count(result.runs)} ${result.row.guarantee.unit}`,
    tallyOf(result),
    seedsOf(result.row),
    ENGINE_NAMES[result.row.engine],
    count(Math.round(result.seconds)),
    hasFailed(result) ? '**fails**' : 'holds',
  ]);
  const table = [HEADINGS, HEADINGS.map(() => '---'), ...rows].map(
    (cells) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`,
  );
  return [factsLine(facts), '', ...table, ''].join('\n');
}

function factsLine({ startedAt, seconds, node, workers, cpu }: RunFacts): string {
  const date = new Date(startedAt).toISOString().slice(0, 16).replace('T', ' ');
  const minutes = (seconds / 60).toFixed(1);
  return `Run on ${date} UTC in ${minutes} minutes by ${workers} workers, Node ${node}, ${cpu}.`;
}

const tallyOf = ({ tally }: Result) =>
  Object.entries(tally)
    .map(([name, number]) => `${count(number)} ${name}`)
    .join(', ');

function seedsOf({ chunks }: Row): string {
  const [first, last] = [chunks[0]?.seed, chunks.at(-1)?.seed];
  return first === last ? String(first) : `${first} to ${last}`;
}

/** The line of a row, for a terminal. */
export function line(result: Result): string {
  const { row, runs, seconds } = result;
  return [
    hasFailed(result) ? 'FAILS' : 'holds',
    String(row.guarantee.number).padStart(2),
    toWidth(row.guarantee.name, 34),
    row.engine.padEnd(14),
    `${Math.round(seconds)} s`.padStart(6),
    [`${count(runs)} ${row.guarantee.unit}`, tallyOf(result)].filter((part) => part !== '').join(': '),
  ].join('  ');
}

/** What a failure is, and how to see it again. */
export function describeFailure(row: Row, failure: RowFailure): string {
  const { number, name } = row.guarantee;
  const replay = [COMMAND, `--only ${number}`, `--engine ${row.engine}`, `--seed ${failure.seed}`];
  if ('broken' in failure)
    return [`FAILED  ${number} ${name}: ${failure.broken}`, `  again: ${replay.join(' ')}`].join('\n');
  const left = failure.problems.length - SHOWN_PROBLEMS;
  return [
    `FAILED  ${number} ${name}, on the ${row.engine} database`,
    ...failure.problems.slice(0, SHOWN_PROBLEMS).map((problem) => `  ${problem}`),
    ...(left > 0 ? [`  and ${left} more`] : []),
    `  script: ${failure.script}`,
    `  again: ${[...replay, `--path ${failure.path}`].join(' ')}`,
  ].join('\n');
}

/** Seconds that the full numbers would take, from what a share took. */
export function fullSeconds(results: readonly Result[]): number {
  return results.reduce((sum, { row, seconds }) => sum + (seconds * row.full) / row.scripts, 0);
}

/** A report of vitest's form, as far as it is added up: a row is a test. */
export function jsonReport(results: readonly Result[]): object {
  const failed = results.filter(hasFailed).length;
  const assertionResults = results.map((result) => ({
    fullName: `${result.row.guarantee.name} (${result.row.engine})`,
    status: hasFailed(result) ? 'failed' : 'passed',
    duration: result.seconds * 1_000,
    failureMessages: result.failures.map((failure) => describeFailure(result.row, failure)),
  }));
  return {
    numTotalTests: results.length,
    numPassedTests: results.length - failed,
    numFailedTests: failed,
    success: failed === 0,
    testResults: [
      { name: 'npm run test:guarantees', status: failed === 0 ? 'passed' : 'failed', assertionResults },
    ],
  };
}

const [BEGIN, END] = [
  '<!-- the table: npm run test:guarantees -- --write-docs -->',
  '<!-- end of the table -->',
];

/** Puts a summary into a document, between its markers. @throws Error where there are none */
export function intoDocument(document: string, summary: string): string {
  const [begin, end] = [document.indexOf(BEGIN), document.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`The document has no "${BEGIN}" and "${END}"`);
  return `${document.slice(0, begin + BEGIN.length)}\n${summary}${document.slice(end)}`;
}
