import type { TaskList } from '../../../lib/api/generated/api.ts';
import { count } from '../format.ts';
import { THING_STATES } from '../thing-states.ts';
import { SeverityBadge } from '../ui/severity-badge.tsx';
import { bySeverity, loudBreaches } from './open-breaches.ts';

/** How much there is, and how bad it is. */
export function Summary({ list }: { list: TaskList }) {
  const breaches = bySeverity(list.items.flatMap(loudBreaches));
  return (
    <>
      <p class="summary">
        <span>
          {count(list.total)} {list.total === 1 ? 'rollout' : 'rollouts'}
        </span>
        {breaches.length === 0 && list.total > 0 && <span class="soft">no open breaches</span>}
        {breaches.map(({ severity, count: of }) => (
          <SeverityBadge key={severity} severity={severity} of={of} />
        ))}
      </p>
      <ul class="legend" aria-label="Colours of the bars">
        {THING_STATES.map(({ state, name }) => (
          <li key={state}>
            <span class={`swatch share-${state}`} />
            {name}
          </li>
        ))}
      </ul>
    </>
  );
}
