import { Component } from 'preact';
import type { HistoryRow } from '../../../lib/api/generated/api.ts';
import { labelOf } from '../event-words.ts';
import { instant } from '../format.ts';
import { Copy } from '../ui/copy.tsx';
import { Scroller } from '../ui/scroller.tsx';
import { SeverityBadge } from '../ui/severity-badge.tsx';
import { StatusBadge } from '../ui/status-badge.tsx';
import { rowWords } from './words.ts';

export interface ResultRowProps {
  row: HistoryRow;
  isOpen: boolean;
  /** The same function each time. */
  toggle: (eventId: string, isOpen: boolean) => void;
}

const COLUMNS = 7;

/** A row of the history. Rows never change, so what is shown of one only changes when it is opened or closed. */
export class ResultRow extends Component<ResultRowProps> {
  override shouldComponentUpdate(next: ResultRowProps): boolean {
    return next.row !== this.props.row || next.isOpen !== this.props.isOpen;
  }

  override render({ row, isOpen, toggle }: ResultRowProps) {
    const severity = row.rule?.severity;
    return (
      <>
        <tr class={`audit-row${severity === undefined ? '' : ` audit-row-${severity}`}`}>
          <td class="audit-open">
            <button
              type="button"
              class="quiet audit-disclose"
              aria-expanded={isOpen}
              aria-label={`${row.eventId} as it is stored`}
              onClick={() => toggle(row.eventId, isOpen)}
            />
          </td>
          <td class="audit-time">
            <Time at={row.observedAt} />
          </td>
          <td class="audit-task">
            <a href={`/tasks/${encodeURIComponent(row.taskId)}`}>{row.taskId}</a>
            {row.description !== undefined && <div class="soft audit-description">{row.description}</div>}
          </td>
          <td class="audit-type">{labelOf(row)}</td>
          <td class="audit-status">
            <StatusBadge status={row.status} />
          </td>
          <td class="audit-what">
            <What row={row} />
          </td>
          <td class="audit-severity">{severity !== undefined && <SeverityBadge severity={severity} />}</td>
        </tr>
        {isOpen && (
          <tr class="audit-stored">
            <td colSpan={COLUMNS}>
              <Stored row={row} />
            </td>
          </tr>
        )}
      </>
    );
  }
}

function Time({ at }: { at: string }) {
  const [day = '', time = ''] = instant(at).split(' ');
  return (
    <time datetime={at}>
      <span class="soft">{day}</span> {time}
    </time>
  );
}

function What({ row }: { row: HistoryRow }) {
  const { what, more } = rowWords(row);
  return (
    <>
      <div>{withItsNumber(what)}</div>
      {more !== undefined && <div class="soft">{more}</div>}
    </>
  );
}

/** A line does not end between a number and its percent sign. */
const withItsNumber = (words: string) => words.replaceAll(' %', '\u00a0%');

/** All that is stored of a row. */
function Stored({ row }: { row: HistoryRow }) {
  const text = JSON.stringify(row, null, 2);
  return (
    <div class="audit-stored-body">
      <div class="audit-stored-head">
        <span>
          Row {row.sequence} of <code>{row.taskId}</code>, as it is stored
        </span>
        <Copy text={text} label="the row" />
      </div>
      <Scroller class="audit-json" label={`JSON of ${row.eventId}`}>
        <pre>{text}</pre>
      </Scroller>
    </div>
  );
}
