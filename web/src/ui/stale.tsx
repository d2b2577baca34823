import { Instant } from './instant.tsx';
import { problemText } from './problem.tsx';
import './banner.css';

/** Above data that is still shown although the last attempt to read it failed. */
export function Stale({ error, updatedAt, retry }: { error: Error; updatedAt: number; retry: () => void }) {
  const at = new Date(updatedAt).toISOString();
  return (
    <div class="banner banner-warning">
      <p>
        {/* How old it is by now is not told over and over again to who does not see it. */}
        <span role="status">
          {problemText(error)} What is shown is of <Instant at={at} />
        </span>{' '}
        (<Instant at={at} relative />
        ).
      </p>
      <button type="button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}
