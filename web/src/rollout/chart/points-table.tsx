import { useState } from 'preact/hooks';
import type { SeriesPoint } from '../../../../lib/api/generated/api.ts';
import { count, instant } from '../../format.ts';
import { THING_STATES } from '../../thing-states.ts';
import { Scroller } from '../../ui/scroller.tsx';
import { statusName } from '../../ui/status-badge.tsx';

/** The numbers of the chart as a table, newest first. It is made when somebody opens it. */
export function PointsTable({ points, rows }: { points: readonly SeriesPoint[]; rows: number }) {
  const [isOpen, setIsOpen] = useState(false);
  const isThinned = rows > points.length;
  return (
    <details onToggle={(event) => setIsOpen(event.currentTarget.open)}>
      <summary>
        Numbers as a table ({count(points.length)}
        {isThinned ? ` of ${count(rows)} rows` : points.length === 1 ? ' row' : ' rows'})
      </summary>
      {isOpen && (
        <Scroller label="Numbers of the chart">
          <table>
            <thead>
              <tr>
                <th scope="col">Time (UTC)</th>
                <th scope="col">Status</th>
                {THING_STATES.map(({ state, name }) => (
                  <th key={state} scope="col" class="number">
                    {name}
                  </th>
                ))}
                <th scope="col" class="number">
                  total
                </th>
              </tr>
            </thead>
            <tbody>
              {points.toReversed().map(({ sequence, observedAt, status, counts }) => (
                <tr key={sequence}>
                  <th scope="row">{instant(observedAt)}</th>
                  <td>{statusName(status)}</td>
                  {THING_STATES.map(({ state }) => (
                    <td key={state} class="number">
                      {count(counts[state])}
                    </td>
                  ))}
                  <td class="number">{count(counts.total)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </Scroller>
      )}
    </details>
  );
}
