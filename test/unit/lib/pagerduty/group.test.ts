import { describe, expect, it } from 'vitest';
import type { GroupMember } from '../../../../lib/alerts/ports.ts';
import { groupTriggerOf } from '../../../../lib/pagerduty/group.ts';
import type { PagerDutyEvent } from '../../../../lib/pagerduty/payload.ts';

const at = Date.UTC(2026, 2, 2, 9);

const member = (of: Partial<GroupMember>): GroupMember => ({
  taskId: 'task1',
  ruleId: 'failed-percent',
  severity: 'error',
  summary: '3 of 24 things have failed.',
  ...of,
});

const group = (members: readonly GroupMember[], links = {}) =>
  groupTriggerOf({ dedupKey: 'ota-watch:group:1', members }, links, at);

describe('the trigger of many breaches', () => {
  it('says how many rollouts and which rules, and lists the breaches, the severest first', () => {
    const members = [
      member({ taskId: 'task1', name: 'Door lock' }),
      member({ taskId: 'task2', severity: 'critical' }),
      member({ taskId: 'task2', ruleId: 'stalled', severity: 'warning', summary: 'Nothing has finished.' }),
    ];
    expect(group(members, { dashboardUrl: 'https://ota.example.com' })).toEqual({
      event_action: 'trigger',
      dedup_key: 'ota-watch:group:1',
      payload: {
        summary: '2 rollouts have breached rules at the same time: failed-percent (2), stalled (1).',
        source: 'ota-watch',
        severity: 'critical',
        timestamp: '2026-03-02T09:00:00.000Z',
        component: '2 rollouts',
        class: 'group',
        custom_details: {
          rollouts: 2,
          breaches: 3,
          rules: [
            { ruleId: 'failed-percent', breaches: 2 },
            { ruleId: 'stalled', breaches: 1 },
          ],
          list: [
            {
              rollout: 'task2',
              ruleId: 'failed-percent',
              severity: 'critical',
              summary: '3 of 24 things have failed.',
              taskId: 'task2',
              dashboard: 'https://ota.example.com/tasks/task2',
            },
            {
              rollout: 'Door lock',
              ruleId: 'failed-percent',
              severity: 'error',
              summary: '3 of 24 things have failed.',
              taskId: 'task1',
              dashboard: 'https://ota.example.com/tasks/task1',
            },
            {
              rollout: 'task2',
              ruleId: 'stalled',
              severity: 'warning',
              summary: 'Nothing has finished.',
              taskId: 'task2',
              dashboard: 'https://ota.example.com/tasks/task2',
            },
          ],
        },
      },
      links: [{ href: 'https://ota.example.com', text: 'Dashboard' }],
      client: 'ota-watch',
      client_url: 'https://ota.example.com',
    });
  });

  it('names the most frequent rules and counts the others', () => {
    const members = Array.from({ length: 28 }, (_, index) =>
      member({ taskId: 'task1', ruleId: `rule-${Math.floor(Math.sqrt(index))}` }),
    );
    expect(group(members)).toMatchObject({
      payload: {
        summary:
          '1 rollout has breached rules at the same time: rule-4 (9), rule-3 (7), rule-2 (5), rule-1 (3), rule-5 (3) and 1 more rule.',
        component: '1 rollout',
      },
      links: [],
    });
  });

  it('lists as many breaches as an event has room for, and says how many it leaves out', () => {
    const members = Array.from({ length: 20_000 }, (_, index) =>
      member({ taskId: `task${index}`, severity: index === 19_999 ? 'critical' : 'warning' }),
    );
    const event = group(members, { dashboardUrl: 'https://ota.example.com' });
    const { rollouts, breaches, list, leftOut } = detailsOf(event);
    expect({ rollouts, breaches }).toEqual({ rollouts: 20_000, breaches: 20_000 });
    expect(list).toHaveLength(20_000 - Number(leftOut));
    expect(list).toMatchObject({ 0: { taskId: 'task19999' }, 1: { taskId: 'task0' } });
    expect(Buffer.byteLength(JSON.stringify(event))).toBeGreaterThan(390_000);
    expect(Buffer.byteLength(JSON.stringify(event))).toBeLessThan(512_000);
  });

  it('lists a thousand ordinary breaches whole', () => {
    const members = Array.from({ length: 1_000 }, (_, index) =>
      member({ taskId: `task${index}`, summary: 's'.repeat(150) }),
    );
    expect(detailsOf(group(members))).not.toHaveProperty('leftOut');
  });
});

function detailsOf(event: PagerDutyEvent): Readonly<Record<string, unknown>> {
  return event.event_action === 'trigger' ? event.payload.custom_details : {};
}
