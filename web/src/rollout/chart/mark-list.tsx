import { useEffect, useRef } from 'preact/hooks';
import { Instant } from '../../ui/instant.tsx';
import { problemText } from '../../ui/problem.tsx';
import { Scroller } from '../../ui/scroller.tsx';
import { SeverityBadge } from '../../ui/severity-badge.tsx';
import type { RowsHandle } from '../timeline/use-rows.ts';
import { markClass } from './mark-strip.tsx';
import type { Mark } from './marks.ts';

export interface MarkListProps {
  marks: readonly Mark[];
  rows: RowsHandle;
  /** Looked at on the chart. */
  active: number | undefined;
  /** To be read: it is brought into view. */
  chosen: Mark | undefined;
  onActive: (mark: Mark | undefined) => void;
}

/** What is marked on the chart, as text; newest first. */
export function MarkList({ marks, rows, active, chosen, onActive }: MarkListProps) {
  const list = useRef<HTMLOListElement>(null);
  useEffect(() => {
    const item = list.current?.querySelector<HTMLElement>(`[data-mark="${chosen?.sequence}"]`);
    // The list alone is scrolled: the chart is to stay in sight.
    item?.closest('section')?.scrollTo({ top: item.offsetTop });
  }, [chosen]);
  return (
    <Scroller class="mark-list" label="Breaches and changes">
      <h3>Breaches and changes</h3>
      {marks.length === 0 && <p class="soft">{noMarksWords(rows)}</p>}
      <ol ref={list}>
        {marks.toReversed().map((mark) => (
          <li
            key={mark.sequence}
            data-mark={mark.sequence}
            data-active={mark.sequence === active || mark.sequence === chosen?.sequence}
            onMouseEnter={() => onActive(mark)}
            onMouseLeave={() => onActive(undefined)}
          >
            <span class={`mark-shape ${markClass(mark)}`} aria-hidden="true" />
            <div>
              <p class="mark-title">
                {mark.severity !== undefined && <SeverityBadge severity={mark.severity} />} {titleOf(mark)}
              </p>
              {mark.summary !== undefined && <p>{mark.summary}</p>}
              <p class="soft">
                <Instant at={mark.observedAt} />
              </p>
            </div>
          </li>
        ))}
      </ol>
      {rows.rows?.next !== undefined && (
        <button type="button" onClick={rows.loadOlder} disabled={rows.isLoadingOlder}>
          {rows.isLoadingOlder ? 'Loading…' : 'Look further back'}
        </button>
      )}
      {rows.olderError && <p role="alert">{problemText(rows.olderError)}</p>}
    </Scroller>
  );
}

function noMarksWords({ rows, error }: RowsHandle): string {
  if (rows !== undefined) return 'None so far.';
  return error === undefined ? 'Loading…' : problemText(error);
}

function titleOf({ kind, title }: Mark): string {
  if (kind === 'status') return `Status: ${title}`;
  return kind === 'configuration' ? `Configuration: ${title}` : title;
}
