import { type AlertsOptions, PARAMETERS_PREFIX } from '../stack/alerts.ts';
import type { LocalSettings } from './local-settings.ts';

/** What notifiers need to tell the destinations that the settings name; those that they do not name are left out. */
export function alertsOptionsOf({ slack, pagerduty }: LocalSettings): AlertsOptions {
  const { slack: ofSlack, secrets } = slackOptionsOf(slack);
  return {
    ...(ofSlack !== undefined && { slack: ofSlack }),
    ...(pagerduty !== undefined && {
      pagerduty: { ...(pagerduty.eventsUrl !== undefined && { eventsUrl: pagerduty.eventsUrl }) },
    }),
    parameters: Object.fromEntries(
      Object.entries({ ...secrets, ...(pagerduty && { 'pagerduty/default': pagerduty.routingKey }) }).map(
        ([name, value]) => [`${PARAMETERS_PREFIX}/${name}`, value],
      ),
    ),
  };
}

function slackOptionsOf(slack: LocalSettings['slack']): {
  readonly slack?: NonNullable<AlertsOptions['slack']>;
  readonly secrets: Readonly<Record<string, string>>;
} {
  if (slack === undefined) return { secrets: {} };
  if ('webhookUrl' in slack)
    return { slack: { mode: 'webhook' }, secrets: { 'slack/webhook/default': slack.webhookUrl } };
  const { botToken, ...bot } = slack;
  return { slack: { mode: 'bot', ...bot }, secrets: { 'slack/bot-token': botToken } };
}
