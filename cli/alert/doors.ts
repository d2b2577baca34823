import { alertHash as hash } from '../../lib/alerts/hash.ts';
import type { Deliver } from '../../lib/alerts/lane.ts';
import { pagerDutyLane } from '../../lib/alerts/pagerduty-lane.ts';
import { slackLane } from '../../lib/alerts/slack-lane.ts';
import { pagerDuty } from '../../lib/pagerduty/client.ts';
import { DEFAULT_ALERTS } from '../../lib/rule-file/defaults.ts';
import { slackBot } from '../../lib/slack/bot.ts';
import { slackWebhooks } from '../../lib/slack/webhooks.ts';
import { UsageError } from '../connect.ts';
import { type OnCall, watchedBot, watchedPagerDuty, watchedWebhooks } from './calls.ts';
import { Incidents } from './incidents.ts';
import { NO_CHANNEL_IDS, NO_GROUPS } from './memory.ts';
import type { Source } from './source.ts';

const API_URL = 'https://slack.com/api/';
const EVENTS_URL = 'https://events.pagerduty.com';
const CHANNEL = '#ota-rollouts';
const DEFAULT = 'default';
/** Slack takes a message a second. */
const SLACK_PAUSE_MS = 1_100;

/** A way to where test alerts go. */
export interface Door {
  /** For people. */
  readonly name: string;
  /** The channel, or the service. */
  readonly place: string;
  /** The name of its secret. */
  readonly secret: string;
  readonly deliver: Deliver;
  /** Between two events, milliseconds: the pace of a notifier is that of its requests, and the first ones are slow to arrive. */
  readonly pauseMs: number;
  /** Of PagerDuty. */
  readonly incidents?: Incidents;
}

/** @throws UsageError for a channel that the source has no secret of */
export function slackDoor(source: Source, channel: string | undefined, onCall: OnCall): Door {
  return source.mode === 'bot' ? botDoor(source, channel, onCall) : webhookDoor(source, channel, onCall);
}

function botDoor(source: Source, channel: string | undefined, onCall: OnCall): Door {
  const { secrets, apiUrl = API_URL } = source;
  const place = channel ?? source.channel ?? CHANNEL;
  const bot = watchedBot(slackBot({ secrets, apiUrl }), onCall);
  return {
    name: `Slack, channel ${place}, by a bot`,
    place,
    secret: 'slack/bot-token',
    pauseMs: SLACK_PAUSE_MS,
    deliver: slackLane({ door: { kind: 'bot', bot }, ...ALIKE }),
  };
}

function webhookDoor({ secrets, hasMany, name }: Source, channel: string | undefined, onCall: OnCall): Door {
  if (channel !== undefined && !hasMany)
    throw new UsageError(`The webhook in ${name} decides on the channel: leave --channel out`);
  const place = channel ?? `#${DEFAULT}`;
  const webhooks = watchedWebhooks(slackWebhooks({ secrets }), onCall);
  return {
    name: channel === undefined ? 'Slack, by a webhook' : `Slack, by the webhook of ${channel}`,
    place,
    secret: `slack/webhook/${place.replace(/^#/, '')}`,
    pauseMs: SLACK_PAUSE_MS,
    deliver: slackLane({ door: { kind: 'webhook', webhooks }, ...ALIKE }),
  };
}

/** @throws UsageError for a service that the source has no secret of */
export function pagerDutyDoor(source: Source, service: string | undefined, onCall: OnCall): Door {
  const { secrets, eventsUrl = EVENTS_URL, hasMany, name } = source;
  if (service !== undefined && !hasMany)
    throw new UsageError(`The routing key in ${name} decides on the service: leave --service out`);
  const place = service ?? DEFAULT;
  const incidents = new Incidents(watchedPagerDuty(pagerDuty({ secrets, eventsUrl }), onCall), place);
  return {
    name: hasMany ? `PagerDuty, service ${place}` : 'PagerDuty',
    place,
    secret: `pagerduty/${place}`,
    pauseMs: 0,
    deliver: pagerDutyLane({ pagerDuty: incidents, groups: NO_GROUPS, links: {}, hash }),
    incidents,
  };
}

const ALIKE = { channelIds: NO_CHANNEL_IDS, links: {}, groupAbove: DEFAULT_ALERTS.groupAbove, hash };
