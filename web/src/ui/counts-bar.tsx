import type { Counts } from '../../../lib/api/generated/api.ts';
import { count } from '../format.ts';
import { THING_STATES } from '../thing-states.ts';
import './counts-bar.css';

/** The things of a rollout by state, as a stacked bar. Its text has the exact numbers. */
export function CountsBar({ counts }: { counts: Counts }) {
  const text = countsText(counts);
  return (
    <div class="counts-bar" role="img" aria-label={text} title={text}>
      {THING_STATES.filter(({ state }) => counts[state] > 0).map(({ state }) => (
        <span key={state} class={`share share-${state}`} style={{ flexGrow: counts[state] }} />
      ))}
    </div>
  );
}

/** `500 things: 320 succeeded, 40 in progress, 129 queued, 11 failed`; states without things are left out. */
export function countsText(counts: Counts): string {
  const parts = THING_STATES.filter(({ state }) => counts[state] > 0).map(
    ({ state, name }) => `${count(counts[state])} ${name}`,
  );
  const things = counts.total === 1 ? 'thing' : 'things';
  return parts.length === 0 ? 'No things' : `${count(counts.total)} ${things}: ${parts.join(', ')}`;
}
