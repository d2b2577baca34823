import { setTimeout } from 'node:timers/promises';
import { DestinationError } from '../../lib/alerts/destination-error.ts';
import type { PagerDuty } from '../../lib/alerts/ports.ts';
import { resolveOf } from '../../lib/pagerduty/alert.ts';

const ATTEMPTS = 3;
const PAUSE_MS = 1_000;

/** Which incidents are open, so that nobody stays paged whatever happens. */
export class OpenIncidents {
  readonly #keys = new Set<string>();

  /** Dedup keys of those that are open, or may be. */
  get keys(): readonly string[] {
    return [...this.#keys];
  }

  /** Watches what is opened and resolved. */
  watched(pagerDuty: PagerDuty): PagerDuty {
    return {
      ...pagerDuty,
      send: async (service, event) => {
        const isTrigger = event.event_action === 'trigger';
        try {
          await pagerDuty.send(service, event);
        } catch (error) {
          if (isTrigger && mayHaveArrived(error)) this.#keys.add(event.dedup_key);
          throw error;
        }
        if (isTrigger) this.#keys.add(event.dedup_key);
        else this.#keys.delete(event.dedup_key);
      },
    };
  }

  /** Resolves those that are open, as far as PagerDuty lets it. */
  async resolveAll(watched: PagerDuty, service: string): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      let pauseMs = 0;
      for (const key of this.keys)
        await watched.send(service, resolveOf(key)).catch((error: unknown) => {
          pauseMs = Math.max(pauseMs, pauseAfter(error));
        });
      if (pauseMs === 0) return;
      if (attempt < ATTEMPTS) await setTimeout(pauseMs);
    }
  }
}

/** @returns 0 where it is no use to try again */
function pauseAfter(error: unknown): number {
  if (!(error instanceof DestinationError)) throw error;
  const { trouble } = error;
  if (trouble.kind === 'busy') return trouble.retryAfterMs;
  return trouble.kind === 'unavailable' ? PAUSE_MS : 0;
}

function mayHaveArrived(error: unknown): boolean {
  return (
    !(error instanceof DestinationError) || (error.trouble.kind === 'unavailable' && error.trouble.unsure)
  );
}
