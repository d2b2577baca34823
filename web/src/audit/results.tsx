import { useEffect, useRef } from 'preact/hooks';
import { ApiError } from '../api.ts';
import { count, instant } from '../format.ts';
import { Empty } from '../ui/empty.tsx';
import { Problem } from '../ui/problem.tsx';
import { ResultRow } from './result-row.tsx';
import type { Search } from './search.ts';
import type { SearchHandle } from './use-search.ts';
import './results.css';

export interface ResultsProps {
  handle: SearchHandle;
  /** Searches anew, up to the present. */
  again: () => void;
  /** Event id of the row of which all is shown. */
  opened: string | undefined;
  open: (eventId: string | undefined) => void;
  isFiltered: boolean;
  reset: () => void;
}

/** What was found, newest first. */
export function Results(props: ResultsProps) {
  const { handle, again } = props;
  const { search } = handle;
  // Until the first answer to another question, what was found before stays, so that nothing jumps.
  const before = useRef<Search>(search);
  const isFresh = search.phase !== 'searching' || search.rows.length > 0 || search.next !== undefined;
  const shown = isFresh ? search : before.current;
  useEffect(() => {
    if (isFresh) before.current = search;
  });
  return (
    <section class="audit-results" aria-labelledby="audit-results" aria-busy={search.phase === 'searching'}>
      <div class="audit-head">
        <h2 id="audit-results">Rows</h2>
        <p role="status">{statusWords(search)}</p>
        <button type="button" class="quiet" onClick={again}>
          Search again
        </button>
      </div>
      {shown.rows.length > 0 && <RowTable {...props} rows={shown.rows} isFresh={isFresh} />}
      <End {...props} />
    </section>
  );
}

function statusWords({ phase, rows, searchedThrough }: Search): string {
  const found = rows.length === 1 ? '1 row' : `${count(rows.length)} rows`;
  const back = searchedThrough === undefined ? '' : `, back to ${instant(searchedThrough)}`;
  switch (phase) {
    case 'searching':
      return searchedThrough === undefined ? 'Searching…' : `Searching: ${found} so far${back}…`;
    case 'done':
      return rows.length === 0 ? 'Nothing was found' : `All ${found}, newest first`;
    default:
      return `${found}, newest first${back}`;
  }
}

function RowTable({
  rows,
  isFresh,
  opened,
  open,
}: Pick<ResultsProps, 'opened' | 'open'> & { rows: Search['rows']; isFresh: boolean }) {
  const latest = useRef(open);
  latest.current = open;
  const toggle = useRef((eventId: string, isOpen: boolean) => latest.current(isOpen ? undefined : eventId));
  return (
    <table class={isFresh ? 'audit-table' : 'audit-table audit-former'}>
      <caption class="visually-hidden">Rows of the history, newest first</caption>
      <thead>
        <tr>
          <th scope="col">
            <span class="visually-hidden">As stored</span>
          </th>
          <th scope="col">Time (UTC)</th>
          <th scope="col">Task</th>
          <th scope="col">Type</th>
          <th scope="col">Status</th>
          <th scope="col">What happened</th>
          <th scope="col">Severity</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <ResultRow key={row.eventId} row={row} isOpen={row.eventId === opened} toggle={toggle.current} />
        ))}
      </tbody>
    </table>
  );
}

/** What comes after the last row: more, the end, or why neither is known. */
function End({ handle: { search, goOn, stop }, isFiltered, reset }: ResultsProps) {
  switch (search.phase) {
    case 'searching':
      return (
        <div class="audit-end">
          <progress aria-label="Searching" />
          {search.next !== undefined && (
            <button type="button" onClick={stop}>
              Stop
            </button>
          )}
        </div>
      );
    case 'failed':
      return <Failure error={search.error ?? new Error('It is not known why')} retry={goOn} />;
    case 'done':
      return search.rows.length > 0 ? null : <Nothing isFiltered={isFiltered} reset={reset} />;
    default:
      return (
        <div class="audit-end">
          {search.rows.length === 0 && <p>{nothingYetWords(search)}</p>}
          <button type="button" onClick={goOn}>
            {search.phase === 'paused' ? 'Go on' : 'Load more'}
          </button>
        </div>
      );
  }
}

function nothingYetWords({ searchedThrough }: Search): string {
  return `Nothing yet${searchedThrough === undefined ? '' : `, back to ${instant(searchedThrough)}`}.`;
}

function Failure({ error, retry }: { error: Error; retry: () => void }) {
  if (!(error instanceof ApiError) || error.status !== 403) return <Problem error={error} retry={retry} />;
  return (
    <Empty title="You may not read the history">
      <p>{error.message}</p>
      <p>Ask whoever runs this deployment for the role, then sign in again.</p>
    </Empty>
  );
}

function Nothing({ isFiltered, reset }: { isFiltered: boolean; reset: () => void }) {
  return (
    <Empty title="Nothing was recorded">
      <p>
        {isFiltered
          ? 'No row of the history has all that the filters ask for.'
          : 'No task changed in the last 24 hours.'}
      </p>
      {isFiltered && (
        <button type="button" onClick={reset}>
          Reset filters
        </button>
      )}
    </Empty>
  );
}
