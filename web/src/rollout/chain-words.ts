import type { ChainProblem, ChainReport } from '../../../lib/api/generated/api.ts';
import { count } from '../format.ts';

/** What a check of the chain came to. */
export interface Verdict {
  readonly tone: 'good' | 'bad' | 'partial';
  readonly title: string;
  /** What was found, and what it proves. */
  readonly sentences: readonly string[];
}

const PROBLEMS: Readonly<Record<ChainProblem['kind'], string>> = {
  hash: 'its content is not what was hashed',
  link: 'it does not continue the row before it',
  gap: 'rows before it are missing',
  identity: 'it is another event than its place says',
  head: 'the history ends elsewhere than the poll knows',
};

/** What is wrong with a row, in a few words. */
export const problemWords = ({ kind }: ChainProblem): string => PROBLEMS[kind] ?? kind;

/** The verdict of the last answer to a check. */
export function verdictOf(report: ChainReport): Verdict {
  if (report.verdict === 'broken') return broken(report);
  if (report.verdict === 'incomplete') return incomplete(report);
  if (report.rows === 0)
    return {
      tone: 'partial',
      title: 'Nothing to check',
      sentences: ['The history has no rows of this task.'],
    };
  const whole = report.beginsAtFirst && report.end === 'known';
  return {
    tone: whole ? 'good' : 'partial',
    title: `Intact: ${rows(report.rows)}${report.beginsAtFirst ? '' : '; older rows have expired'}`,
    sentences: [
      'Every row has the hash of its content, and of the row before it: none was changed, left out or put in between.',
      report.beginsAtFirst
        ? 'The first row is the first event of the task.'
        : `The history begins with row ${report.firstSequence ?? '?'}: what came before was deleted when its time was over, and cannot be checked.`,
      endWords(report),
    ],
  };
}

function broken({ problems, rows: checked }: ChainReport): Verdict {
  const places = new Set(problems.map(({ sequence }) => sequence)).size;
  return {
    tone: 'bad',
    title: `Broken at ${places === 1 ? `row ${problems[0]?.sequence ?? '?'}` : `${places} rows`}`,
    sentences: [
      `${rows(checked)} checked. The history is not as it was written: rows were changed, removed or added after the fact.`,
      'The events that subscribers received carry the hashes of their rows, and so tell which ones are genuine.',
    ],
  };
}

function incomplete({ rows: checked, end }: ChainReport): Verdict {
  return {
    tone: 'partial',
    title: checked === 0 ? 'Incomplete: no row is left' : `Incomplete: ${rows(checked)} are left`,
    sentences: [
      ...(checked === 0
        ? []
        : ['Every row that is there has the hash of its content: none was changed or put in between.']),
      'Rows are missing. They may have been deleted when their time was over, since the time that rows are kept was switched on or shortened, or has passed: whether somebody deleted them earlier cannot be told.',
      ...(end === 'unknown' ? [OPEN_END] : []),
    ],
  };
}

const OPEN_END =
  'The poll no longer knows which row was the last one: of rows that were removed from the end, some would not be noticed.';

function endWords({ end, lastSequence }: ChainReport): string {
  return end === 'known'
    ? `Row ${lastSequence ?? '?'} is the last one that the poll knows of: none is missing at the end.`
    : OPEN_END;
}

/** What nobody can tell from the history alone. */
export const NOT_PROVEN =
  'A history that was rewritten as a whole, by somebody who can write both tables, would look intact as well. The event of the last row, as any subscriber keeps it, has the same hash if that did not happen: compare them.';

const rows = (n: number) => `${count(n)} ${n === 1 ? 'row' : 'rows'}`;
