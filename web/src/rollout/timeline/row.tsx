import { useMemo } from 'preact/hooks';
import type { HistoryRow } from '../../../../lib/api/generated/api.ts';
import { headline, kindOf, labelOf } from '../../event-words.ts';
import { count, instant, percent, rate } from '../../format.ts';
import { Copy } from '../../ui/copy.tsx';
import { CountsBar, countsText } from '../../ui/counts-bar.tsx';
import { Instant } from '../../ui/instant.tsx';
import { Scroller } from '../../ui/scroller.tsx';
import { SeverityBadge } from '../../ui/severity-badge.tsx';
import { measure, partsOf } from '../rules/meter.ts';
import { changes, stateName } from '../states.ts';

export interface RowProps {
  row: HistoryRow;
  /** Its JSON is shown. */
  isOpen: boolean;
  /** It is one of a run that is open. */
  isInRun?: boolean;
  onToggle: (sequence: number, isOpen: boolean) => void;
}

/** An event of the timeline. Rows never change, so it is made anew only when it is opened or closed. */
export function Row({ row, isOpen, isInRun = false, onToggle }: RowProps) {
  return useMemo(
    () => (
      <li
        class={`event event-${kindOf(row)} ${isInRun ? 'event-in-run' : ''}`}
        data-sequence={row.sequence}
        id={`event-${row.sequence}`}
      >
        <p class="event-when">
          <Instant at={row.observedAt} />
          <span class="soft"> #{row.sequence}</span>
        </p>
        <div class="event-what">
          {row.detailType === 'OTA Task Progressed' ? <Progress row={row} /> : <Happening row={row} />}
          <RawJson row={row} isOpen={isOpen} onToggle={onToggle} />
        </div>
      </li>
    ),
    [row, isOpen, isInRun, onToggle],
  );
}

function Happening({ row }: { row: HistoryRow }) {
  return (
    <>
      <h3>
        <span class="event-label">{labelOf(row)}</span>{' '}
        {row.rule && <SeverityBadge severity={row.rule.severity} />} {headline(row)}{' '}
        {!row.published && <Unpublished row={row} />}
      </h3>
      {row.summary !== undefined && <p>{row.summary}</p>}
      <RuleFacts row={row} />
      {row.errorCode !== undefined && (
        <p>
          <code>{row.errorCode}</code> {row.errorMessage}
        </p>
      )}
      <Things row={row} />
      <div class="event-counts">
        <CountsBar counts={row.counts} />
        <span class="soft">{countsText(row.counts)}</span>
      </div>
    </>
  );
}

/** Only what is recorded and not on the bus for a reason of its own is worth a word. */
function Unpublished({ row }: { row: HistoryRow }) {
  return row.detailType === 'OTA Task Event Set Aside' ? null : (
    <span class="event-note">in the history only</span>
  );
}

/** What the rule says, and the numbers where no summary tells them. */
function RuleFacts({ row: { rule, observed, summary } }: { row: HistoryRow }) {
  if (rule === undefined) return null;
  return (
    <p class="soft">
      {summary === undefined &&
        observed &&
        `Observed ${measure(observed.value, observed.unit)}${partsOf(observed)}, limit ${measure(observed.limit, observed.unit)}. `}
      {rule.description}
    </p>
  );
}

function Things({ row: { sampleThings } }: { row: HistoryRow }) {
  if (sampleThings === undefined || sampleThings.length === 0) return null;
  return (
    <div class="event-things">
      <h4>Things that failed, the latest</h4>
      <ul>
        {sampleThings.map(({ managedThingId, status, retryAttempt, lastUpdatedAt }) => (
          <li key={managedThingId} title={lastUpdatedAt && `Updated ${instant(lastUpdatedAt)}`}>
            <code>{managedThingId}</code>{' '}
            <span class="soft">
              {status.toLowerCase().replaceAll('_', ' ')}
              {retryAttempt !== undefined && retryAttempt > 0 && `, retry ${retryAttempt}`}
            </span>
          </li>
        ))}
      </ul>
    </div>
  );
}

/** On one line, for there are many. */
function Progress({ row }: { row: HistoryRow }) {
  const { previousCounts, counts, percentComplete, ratePerMinute } = row;
  return (
    <p class="event-progress">
      <span class="event-label">{labelOf(row)}</span>
      {previousCounts && <Changes before={previousCounts} after={counts} />}
      <span class="soft">
        {[
          percentComplete === undefined ? '' : `${percent(percentComplete)} finished`,
          ratePerMinute === undefined ? '' : rate(ratePerMinute),
        ]
          .filter((part) => part !== '')
          .join(' · ')}
      </span>
    </p>
  );
}

/** Counts that differ: `+88 succeeded`. */
export function Changes({ before, after }: { before: HistoryRow['counts']; after: HistoryRow['counts'] }) {
  return (
    <span class="changes">
      {changes(before, after).map(({ state, by }) => (
        <span key={state} class="change">
          <span class={`swatch share-${state}`} aria-hidden="true" />
          {by > 0 ? '+' : '−'}
          {count(Math.abs(by))} {stateName(state)}
        </span>
      ))}
    </span>
  );
}

/** The row as it is stored. It is made when somebody opens it. */
function RawJson({ row, isOpen, onToggle }: Omit<RowProps, 'isInRun'>) {
  const text = isOpen ? JSON.stringify(row, null, 2) : '';
  return (
    <details
      class="raw"
      open={isOpen}
      onToggle={(event) => {
        if (event.currentTarget.open !== isOpen) onToggle(row.sequence, event.currentTarget.open);
      }}
    >
      <summary aria-label={`JSON of row ${row.sequence}`}>JSON</summary>
      {isOpen && (
        <div class="raw-text">
          <Copy text={text} label={`the JSON of row ${row.sequence}`} />
          <Scroller label={`Row ${row.sequence} as it is stored`}>
            <pre>{text}</pre>
          </Scroller>
        </div>
      )}
    </details>
  );
}
