import { Empty } from '../ui/empty.tsx';
import { filtersIn, unfiltered, type View } from './view.ts';

export function NoRollouts({ view, onView }: { view: View; onView: (view: View) => void }) {
  if (filtersIn(view) > 0)
    return (
      <Empty title="No rollout matches">
        <p>There are no rollouts, live or ended within the last seven days, that all filters let through.</p>
        <button type="button" onClick={() => onView(unfiltered(view))}>
          Clear filters
        </button>
      </Empty>
    );
  return (
    <Empty title="No rollouts yet">
      <p>New over-the-air tasks appear here by themselves, within a few minutes after they are made.</p>
    </Empty>
  );
}
