import { useCallback, useRef, useState } from 'preact/hooks';
import { useLocation } from 'preact-iso';
import type { HistoryRow } from '../../../../lib/api/generated/api.ts';
import { TYPE_NAMES, TYPE_SLUGS, TYPES, type TypeSlug, typesOf } from '../../event-words.ts';
import { count, instant } from '../../format.ts';
import { queryString } from '../../query.ts';
import { Empty } from '../../ui/empty.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Problem, problemText } from '../../ui/problem.tsx';
import { Changes, Row } from './row.tsx';
import { entriesOf, type Rows } from './rows.ts';
import { type RowsHandle, useRows } from './use-rows.ts';
import './timeline.css';

const PAGE = 50;

/** Every event of a task, newest first. */
export function Timeline({ path, everyMs }: { path: string; everyMs: number }) {
  const { query } = useLocation();
  const types = typesOf(query.type);
  const rows = useRows(
    `${path}/history`,
    types.map((slug) => TYPE_SLUGS[slug]),
    PAGE,
    everyMs,
  );
  return (
    <section class="card timeline" aria-labelledby="timeline">
      <h2 id="timeline">Timeline</h2>
      <Filter chosen={types} />
      {rows.rows === undefined ? (
        <NoRows rows={rows} />
      ) : (
        <Events rows={rows.rows} isFiltered={types.length > 0} />
      )}
      {rows.rows !== undefined && <More rows={rows} known={rows.rows} />}
    </section>
  );
}

function NoRows({ rows: { error, refresh } }: { rows: RowsHandle }) {
  return error ? <Problem error={error} retry={refresh} /> : <Loading />;
}

/** Which types are shown. It stands in the address. */
function Filter({ chosen }: { chosen: readonly TypeSlug[] }) {
  const { route } = useLocation();
  const show = (types: readonly TypeSlug[]) => {
    const rest = Object.fromEntries(new URLSearchParams(location.search));
    const query = queryString({ ...rest, type: types.length === TYPES.length ? [] : types });
    route(`${location.pathname}${query}`, true);
  };
  const toggle = (slug: TypeSlug) => show(TYPES.filter((type) => chosen.includes(type) !== (type === slug)));
  return (
    <fieldset class="filter">
      <legend class="visually-hidden">Types of events</legend>
      <button type="button" aria-pressed={chosen.length === 0} onClick={() => show([])}>
        All
      </button>
      {TYPES.map((slug) => (
        <button key={slug} type="button" aria-pressed={chosen.includes(slug)} onClick={() => toggle(slug)}>
          {TYPE_NAMES[slug]}
        </button>
      ))}
    </fieldset>
  );
}

function Events({ rows, isFiltered }: { rows: Rows; isFiltered: boolean }) {
  const list = useRef<HTMLOListElement>(null);
  const [opened, setOpened] = useState<ReadonlySet<number>>(new Set());
  const [openRuns, setOpenRuns] = useState<ReadonlySet<number>>(new Set());
  const onToggle = useCallback(
    (sequence: number, isOpen: boolean) =>
      setOpened(
        (before) => new Set([...before].filter((one) => one !== sequence).concat(isOpen ? sequence : [])),
      ),
    [],
  );
  if (rows.items.length === 0) return <NoEvents rows={rows} isFiltered={isFiltered} />;

  // What somebody reads is not folded away when it becomes part of a run.
  const focused = sequenceOf(list.current, document.activeElement);
  const kept = focused === undefined ? opened : new Set([...opened, focused]);
  const toggleRun = (sequences: readonly number[], isOpen: boolean) =>
    setOpenRuns((before) => {
      const others = [...before].filter((sequence) => !sequences.includes(sequence));
      return new Set(isOpen ? [...others, ...sequences] : others);
    });
  return (
    <ol class="events" ref={list}>
      {entriesOf(rows.items, kept).flatMap((entry) => {
        if (entry.kind === 'row') return [rowElement(entry.row, opened, onToggle)];
        const sequences = entry.rows.map(({ sequence }) => sequence);
        const isOpen = sequences.some((sequence) => openRuns.has(sequence));
        const header = (
          <Run
            key={`run-${sequences.at(-1)}`}
            rows={entry.rows}
            isOpen={isOpen}
            onToggle={() => toggleRun(sequences, !isOpen)}
          />
        );
        return isOpen
          ? [header, ...entry.rows.map((row) => rowElement(row, opened, onToggle, true))]
          : [header];
      })}
    </ol>
  );
}

function rowElement(
  row: HistoryRow,
  opened: ReadonlySet<number>,
  onToggle: (sequence: number, isOpen: boolean) => void,
  isInRun = false,
) {
  return (
    <Row
      key={row.sequence}
      row={row}
      isOpen={opened.has(row.sequence)}
      isInRun={isInRun}
      onToggle={onToggle}
    />
  );
}

function sequenceOf(list: HTMLElement | null, focused: Element | null): number | undefined {
  if (list === null || focused === null || !list.contains(focused)) return undefined;
  const sequence = focused.closest('[data-sequence]')?.getAttribute('data-sequence');
  return sequence == null ? undefined : Number(sequence);
}

interface RunProps {
  /** Newest first. */
  rows: readonly HistoryRow[];
  isOpen: boolean;
  onToggle: () => void;
}

/** Many rows of progress, as one. */
function Run({ rows, isOpen, onToggle }: RunProps) {
  const [newest, oldest] = [rows[0], rows.at(-1)];
  if (newest === undefined || oldest === undefined) return null;
  return (
    <li class="event event-run">
      <p class="event-when">
        {instant(oldest.observedAt).slice(0, 16)} – {endOfSpan(oldest.observedAt, newest.observedAt)}
      </p>
      <div class="event-what event-progress">
        <span class="event-label">Progress</span>
        <button type="button" class="run-toggle" aria-expanded={isOpen} onClick={onToggle}>
          {count(rows.length)} rows
        </button>
        <Changes before={oldest.previousCounts ?? oldest.counts} after={newest.counts} />
      </div>
    </li>
  );
}

/** `12:07 UTC`, with the day where it is another one than that of the beginning. */
function endOfSpan(from: string, to: string): string {
  const [start, end] = [instant(from), instant(to)];
  return `${start.slice(0, 10) === end.slice(0, 10) ? end.slice(11, 16) : end.slice(0, 16)} UTC`;
}

function NoEvents({ rows, isFiltered }: { rows: Rows; isFiltered: boolean }) {
  if (rows.next !== undefined)
    return (
      <Empty title="None found so far">
        <p>There is more history to search.</p>
      </Empty>
    );
  return isFiltered ? (
    <Empty title="No events of these types" />
  ) : (
    <Empty title="No history">
      <p>The first row comes with the next poll, or all of them have expired.</p>
    </Empty>
  );
}

function More({ rows, known }: { rows: RowsHandle; known: Rows }) {
  const { loadOlder, isLoadingOlder, olderError } = rows;
  const { next, items, searchedThrough } = known;
  return (
    <div class="more">
      {olderError && <p role="alert">{problemText(olderError)}</p>}
      <span class="soft">
        {count(items.length)} {items.length === 1 ? 'event' : 'events'}
        {next === undefined && items.length > 0 && ', all there are'}
        {next !== undefined &&
          searchedThrough !== undefined &&
          `, searched back to ${instant(searchedThrough)}`}
      </span>
      {next !== undefined && (
        <button type="button" onClick={loadOlder} disabled={isLoadingOlder}>
          {isLoadingOlder ? 'Loading…' : 'Load older'}
        </button>
      )}
    </div>
  );
}
