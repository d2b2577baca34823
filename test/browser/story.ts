import type { RolloutView } from '../../lib/domain/alerts/rollout-view.ts';
import type { EventOf, PublishedEvent } from '../../lib/domain/events.ts';
import { resolveOf, triggerOf } from '../../lib/pagerduty/alert.ts';
import { changeOf } from '../../lib/pagerduty/change.ts';
import { renderDigest } from '../../lib/slack/render-digest.ts';
import { renderEvent } from '../../lib/slack/render-event.ts';
import { renderRollout } from '../../lib/slack/render-rollout.ts';
import { aRule, aStream, events, viewOf } from '../support/alert-events.ts';
import { counts, NOON } from '../support/builders.ts';
import type { Posted, Scene, Service } from './scene.ts';

export const START = NOON;
const LINKS = { dashboardUrl: 'https://ota.example.com' };
export const CHANNEL = '#ota-rollouts';

const warning = aRule({
  id: 'abort-criteria:failed:50',
  kind: 'abort-criteria',
  severity: 'warning',
  description:
    '10 % of the things that received the task have failed (of at least 20): AWS cancels the rollout at 20 %.',
});
const critical = aRule({
  id: 'abort-criteria:failed:100',
  kind: 'abort-criteria',
  severity: 'critical',
  description:
    '20 % of the things that received the task have failed (of at least 20): AWS cancels the rollout.',
});
const sample = (thing: string) => ({ managedThingId: thing, status: 'FAILED', retryAttempt: 0 });

const locks = { taskId: 'doorLocks', description: 'door-locks', status: 'IN_PROGRESS' };
const LOCKS = aStream(
  events.started({ ...locks, counts: counts({ queued: 190, inProgress: 10 }) }),
  events.breached({
    ...locks,
    counts: counts({ queued: 150, inProgress: 9, succeeded: 35, failed: 6 }),
    rule: warning,
    observed: { value: 14.63, limit: 10, unit: 'percent', numerator: 6, denominator: 41 },
    summary: '6 of 41 things that received the task have failed (14.63 %, limit 10 %).',
    sampleThings: [sample('door-lock-0025'), sample('door-lock-0024')],
  }),
  events.breached({
    ...locks,
    status: 'CANCELED',
    counts: counts({ canceled: 149, succeeded: 40, failed: 11 }),
    rule: critical,
    observed: { value: 21.57, limit: 20, unit: 'percent', numerator: 11, denominator: 51 },
    summary: '11 of 51 things that received the task have failed (21.57 %, limit 20 %).',
    sampleThings: [sample('door-lock-0051'), sample('door-lock-0049'), sample('door-lock-0048')],
  }),
  events.statusChanged({
    ...locks,
    status: 'CANCELED',
    previousStatus: 'IN_PROGRESS',
    terminal: true,
    inferredCause: 'abort-criteria',
    counts: counts({ canceled: 149, succeeded: 40, failed: 11 }),
  }),
  events.recovered({
    ...locks,
    status: 'CANCELED',
    counts: counts({ canceled: 149, succeeded: 40, failed: 11 }),
    rule: warning,
    observed: { value: 21.57, limit: 10, unit: 'percent', numerator: 11, denominator: 51 },
    reason: 'task-ended',
    summary: 'The task ended. The breach lasted 3 min.',
    durationSeconds: 180,
  }),
  events.recovered({
    ...locks,
    status: 'CANCELED',
    counts: counts({ canceled: 149, succeeded: 40, failed: 11 }),
    rule: critical,
    observed: { value: 21.57, limit: 20, unit: 'percent', numerator: 11, denominator: 51 },
    reason: 'task-ended',
    summary: 'The task ended. The breach lasted 3 min.',
    durationSeconds: 180,
  }),
);

const thermostats = { taskId: 'springThermostats', description: 'spring-thermostats', status: 'IN_PROGRESS' };
const THERMOSTATS = aStream(
  events.started({ ...thermostats, counts: counts({ queued: 50, inProgress: 10 }) }),
  events.progressed({
    ...thermostats,
    counts: counts({ queued: 20, inProgress: 10, succeeded: 30 }),
    percentComplete: 50,
    ratePerMinute: 10,
  }),
  events.statusChanged({
    ...thermostats,
    status: 'COMPLETED',
    previousStatus: 'IN_PROGRESS',
    terminal: true,
    counts: counts({ succeeded: 60 }),
  }),
);

const sensors = { taskId: 'windowSensors', description: 'window-sensors', status: 'IN_PROGRESS' };
export const SENSORS = aStream(
  events.started({ ...sensors, counts: counts({ queued: 90, inProgress: 10 }) }),
  events.breached({
    ...sensors,
    counts: counts({ queued: 52, inProgress: 10, succeeded: 33, failed: 5 }),
    rule: aRule({ severity: 'error', description: '12 % of the things that received the task have failed.' }),
    observed: { value: 13.16, limit: 12, unit: 'percent', numerator: 5, denominator: 38 },
    summary: '5 of 38 things that received the task have failed (13.16 %, limit 12 %).',
    sampleThings: [sample('window-sensor-0018')],
  }),
  events.recovered({
    ...sensors,
    counts: counts({ queued: 30, inProgress: 10, succeeded: 55, failed: 5 }),
    rule: aRule({ severity: 'error', description: '12 % of the things that received the task have failed.' }),
    observed: { value: 8.33, limit: 12, unit: 'percent', numerator: 5, denominator: 60 },
    summary: 'Over after 4 min: 5 of 60 things that received the task have failed (8.33 %, limit 12 %).',
    durationSeconds: 240,
  }),
);

const OTHERS = [
  'garage-openers',
  'hall-lights',
  'leak-sensors',
  'radiator-valves',
  'roof-windows',
  'shutters',
].map((description) =>
  events.breached({ taskId: description, description, rule: aRule({ severity: 'error' }) }),
);

/** A noon of rollouts: one that is canceled, one that completes, many at once, and one of which a breach is open. */
export async function tellStory(scene: Scene): Promise<Posted> {
  await tellRollout(scene, 'firmware', THERMOSTATS);
  await tellRollout(scene, 'locks', LOCKS);
  for (const digest of renderDigest(OTHERS, LINKS)) await scene.post(CHANNEL, digest);
  for (const event of LOCKS.slice(2, 3))
    await scene.post('#locks-oncall', renderEvent(event, LINKS, { standalone: true }));
  return tellRollout(scene, 'firmware', SENSORS.slice(0, 2));
}

/** Tells of a rollout by a message that is edited, its thread, and PagerDuty. */
async function tellRollout(
  scene: Scene,
  service: Service,
  stream: readonly PublishedEvent[],
): Promise<Posted> {
  const posted = await scene.post(CHANNEL, renderRollout(viewAfter(stream, 1), LINKS));
  await tellEvents(scene, service, posted, stream, 1);
  return posted;
}

/** Tells the events of a rollout, from one on, where its message stands already. */
export async function tellEvents(
  scene: Scene,
  service: Service,
  posted: Posted,
  stream: readonly PublishedEvent[],
  from: number,
): Promise<void> {
  for (const [i, event] of stream.entries()) {
    if (i < from) continue;
    await scene.edit(posted, renderRollout(viewAfter(stream, i + 1), LINKS));
    if (event.detailType !== 'OTA Task Progressed') {
      const isBreach = event.detailType === 'OTA Task Threshold Breached';
      await scene.reply(posted, renderEvent(event, LINKS, { standalone: false }), isBreach);
    }
    await page(scene, service, event);
  }
}

/** What is known after so many events. */
function viewAfter(
  [first = events.started(), ...others]: readonly PublishedEvent[],
  count: number,
): RolloutView {
  return viewOf(first, ...others.slice(0, count - 1));
}

async function page(scene: Scene, service: Service, event: PublishedEvent): Promise<void> {
  switch (event.detailType) {
    case 'OTA Task Threshold Breached':
      return scene.send(service, triggerOf(event, dedupKey(event), LINKS));
    case 'OTA Task Threshold Recovered':
      return scene.send(service, resolveOf(dedupKey(event)));
    case 'OTA Task Progressed':
    case 'OTA Task Status Changed':
      return scene.change(service, changeOf(event, LINKS));
    default:
      return undefined;
  }
}

function dedupKey({
  detail,
}: EventOf<'OTA Task Threshold Breached'> | EventOf<'OTA Task Threshold Recovered'>): string {
  return `ota-watch:${detail.taskId}:${detail.rule.id}`;
}
