import { now } from '../clock.ts';
import { duration } from '../format.ts';
import { health } from '../health.ts';
import '../ui/banner.css';

/** Says that what is shown may be old, where no polls come. */
export function PollerBanner() {
  const poller = health.value.data?.poller;
  if (poller?.state !== 'silent') return null;
  const lasts = poller.lastPollAt === undefined ? undefined : now.value - Date.parse(poller.lastPollAt);
  return (
    <div class="banner banner-danger">
      <p>
        The poller has been silent for {lasts === undefined ? 'a long time' : duration(lasts)}: what is shown
        may be old.
      </p>
    </div>
  );
}
