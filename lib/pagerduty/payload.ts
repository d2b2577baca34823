import type { Severity } from '../domain/generated/events.ts';

export interface PagerDutyLink {
  readonly href: string;
  readonly text: string;
}

/** An event of the Events API v2 without its routing key, as the API spells it. */
export type PagerDutyEvent =
  | {
      readonly event_action: 'trigger';
      readonly dedup_key: string;
      readonly payload: {
        readonly summary: string;
        readonly source: string;
        readonly severity: Severity;
        /** ISO 8601. */
        readonly timestamp: string;
        readonly component: string;
        readonly group?: string;
        readonly class: string;
        readonly custom_details: Readonly<Record<string, unknown>>;
      };
      readonly links: readonly PagerDutyLink[];
      readonly client: string;
      readonly client_url?: string;
    }
  | { readonly event_action: 'resolve'; readonly dedup_key: string };

/** A change event without its routing key. */
export interface ChangeEvent {
  readonly payload: {
    readonly summary: string;
    readonly source: string;
    /** ISO 8601. */
    readonly timestamp: string;
    readonly custom_details: Readonly<Record<string, unknown>>;
  };
  readonly links: readonly PagerDutyLink[];
}
