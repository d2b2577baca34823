import type { Counts } from '../../../lib/api/generated/api.ts';
import { count, percent } from '../format.ts';
import { THING_STATES } from '../thing-states.ts';

/** The number of things in each state, and their share. States that have none are left out, unless `keep` names them. */
export function CountsLegend({ counts, keep = [] }: { counts: Counts; keep?: readonly string[] }) {
  const shown = THING_STATES.filter(({ state }) => counts[state] > 0 || keep.includes(state));
  return (
    <ul class="counts-legend">
      {shown.map(({ state, name }) => (
        <li key={state}>
          <span class={`swatch share-${state}`} aria-hidden="true" />
          <span class="counts-legend-name">{name}</span> <strong>{count(counts[state])}</strong>
          {counts.total > 0 && <span class="soft"> {percent((counts[state] * 100) / counts.total)}</span>}
        </li>
      ))}
    </ul>
  );
}
