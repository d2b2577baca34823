import { z } from 'zod';
import { CHANNEL, CHANNEL_TAG, NO_ROUTING_KEY, SERVICE, SERVICE_TAG } from '../domain/alerts/names.ts';
import { EVENT_KINDS, OWNER } from '../domain/alerts/routing.ts';
import { SEVERITIES } from '../domain/rules/rule-set.ts';
import { LIMIT_TAGS } from '../domain/rules/tags.ts';
import { severityName } from './fields.ts';
import { routeMatch } from './match.ts';
import { list, listOrNone, oneOf, strict, TEXT_EXPECTED, wholeNumberFrom } from './values.ts';

const MAX_ROUTES = 100;
const MAX_NAMES = 20;
const DEFAULT_GROUP_ABOVE = 5;

const CHANNEL_EXPECTED = `expected a channel such as "#ota-rollouts", in quotes and in small letters, the id of one, or ${OWNER}`;
const channel = z
  .string({ error: CHANNEL_EXPECTED })
  .regex(new RegExp(`^${OWNER}$|${CHANNEL.source}`, 'u'), CHANNEL_EXPECTED);

// OWNER has the form of a name.
const SERVICE_EXPECTED = `expected a service: up to 64 of a-z, 0-9 and -, of which - is not the first; or ${OWNER}`;
const service = z
  .string({ error: SERVICE_EXPECTED })
  .regex(SERVICE, SERVICE_EXPECTED)
  .regex(NO_ROUTING_KEY, 'this looks like a routing key, which is secret: expected the name of its service');

const tagKey = z
  .string({ error: TEXT_EXPECTED })
  .min(1, 'expected the key of a tag')
  .max(128, 'expected at most 128 characters')
  .refine((key) => !LIMIT_TAGS.includes(key), 'this tag sets a limit, a severity or a mute: choose another');

const route = strict({
  match: routeMatch.exactOptional(),
  severity: list(severityName, SEVERITIES.length)
    .exactOptional()
    .meta({
      description: 'Breaches and recoveries of these severities only; other events are not affected (all).',
      examples: [['error', 'critical']],
    }),
  events: list(oneOf(EVENT_KINDS), EVENT_KINDS.length)
    .exactOptional()
    .meta({
      description: 'The kinds of events that it is for (all; in Slack, all but progress).',
      examples: [['breach', 'status']],
    }),
  slack: listOrNone(channel, MAX_NAMES)
    .exactOptional()
    .meta({
      description: `Slack channels: names with # in quotes, ids, or ${OWNER}. [] is nowhere. Without it the route says nothing about Slack.`,
      examples: [['#locks-oncall', OWNER]],
    }),
  pagerduty: listOrNone(service, MAX_NAMES)
    .exactOptional()
    .meta({
      description: `PagerDuty services, or ${OWNER}. [] is nowhere. Without it the route says nothing about PagerDuty.`,
      examples: [['locks', OWNER]],
    }),
})
  .refine(({ slack, pagerduty }) => slack !== undefined || pagerduty !== undefined, {
    error: 'expected slack or pagerduty, or both: without them the route says nothing',
    when: ({ issues }) => issues.length === 0,
  })
  .meta({ anyOf: [{ required: ['slack'] }, { required: ['pagerduty'] }] });

/** The part of a rule file about who is alerted. */
export const alerts = strict({
  groupAbove: wholeNumberFrom(1)
    .default(DEFAULT_GROUP_ABOVE)
    .describe('More rollouts than this with something to tell in one place at once become one message.'),
  channelTag: tagKey.default(CHANNEL_TAG).meta({
    description: "Key of the tag in which a task names its owner's Slack channel.",
    examples: ['team-channel'],
  }),
  serviceTag: tagKey.default(SERVICE_TAG).meta({
    description: "Key of the tag in which a task names its owner's PagerDuty service.",
    examples: ['team'],
  }),
  routes: z
    .array(route, { error: 'expected a list of routes, [] for none' })
    .max(MAX_ROUTES, `expected at most ${MAX_ROUTES} routes`)
    .default([])
    .describe('Every route that fits an event counts. An event that none fits goes to its owner.'),
}).describe('Who is alerted, in Slack and in PagerDuty.');
