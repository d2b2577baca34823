/** Below it are the names of the parameters that the notifiers read: of the stage that runs locally. */
export const PARAMETERS_PREFIX = '/ota-watch/dev';

/** The notifiers of a local run. Without one of them there is none for that destination. */
export interface AlertsOptions {
  readonly slack?: {
    readonly mode: 'bot' | 'webhook';
    /** Ends in a slash; Slack's own where not given. */
    readonly apiUrl?: string;
    /** Default channel of the bot. */
    readonly channel?: string;
  };
  readonly pagerduty?: {
    /** PagerDuty's own where not given. */
    readonly eventsUrl?: string;
  };
  /** What the Parameter Store holds, by full name. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** The parameters of the service that bring the notifiers about. */
export function alertParams(alerts: AlertsOptions | undefined): Record<string, string> {
  const { slack, pagerduty } = alerts ?? {};
  return given({
    slack: slack?.mode,
    slackApiUrl: slack?.apiUrl,
    slackChannel: slack?.channel,
    pagerduty: pagerduty && 'on',
    pagerdutyEventsUrl: pagerduty?.eventsUrl,
  });
}

/** Where the notifiers of a local run reach Slack and PagerDuty, if not where everybody does. */
export function alertUrls({ slack, pagerduty }: Partial<AlertsOptions> = {}): {
  readonly slackApi?: string;
  readonly pagerDutyEvents?: string;
} {
  return {
    ...(slack?.apiUrl !== undefined && { slackApi: slack.apiUrl }),
    ...(pagerduty?.eventsUrl !== undefined && { pagerDutyEvents: pagerduty.eventsUrl }),
  };
}

function given(values: Readonly<Record<string, string | undefined>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}
