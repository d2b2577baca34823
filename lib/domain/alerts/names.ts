import { OWNER } from './routing.ts';

/** Tags in which a task names its owner's channel and service, unless the rule file says which. */
export const CHANNEL_TAG = 'ota-watch:slack-channel';
export const SERVICE_TAG = 'ota-watch:pagerduty-service';

/** A channel: `#` and up to 80 letters of any script (none of them upper case), digits, - and _, as Slack has them; or an id. */
export const CHANNEL = /^(#[\p{Ll}\p{Lm}\p{Lo}\p{M}\p{Nd}_-]{1,80}|[CG][A-Z0-9]{8,30})$/u;

/** A PagerDuty service: the name under which its routing key is kept. */
export const SERVICE = /^[a-z0-9][a-z0-9-]{0,63}$/;

/** Anything but a routing key: those are secret, and names of services are shown. */
export const NO_ROUTING_KEY = /^(?![A-Za-z0-9]{32}$)/;

/**
 * The channel that the value of a tag names; undefined if it names none. Blanks around it do not matter, and a name may lack
 * its #: by AWS's general rules for tags, values consist of letters, digits, spaces and _ . : / = + - @ only.
 */
export function readChannel(value: string): string | undefined {
  const text = value.trim();
  if (text === OWNER) return undefined;
  return [text, `#${text}`].find((name) => CHANNEL.test(name));
}

/** The service that the value of a tag names; undefined if it names none. Blanks around it do not matter. */
export function readService(value: string): string | undefined {
  const text = value.trim();
  return text !== OWNER && SERVICE.test(text) && NO_ROUTING_KEY.test(text) ? text : undefined;
}
