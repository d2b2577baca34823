import { count } from '../format.ts';
import './state.css';

export interface PagerProps {
  /** How many are shown. */
  shown: number;
  /** How many there are, where that is known. */
  total?: number;
  /** Whether there are more. */
  more: boolean;
  loading?: boolean;
  onMore: () => void;
}

/** How much of a list is shown, and the way to more. */
export function Pager({ shown, total, more, loading = false, onMore }: PagerProps) {
  return (
    <div class="pager">
      <span role="status">
        {total === undefined ? `${count(shown)} shown` : `${count(shown)} of ${count(total)} shown`}
      </span>
      {more && (
        <button type="button" onClick={onMore} disabled={loading}>
          {loading ? 'Loading…' : 'Show more'}
        </button>
      )}
    </div>
  );
}
