import { setTimeout } from 'node:timers/promises';
import { DestinationError } from '../../lib/alerts/destination-error.ts';
import type { PagerDuty } from '../../lib/alerts/ports.ts';
import { resolveOf } from '../../lib/pagerduty/alert.ts';
import type { PagerDutyEvent } from '../../lib/pagerduty/payload.ts';

const ATTEMPTS = 3;
const PAUSE_MS = 1_000;

/** PagerDuty, and which incidents are open there: so that nobody stays paged whatever happens. */
export class Incidents implements PagerDuty {
  readonly #pagerDuty: PagerDuty;
  readonly #service: string;
  readonly #open = new Set<string>();

  constructor(pagerDuty: PagerDuty, service: string) {
    this.#pagerDuty = pagerDuty;
    this.#service = service;
  }

  /** Dedup keys of those that are open, or may be. */
  get open(): readonly string[] {
    return [...this.#open];
  }

  readonly change: PagerDuty['change'] = (service, event) => this.#pagerDuty.change(service, event);

  async send(service: string, event: PagerDutyEvent): Promise<void> {
    const { event_action: action, dedup_key: key } = event;
    try {
      await this.#pagerDuty.send(service, event);
    } catch (error) {
      if (action === 'trigger' && mayHaveArrived(error)) this.#open.add(key);
      throw error;
    }
    if (action === 'trigger') this.#open.add(key);
    else this.#open.delete(key);
  }

  /** Resolves those that are open, as far as PagerDuty lets it. */
  async resolveAll(): Promise<void> {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt++) {
      let pauseMs = 0;
      for (const key of this.open)
        await this.send(this.#service, resolveOf(key)).catch((error: unknown) => {
          pauseMs = Math.max(pauseMs, pauseAfter(error));
        });
      if (pauseMs === 0) return;
      if (attempt < ATTEMPTS) await setTimeout(pauseMs);
    }
  }
}

/** @returns milliseconds; 0 where it is no use to try again */
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
