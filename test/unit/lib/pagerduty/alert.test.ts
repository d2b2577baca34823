import { describe, expect, it } from 'vitest';
import type { Links } from '../../../../lib/alerts/links.ts';
import { resolveOf, triggerOf } from '../../../../lib/pagerduty/alert.ts';
import { breach } from './samples.ts';

const dashboard = { dashboardUrl: 'https://ota.example.com' };
const consoleLink = {
  href: 'https://console.aws.amazon.com/iot/home?region=eu-west-1',
  text: 'AWS console',
};

describe('the trigger of a breach', () => {
  it('says what happened to which rollout, with the numbers', () => {
    expect(triggerOf(breach('ratio'), 'ota-watch:Ct8GfV21mQeX:failed-percent', dashboard)).toEqual({
      event_action: 'trigger',
      dedup_key: 'ota-watch:Ct8GfV21mQeX:failed-percent',
      payload: {
        summary:
          'Window sensor firmware 0-9-4: 3 of 24 things that received the task have failed, rejected the update or timed out (12.5 %, limit 10 %).',
        source: 'arn:aws:iotmanagedintegrations:eu-west-1:123456789012:ota-task/Ct8GfV21mQeX',
        severity: 'critical',
        timestamp: '2026-03-02T09:01:07.412Z',
        component: 'Window sensor firmware 0-9-4',
        group: 'c0Bv9yNf4Lj2',
        class: 'ratio',
        custom_details: {
          rule: {
            id: 'failed-percent',
            kind: 'ratio',
            description:
              '10 % of the things that received the task have failed, rejected the update or timed out (of at least 20).',
          },
          observed: { value: 12.5, limit: 10, unit: 'percent', numerator: 3, denominator: 24 },
          sampleThings: [
            {
              managedThingId: 'window-sensor-22',
              status: 'FAILED',
              retryAttempt: 0,
              lastUpdatedAt: '2026-03-02T09:01:00.412Z',
            },
            {
              managedThingId: 'window-sensor-14',
              status: 'FAILED',
              retryAttempt: 1,
              lastUpdatedAt: '2026-03-02T09:00:29.412Z',
            },
            {
              managedThingId: 'window-sensor-09',
              status: 'FAILED',
              retryAttempt: 0,
              lastUpdatedAt: '2026-03-02T08:59:58.412Z',
            },
          ],
          status: 'IN_PROGRESS',
          counts: {
            queued: 476,
            inProgress: 6,
            succeeded: 15,
            failed: 3,
            rejected: 0,
            timedOut: 0,
            removed: 0,
            canceled: 0,
            total: 500,
          },
          taskId: 'Ct8GfV21mQeX',
          region: 'eu-west-1',
          accountId: '123456789012',
          configurationId: 'c0Bv9yNf4Lj2',
          otaType: 'ONE_TIME',
          eventId: 'Ct8GfV21mQeX:3',
        },
      },
      links: [{ href: 'https://ota.example.com/tasks/Ct8GfV21mQeX', text: 'Dashboard' }, consoleLink],
      client: 'ota-watch',
      client_url: 'https://ota.example.com/tasks/Ct8GfV21mQeX',
    });
  });

  it.each([
    ['reminder', { breachedAt: '2026-03-02T09:05:07.412Z', reminder: 1 }],
    ['flapping', { flapping: true }],
    ['warning', {}],
  ])('of the sample %s tells %j', (name, expected) => {
    const event = triggerOf(breach(name), 'key', {});
    const { breachedAt, reminder, flapping } = detailsOf(event);
    expect({ breachedAt, reminder, flapping }).toEqual(expected);
  });

  it.each([
    ['warning', 'warning'],
    ['error', 'error'],
    ['critical', 'critical'],
  ])('of the sample %s is of that severity', (name, severity) => {
    expect(triggerOf(breach(name), 'key', {})).toMatchObject({ payload: { severity } });
  });

  it('leads to the console where there is no dashboard', () => {
    expect(triggerOf(breach('ratio'), 'key', {})).toMatchObject({
      links: [consoleLink],
      client_url: consoleLink.href,
    });
  });

  it.each<[string, Links, string]>([
    ['longer than browsers take', dashboard, 'x'.repeat(2_048)],
    ['none', { dashboardUrl: 'nowhere' }, 'task1'],
  ])('leaves out an address that is %s', (_, links, taskId) => {
    const { detail, detailType } = breach('ratio');
    const event = triggerOf({ detailType, detail: { ...detail, taskId } }, 'key', links);
    expect(event).toMatchObject({ links: [consoleLink], client_url: consoleLink.href });
  });

  it('names a task without description, ARN and configuration by its id', () => {
    const { detail, detailType } = breach('ratio');
    const { description, taskArn, configurationId, ...bare } = detail;
    const event = triggerOf({ detailType, detail: bare }, 'key', {});
    expect(event).toMatchObject({
      payload: {
        summary: expect.stringMatching(/^Ct8GfV21mQeX: 3 of 24 things /),
        source: 'Ct8GfV21mQeX',
        component: 'Ct8GfV21mQeX',
      },
    });
    expect(event).not.toHaveProperty('payload.group');
  });

  it('cuts the name rather than the numbers', () => {
    const { detail, detailType } = breach('ratio');
    const event = triggerOf({ detailType, detail: { ...detail, description: 'x'.repeat(5_000) } }, 'key', {});
    expect(event).toMatchObject({ payload: { summary: `${'x'.repeat(199)}…: ${detail.summary}` } });
  });
});

it('the resolve has nothing but the key', () => {
  expect(resolveOf('key')).toEqual({ event_action: 'resolve', dedup_key: 'key' });
});

function detailsOf(event: ReturnType<typeof triggerOf>): Readonly<Record<string, unknown>> {
  return event.event_action === 'trigger' ? event.payload.custom_details : {};
}
