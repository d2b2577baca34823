import type { Health } from '../../../lib/api/generated/api.ts';
import { OfflineError } from '../api.ts';
import { health } from '../health.ts';
import { Instant } from '../ui/instant.tsx';

const NAMES = { polling: 'Polling', silent: 'Poller silent', unknown: 'Poller unknown' };

/** Whether polls come, in a word. */
export function PollerState() {
  const { data, error } = health.value;
  if (error instanceof OfflineError) return <span class="poller poller-unreachable">API unreachable</span>;
  if (error !== undefined) return <span class="poller poller-unknown">{NAMES.unknown}</span>;
  return data === undefined ? null : <Known poller={data.poller} />;
}

function Known({ poller: { state, lastPollAt } }: { poller: Health['poller'] }) {
  return (
    <span class={`poller poller-${state}`}>
      {NAMES[state]}
      {lastPollAt !== undefined && (
        <span class="poller-last">
          {'· last '}
          <Instant at={lastPollAt} relative />
        </span>
      )}
    </span>
  );
}
