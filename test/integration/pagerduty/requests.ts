import { afterEach } from 'vitest';
import type { PagerDutyEvent } from '../../../lib/pagerduty/payload.ts';
import {
  type PagerDutyOptions,
  type PagerDutyStandIn,
  startPagerDuty,
} from '../../../local/pagerduty/pagerduty.ts';

export const KEY = 'c0ffee00c0ffee00c0ffee00c0ffee00';
export const NOON = Date.UTC(2026, 10, 22, 12);

/** Starts a stand-in for one test; its only service is `default`. */
export async function standIn(options: Partial<PagerDutyOptions> = {}): Promise<PagerDutyStandIn> {
  const started = await startPagerDuty({ now: () => NOON, routingKeys: { [KEY]: 'default' }, ...options });
  running.push(started);
  return started;
}

const running: PagerDutyStandIn[] = [];

afterEach(async () => {
  await Promise.all(running.splice(0).map((started) => started.close()));
});

export const trigger: Extract<PagerDutyEvent, { event_action: 'trigger' }> = {
  event_action: 'trigger',
  dedup_key: 'ota-watch:task1:failed-percent',
  payload: {
    summary: 'Door lock: 12 of 100 things have failed.',
    source: 'task1',
    severity: 'critical',
    timestamp: '2026-11-22T12:00:00.000Z',
    component: 'Door lock',
    class: 'ratio',
    custom_details: { failed: 12 },
  },
  links: [{ href: 'https://ota.example.com/tasks/task1', text: 'Dashboard' }],
  client: 'ota-watch',
};

export const resolve: PagerDutyEvent = { event_action: 'resolve', dedup_key: trigger.dedup_key };

export const change = {
  payload: {
    summary: 'Door lock: SCHEDULED → IN_PROGRESS.',
    source: 'task1',
    timestamp: '2026-11-22T12:00:00.000Z',
    custom_details: { status: 'IN_PROGRESS' },
  },
  links: [{ href: 'https://ota.example.com/tasks/task1', text: 'Dashboard' }],
};
