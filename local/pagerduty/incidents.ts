import type { AlertEvent, ChangeEventBody, Link } from './checks.ts';

/** A link as it is shown: without a text, by its address. */
export interface ShownLink {
  readonly href: string;
  readonly text: string;
}

export interface LogEntry {
  readonly action: 'trigger' | 'resolve';
  /** Epoch milliseconds. */
  readonly at: number;
  /** Of a trigger. */
  readonly summary?: string;
}

/** What PagerDuty makes of the events of a dedup key, from a trigger to its resolve. */
export interface Incident {
  readonly service: string;
  readonly dedupKey: string;
  readonly status: 'triggered' | 'resolved';
  /** This and what else describes it is of the trigger that opened it: further ones are entries of its log. */
  readonly summary: string;
  readonly severity: string;
  readonly source: string;
  readonly customDetails: Readonly<Record<string, unknown>>;
  readonly links: readonly ShownLink[];
  /** How many were taken, the first one included. */
  readonly triggers: number;
  /** Epoch milliseconds. */
  readonly openedAt: number;
  readonly resolvedAt?: number;
  /** Oldest first. */
  readonly log: readonly LogEntry[];
}

export interface Change {
  readonly service: string;
  /** When it was taken, epoch milliseconds. */
  readonly at: number;
  readonly summary: string;
  readonly source: string;
  readonly timestamp?: string;
  readonly customDetails: Readonly<Record<string, unknown>>;
  readonly links: readonly ShownLink[];
}

/** From whom and when an event came. */
export interface Origin {
  readonly routingKey: string;
  readonly service: string;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** What PagerDuty shows of the events that it took. */
export class Incidents {
  readonly #incidents: Incident[] = [];
  readonly #changes: Change[] = [];
  /** Places in the list of the incidents that are open. A dedup key counts within its routing key. */
  readonly #open = new Map<string, number>();

  /** In the order in which they were opened. */
  get incidents(): readonly Incident[] {
    return [...this.#incidents];
  }

  get changes(): readonly Change[] {
    return [...this.#changes];
  }

  /** A resolve of what is not open is dropped; an acknowledgement is a matter of people, and shown nowhere here. */
  take(event: AlertEvent, origin: Origin): void {
    if (event.event_action === 'trigger') this.#trigger(event, origin);
    if (event.event_action === 'resolve') this.#resolve(event.dedup_key, origin);
  }

  change({ payload, links }: ChangeEventBody, { service, at }: Origin): void {
    const { summary, source = '', timestamp, custom_details = {} } = payload;
    this.#changes.push({
      service,
      at,
      summary,
      source,
      ...(timestamp !== undefined && { timestamp }),
      customDetails: custom_details,
      links: shown(links),
    });
  }

  #trigger({ dedup_key, payload, links }: TriggerEvent, { routingKey, service, at }: Origin): void {
    const { summary, severity, source, custom_details = {} } = payload;
    const entry = { action: 'trigger', at, summary } as const;
    const key = keyOf(routingKey, dedup_key);
    const open = this.#open.get(key);
    if (open !== undefined) {
      this.#amend(open, ({ triggers, log }) => ({ triggers: triggers + 1, log: [...log, entry] }));
      return;
    }
    this.#open.set(key, this.#incidents.length);
    this.#incidents.push({
      service,
      dedupKey: dedup_key,
      status: 'triggered',
      summary,
      severity,
      source,
      customDetails: custom_details,
      links: shown(links),
      triggers: 1,
      openedAt: at,
      log: [entry],
    });
  }

  #resolve(dedupKey: string, { routingKey, at }: Origin): void {
    const key = keyOf(routingKey, dedupKey);
    const open = this.#open.get(key);
    if (open === undefined) return;
    this.#open.delete(key);
    this.#amend(open, ({ log }) => ({
      status: 'resolved',
      resolvedAt: at,
      log: [...log, { action: 'resolve', at }],
    }));
  }

  #amend(place: number, amend: (incident: Incident) => Partial<Incident>): void {
    const incident = this.#incidents[place];
    if (incident !== undefined) this.#incidents[place] = { ...incident, ...amend(incident) };
  }
}

type TriggerEvent = Extract<AlertEvent, { event_action: 'trigger' }>;

const shown = (links: readonly Link[] = []): readonly ShownLink[] =>
  links.map(({ href, text }) => ({ href, text: text ?? href }));

const keyOf = (routingKey: string, dedupKey: string) => `${routingKey} ${dedupKey}`;
