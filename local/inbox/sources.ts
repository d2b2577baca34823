import type { PagerDutyStandIn } from '../pagerduty/pagerduty.ts';
import type { SlackStandIn } from '../slack/types.ts';

/** What the page shows. */
export interface Sources {
  readonly slack: Pick<SlackStandIn, 'channels' | 'subscribe'>;
  readonly pagerduty: Pick<PagerDutyStandIn, 'incidents' | 'changes' | 'subscribe'>;
}
