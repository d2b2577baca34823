import { startInbox } from '../inbox/inbox.ts';
import { type PagerDutyStandIn, startPagerDuty } from '../pagerduty/pagerduty.ts';
import { startSlack } from '../slack/slack.ts';
import type { SlackStandIn } from '../slack/types.ts';
import { type AlertsOptions, PARAMETERS_PREFIX } from '../stack/alerts.ts';
import { type DemoRollout, ROLLOUTS, withoutOwners } from './rollouts.ts';

/** Routing keys of the services that the rollouts of the demo name, as PagerDuty makes them. */
const ROUTING_KEYS = {
  default: 'd0000000000000000000000000000001',
  safety: '50000000000000000000000000000002',
} as const;

/** Where the alerts of a local run go. */
export interface Destinations {
  readonly alerts: AlertsOptions;
  /** Left out where Slack itself is told. */
  readonly slack?: SlackStandIn;
  /** Left out where PagerDuty itself is told. */
  readonly pagerDuty?: PagerDutyStandIn;
  /** The page that shows them. */
  readonly inboxUrl: string;
  /** The rollouts of the demo. Channels and services of theirs exist in the stand-ins only. */
  readonly rollouts: readonly DemoRollout[];
  close(): Promise<void>;
}

/**
 * Starts stand-ins of Slack and PagerDuty, and the page that shows what they have; in place of a stand-in, the real one is told
 * where the settings of this machine have its secrets.
 */
export async function startDestinations(real: AlertsOptions): Promise<Destinations> {
  // Messages that are sent a second apart may arrive a little closer: Slack allows short bursts as well.
  const slack = await startSlack({ now: Date.now, rates: { burst: 2 } });
  const pagerDuty = await startPagerDuty({
    now: Date.now,
    routingKeys: Object.fromEntries(Object.entries(ROUTING_KEYS).map(([service, key]) => [key, service])),
  });
  const inbox = await startInbox({ slack, pagerduty: pagerDuty });
  const hasOnlyStandIns = real.slack === undefined && real.pagerduty === undefined;
  const standIns: AlertsOptions = {
    slack: { mode: 'bot', apiUrl: slack.apiUrl },
    pagerduty: { eventsUrl: pagerDuty.url },
    parameters: {
      [`${PARAMETERS_PREFIX}/slack/bot-token`]: slack.botToken,
      ...Object.fromEntries(
        Object.entries(ROUTING_KEYS).map(([service, key]) => [
          `${PARAMETERS_PREFIX}/pagerduty/${service}`,
          key,
        ]),
      ),
    },
  };
  return {
    alerts: { ...standIns, ...real, parameters: { ...standIns.parameters, ...real.parameters } },
    ...(real.slack === undefined && { slack }),
    ...(real.pagerduty === undefined && { pagerDuty }),
    inboxUrl: inbox.url,
    rollouts: hasOnlyStandIns ? ROLLOUTS : withoutOwners(ROLLOUTS),
    close: async () => {
      await Promise.all([inbox.close(), slack.close(), pagerDuty.close()]);
    },
  };
}
