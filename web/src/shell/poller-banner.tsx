import { now } from '../clock.ts';
import { longDuration } from '../format.ts';
import { health } from '../health.ts';
import '../ui/banner.css';

/** Says that what is shown may be old, where no polls come or that cannot be told. */
export function PollerBanner() {
  const poller = health.value.data?.poller;
  return (
    <>
      {/* What counts is not told over and over again to who does not see it. */}
      <p class="visually-hidden" role="status">
        {poller?.state === 'silent' && 'The poller is silent: what is shown may be old.'}
      </p>
      {poller?.state === 'silent' && <Silent lastPollAt={poller.lastPollAt} />}
      {poller?.state === 'unknown' && (
        <div class="banner">
          <p>Whether polls come cannot be told at the moment. What is shown is what the last one found.</p>
        </div>
      )}
    </>
  );
}

function Silent({ lastPollAt }: { lastPollAt: string | undefined }) {
  const lasts = lastPollAt === undefined ? undefined : now.value - Date.parse(lastPollAt);
  return (
    <div class="banner banner-danger">
      <p>
        The poller has been silent for {lasts === undefined ? 'a long time' : longDuration(lasts)}: what is
        shown may be old.
      </p>
    </div>
  );
}
