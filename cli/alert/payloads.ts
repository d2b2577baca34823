import { alertHash as hash } from '../../lib/alerts/hash.ts';
import type { Links } from '../../lib/alerts/links.ts';
import { dedupKeyOf } from '../../lib/domain/alerts/dedup-key.ts';
import { fold } from '../../lib/domain/alerts/fold.ts';
import { type IncidentStep, incidentSteps } from '../../lib/domain/alerts/incident-steps.ts';
import type { PublishedEvent } from '../../lib/domain/events.ts';
import { resolveOf, triggerOf } from '../../lib/pagerduty/alert.ts';
import { changeOf } from '../../lib/pagerduty/change.ts';
import type { SlackMessage } from '../../lib/slack/message.ts';
import { renderEvent } from '../../lib/slack/render-event.ts';
import { renderRollout } from '../../lib/slack/render-rollout.ts';

/** Something that a destination is sent, or why there is nothing. */
export interface Payload {
  readonly title: string;
  /** Of Slack: what screen readers and notifications say. */
  readonly text?: string;
  readonly json?: object;
}

const LINKS: Links = {};

/** What Slack is sent of an event whose rollout it has not heard of before. */
export function slackPayloads(event: PublishedEvent, mode: 'bot' | 'webhook', isTold: boolean): Payload[] {
  if (mode === 'webhook') {
    if (!isTold) return [{ title: 'Slack, webhook: nothing, since no channel is told of it' }];
    return [shown('Slack, webhook: the message', renderEvent(event, LINKS, { standalone: true }))];
  }
  const rollout = shown(
    'Slack, bot: the message of the rollout, as far as this event tells',
    renderRollout(fold(undefined, event), LINKS),
  );
  return [rollout, replyTo(event, isTold)];
}

function replyTo(event: PublishedEvent, isTold: boolean): Payload {
  if (!isTold)
    return { title: 'Slack, bot: no reply, since no channel is told of it; the message is edited' };
  if (event.detailType === 'OTA Task Tracking Started')
    return { title: 'Slack, bot: no reply, since the message of the rollout says it' };
  const where = isBreach(event) ? ', shown in the channel as well' : '';
  const reply = renderEvent(event, LINKS, { standalone: false });
  return shown(`Slack, bot: the reply in its thread${where}`, reply);
}

/** What PagerDuty is sent of an event, if no incident of its rollout is open. */
export function pagerDutyPayloads(event: PublishedEvent, isTold: boolean): Payload[] {
  const { taskId } = event.detail;
  const steps = incidentSteps(event, {
    view: fold(undefined, event),
    incidents: {},
    isTold,
    dedupKeyOf: (ruleId) => dedupKeyOf(taskId, ruleId, hash),
  });
  const payloads = steps.flatMap((step) => payloadOf(step, event));
  if (payloads.length > 0) return payloads;
  if (event.detailType === 'OTA Task Tracking Stopped')
    return [{ title: 'PagerDuty: a resolve of every incident of the task that is still open' }];
  const why = isTold ? 'it is not told of such an event' : 'no service is told of it';
  return [{ title: `PagerDuty: nothing, since ${why}` }];
}

function payloadOf(step: IncidentStep, event: PublishedEvent): Payload[] {
  switch (step.kind) {
    case 'resolve':
      return [{ title: 'PagerDuty: resolve (POST /v2/enqueue)', json: resolveOf(step.dedupKey) }];
    case 'trigger': {
      if (event.detailType !== 'OTA Task Threshold Breached') return [];
      const key = dedupKeyOf(event.detail.taskId, step.ruleId, hash);
      return [{ title: 'PagerDuty: trigger (POST /v2/enqueue)', json: triggerOf(event, key, LINKS) }];
    }
    case 'change':
      return changePayload(event);
  }
}

function changePayload(event: PublishedEvent): Payload[] {
  switch (event.detailType) {
    case 'OTA Task Status Changed':
    case 'OTA Task Progressed':
    case 'OTA Task Threshold Breached':
      return [{ title: 'PagerDuty: change (POST /v2/change/enqueue)', json: changeOf(event, LINKS) }];
    default:
      return [];
  }
}

function shown(title: string, { text, blocks }: SlackMessage): Payload {
  return { title, text, json: { blocks } };
}

function isBreach(event: PublishedEvent): boolean {
  return event.detailType === 'OTA Task Threshold Breached' && event.detail.rule.kind !== 'milestone';
}
