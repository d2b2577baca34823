import { useCallback, useEffect, useState } from 'preact/hooks';
import type { HistoryPage } from '../../../../lib/api/generated/api.ts';
import { get } from '../../api.ts';
import { type Load, useLoaded } from '../../live.ts';
import { type Query, queryString } from '../../query.ts';
import { type Rows, withNewest, withOlder } from './rows.ts';

export interface RowsHandle {
  /** Undefined until there is an answer to this very question. */
  readonly rows?: Rows;
  /** Why the newest rows cannot be read. */
  readonly error?: Error;
  refresh(): void;
  /** Reads the page after the oldest row. */
  loadOlder(): void;
  readonly isLoadingOlder: boolean;
  /** Why the last attempt at older rows failed. */
  readonly olderError?: Error;
}

interface Answered {
  readonly question: string;
  readonly page: HistoryPage;
}

interface Known {
  readonly question: string;
  readonly rows: Rows;
}

interface Older {
  readonly question: string;
  readonly isLoading: boolean;
  readonly error?: Error;
}

/** The history of a task, newest first: the newest page again and again, and older ones on demand. */
export function useRows(path: string, types: readonly string[], limit: number, everyMs: number): RowsHandle {
  const query: Query = { order: 'desc', limit, type: types };
  const question = `${path}${queryString(query)}`;
  const live = useLoaded<Answered>(path, question, () => newestPage(path, query, question), everyMs);
  const [known, setKnown] = useState<Known>();
  const [older, setOlder] = useState<Older>({ question, isLoading: false });

  useEffect(() => {
    const answer = live.data;
    if (answer === undefined) return;
    setKnown((before) => {
      const rows = withNewest(before?.question === answer.question ? before.rows : undefined, answer.page);
      return rows === before?.rows ? before : { question: answer.question, rows };
    });
  }, [live.data]);

  const rows = known?.question === question ? known.rows : undefined;
  const loadOlder = useCallback(async () => {
    if (rows?.next === undefined) return;
    setOlder({ question, isLoading: true });
    try {
      const answer = await get<HistoryPage>(path, { ...query, cursor: rows.next });
      if (answer !== 'unchanged')
        setKnown((before) =>
          before?.question === question && before.rows.next === rows.next
            ? { question, rows: withOlder(before.rows, answer.data) }
            : before,
        );
      setOlder({ question, isLoading: false });
    } catch (thrown) {
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      setOlder({ question, isLoading: false, error });
    }
  }, [question, rows]);

  const isSameQuestion = older.question === question;
  return {
    ...(rows && { rows }),
    ...(live.error && { error: live.error }),
    refresh: live.refresh,
    loadOlder,
    isLoadingOlder: isSameQuestion && older.isLoading,
    ...(isSameQuestion && older.error && { olderError: older.error }),
  };
}

function newestPage(path: string, query: Query, question: string): Load<Answered> {
  let etag: string | undefined;
  return async (signal) => {
    const answer = await get<HistoryPage>(path, query, { etag, signal });
    if (answer === 'unchanged') return answer;
    etag = answer.etag;
    return { question, page: answer.data };
  };
}
