import type { TaskDetail } from '../../../lib/api/generated/api.ts';
import { count } from '../format.ts';
import { Copy } from '../ui/copy.tsx';
import { Instant } from '../ui/instant.tsx';

/** What of the task's events is on its way, and how far its history goes. */
export function Delivery({ detail: { undelivered, head } }: { detail: TaskDetail }) {
  const { unrecorded, unpublished, oldestObservedAt } = undelivered;
  const isDone = undelivered.count === 0;
  return (
    <section class="card delivery" aria-labelledby="delivery">
      <h2 id="delivery">Delivery</h2>
      <p class={`note ${isDone ? 'note-good' : 'note-warning'}`}>
        {isDone ? 'Everything is delivered.' : `${events(undelivered.count)} on the way.`}
        {oldestObservedAt !== undefined && (
          <>
            {' '}
            The oldest is of <Instant at={oldestObservedAt} /> (<Instant at={oldestObservedAt} relative />
            ).
          </>
        )}
      </p>
      <dl class="facts">
        <div>
          <dt>Not in the history yet</dt>
          <dd>{events(unrecorded)}</dd>
        </div>
        <div>
          <dt>Not on the bus yet</dt>
          <dd>{events(unpublished)}</dd>
        </div>
        {head && (
          <>
            <div>
              <dt>Last row</dt>
              <dd>#{head.sequence}</dd>
            </div>
            {head.publishedSequence !== undefined && (
              <div>
                <dt>Last published</dt>
                <dd>#{head.publishedSequence}</dd>
              </div>
            )}
            <div class="fact-wide">
              <dt>Hash of the last row</dt>
              <dd>
                <code class="hash">{head.hash}</code>{' '}
                <Copy text={head.hash} label="the hash of the last row" />
              </dd>
            </div>
          </>
        )}
      </dl>
    </section>
  );
}

const events = (n: number) => `${count(n)} ${n === 1 ? 'event' : 'events'}`;
