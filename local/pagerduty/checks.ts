import { z } from 'zod';

/**
 * What the Events API v2 refuses, as far as it is documented or was seen; where neither says, these checks are strict. Fields
 * that are not documented are refused, which the real one lets pass.
 * https://developer.pagerduty.com/docs/send-alert-event, https://developer.pagerduty.com/docs/send-change-event
 */
const required = (name: string) => `'${name}' is missing or blank`;
const filled = (name: string) =>
  z.string(required(name)).refine((text) => text.trim() !== '', required(name));
const summary = filled('payload.summary').max(1_024, "'summary' is too long (maximum is 1024 characters)");
const webUrl = (name: string) => z.url({ protocol: /^https?$/, error: `${name} is not a URL` });
const timestamp = z.iso.datetime({ offset: true, error: "'payload.timestamp' is not ISO 8601" });
const details = z.record(z.string(), z.unknown(), "'payload.custom_details' is not an object");

const link = z.strictObject({ href: webUrl("'href' of a link"), text: z.string().optional() });
const image = z.strictObject({
  src: z.url({ protocol: /^https$/, error: "'src' of an image is not a URL of HTTPS" }),
  href: webUrl("'href' of an image").optional(),
  alt: z.string().optional(),
});

const routing_key = z
  .string(required('routing_key'))
  .length(32, "Length of 'routing_key' is incorrect (should be 32 characters)")
  .regex(/^[a-z0-9]*$/i, "'routing_key' cannot contain non-alphanumeric characters.");

/** Only a trigger may leave it out; PagerDuty would make one up, by which nobody could resolve: refused here. */
const dedup_key = filled('dedup_key').max(255, "'dedup_key' is too long (maximum is 255 characters)");

const attachments = { links: z.array(link).optional(), images: z.array(image).optional() };

const alertEvent = z.discriminatedUnion(
  'event_action',
  [
    z.strictObject({
      routing_key,
      event_action: z.literal('trigger'),
      dedup_key,
      payload: z.strictObject(
        {
          summary,
          source: filled('payload.source'),
          severity: z.enum(
            ['info', 'warning', 'error', 'critical'],
            "'payload.severity' is none of info, warning, error, critical",
          ),
          timestamp: timestamp.optional(),
          component: z.string().optional(),
          group: z.string().optional(),
          class: z.string().optional(),
          custom_details: details.optional(),
        },
        { error: ({ code }) => (code === 'invalid_type' ? required('payload') : undefined) },
      ),
      ...attachments,
      client: z.string().optional(),
      client_url: webUrl("'client_url'").optional(),
    }),
    z.strictObject({ routing_key, event_action: z.literal('acknowledge'), dedup_key }),
    z.strictObject({ routing_key, event_action: z.literal('resolve'), dedup_key }),
  ],
  "'event_action' is none of trigger, acknowledge, resolve",
);

const changeEvent = z.strictObject({
  routing_key,
  payload: z.strictObject(
    {
      summary,
      source: z.string().optional(),
      timestamp: timestamp.optional(),
      custom_details: details.optional(),
    },
    { error: ({ code }) => (code === 'invalid_type' ? required('payload') : undefined) },
  ),
  ...attachments,
});

export type AlertEvent = z.infer<typeof alertEvent>;
export type ChangeEventBody = z.infer<typeof changeEvent>;
export type Link = z.infer<typeof link>;

/** An event that is as it should be, or what is wrong with it. */
export type Checked<Event> = { readonly event: Event } | { readonly errors: readonly string[] };

/** Checks the body of POST /v2/enqueue. */
export function checkAlertEvent(body: unknown): Checked<AlertEvent> {
  return checked(alertEvent.safeParse(body));
}

/** Checks the body of POST /v2/change/enqueue. */
export function checkChangeEvent(body: unknown): Checked<ChangeEventBody> {
  return checked(changeEvent.safeParse(body));
}

function checked<Event>(result: z.ZodSafeParseResult<Event>): Checked<Event> {
  if (result.success) return { event: result.data };
  return { errors: result.error.issues.map(({ message }) => message) };
}
