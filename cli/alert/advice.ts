import { DestinationError } from '../../lib/alerts/destination-error.ts';
import type { Destination } from '../../lib/domain/alerts/routing.ts';

/** Whom the advice is for. */
export interface AdviceContext {
  readonly to: Destination;
  /** The secret that is used. */
  readonly secret: string;
  /** Tells how to put it right. */
  readonly repair: string;
}

const REINSTALL = 'then install it to the workspace again, which may give it another token';

/** What to do, by Slack's word for the trouble. Sources: docs.slack.dev, chat.postMessage and incoming webhooks. */
const OF_SLACK: readonly (readonly [codes: readonly string[], advice: string])[] = [
  [
    ['invalid_auth', 'not_authed', 'account_inactive', 'token_expired', 'token_revoked'],
    'Slack does not know the token, or not any more. The token of the bot is on the page "OAuth & Permissions" of the app ("Bot User OAuth Token", xoxb-…): {repair}',
  ],
  [
    ['not_allowed_token_type'],
    'This is not the token of a bot: it has to begin with xoxb- ("OAuth & Permissions" of the app): {repair}',
  ],
  [
    ['missing_scope', 'no_permission'],
    `Add the scope (chat:write in any case) under "OAuth & Permissions" of the app, ${REINSTALL}: {repair}`,
  ],
  [
    ['channel_not_found'],
    'There is no such channel, or it is private and the bot is not in it: check the name (--channel), or write "/invite @name-of-the-app" in the channel',
  ],
  [
    ['not_in_channel'],
    'Write "/invite @name-of-the-app" in the channel, or give the app the scope chat:write.public, for public channels',
  ],
  [['is_archived', 'channel_is_archived'], 'The channel is archived: unarchive it, or choose another one'],
  [
    [
      'restricted_action',
      'restricted_action_read_only_channel',
      'restricted_action_thread_only_channel',
      'posting_to_channel_denied',
      'posting_to_general_channel_denied',
      'action_prohibited',
    ],
    'The workspace lets only some people write in this channel: choose another one, or ask an administrator',
  ],
  [
    ['no_service', 'invalid_token', 'no_team', 'team_disabled'],
    'The webhook does not exist, or not any more. The page "Incoming Webhooks" of the app has its address, or makes another: {repair}',
  ],
];

/** What to do, by the AWS error. */
const OF_PARAMETERS: readonly (readonly [codes: readonly string[], advice: string])[] = [
  [['ParameterNotFound'], 'There is no such parameter in this account and region: {repair}'],
  [
    ['AccessDeniedException', 'InvalidKeyId'],
    'Your AWS credentials have to allow ssm:GetParameter of the parameter, and kms:Decrypt of its key',
  ],
  [
    [
      'UnrecognizedClientException',
      'ExpiredTokenException',
      'CredentialsProviderError',
      'InvalidSignatureException',
    ],
    'Your AWS credentials are not good, or not any more: "aws sts get-caller-identity" says whose they are',
  ],
];

const ADVICE: ReadonlyMap<string, string> = new Map(
  [...OF_SLACK, ...OF_PARAMETERS].flatMap(([codes, advice]) => codes.map((code) => [code, advice] as const)),
);

const STATUS_PAGES: Readonly<Record<Destination, string>> = {
  slack: 'https://slack-status.com',
  pagerduty: 'https://status.pagerduty.com',
};

/** What somebody can do about a trouble. */
export function adviceOn(error: Error, { to, secret, repair }: AdviceContext): string {
  const known = error instanceof DestinationError ? ADVICE.get(error.code ?? '') : undefined;
  const advice = known ?? byKind(error, to);
  return advice.replace('{secret}', () => secret).replace('{repair}', () => repair);
}

function byKind(error: Error, to: Destination): string {
  if (!(error instanceof DestinationError)) return 'This is a mistake in ota-watch: please report it';
  if (/^Parameter /.test(error.message))
    return 'The Parameter Store could not be asked: check the network, the region (--region) and your AWS credentials';
  if (/^Secret /.test(error.message)) return 'What is kept as {secret} is something else: {repair}';
  if (/routing[_ ]key/i.test(error.message))
    return 'PagerDuty does not know the routing key. It is the "Integration Key" of the integration "Events API v2" of the service, under Integrations: {repair}';
  switch (error.trouble.kind) {
    case 'busy':
      return 'Too much was sent in the last minute: try again in a minute';
    case 'unavailable':
      return `It could not be reached, or failed. Check the network, a proxy, and ${STATUS_PAGES[to]}, then try again`;
    case 'misconfigured':
      return 'Something else than its API may have answered: check its address, and a proxy on the way';
    case 'rejected':
      return 'ota-watch sent something that is not taken: please report it, with this output';
  }
}
