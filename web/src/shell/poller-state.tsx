import { health } from '../health.ts';
import { Instant } from '../ui/instant.tsx';

const NAMES = { polling: 'Polling', silent: 'Poller silent', unknown: 'Poller unknown' };

/** Whether polls come, in a word. */
export function PollerState() {
  const poller = health.value.data?.poller;
  if (poller === undefined) return null;
  return (
    <span class={`poller poller-${poller.state}`}>
      {NAMES[poller.state]}
      {poller.state === 'polling' && poller.lastPollAt !== undefined && (
        <>
          {' · '}
          <Instant at={poller.lastPollAt} relative />
        </>
      )}
    </span>
  );
}
