import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Links } from '../../../../lib/alerts/links.ts';
import type { GroupMember } from '../../../../lib/alerts/ports.ts';
import { SEVERITIES } from '../../../../lib/domain/rules/rule-set.ts';
import { triggerOf } from '../../../../lib/pagerduty/alert.ts';
import { changeOf } from '../../../../lib/pagerduty/change.ts';
import { groupTriggerOf } from '../../../../lib/pagerduty/group.ts';
import { checkAlertEvent, checkChangeEvent } from '../../../../local/pagerduty/checks.ts';
import { hostileText, unseenIn } from './hostile.ts';
import { breach, sample } from './samples.ts';

const routing_key = '0123456789abcdef0123456789abcdef';

/** 512 KB in the smaller reading. */
const MAX_BYTES = 512_000;

const ratio = breach('ratio');
const status = sample('status-changed.operator', 'OTA Task Status Changed');
const progressed = sample('progressed', 'OTA Task Progressed');

const hostileTask = fc.record({
  taskId: hostileText,
  eventId: hostileText,
  status: hostileText,
  taskArn: hostileText,
  accountId: hostileText,
  region: hostileText,
  configurationId: hostileText,
  otaType: hostileText,
  description: hostileText,
});

const hostileBreach = fc.record({
  rule: fc.record({
    id: hostileText,
    kind: fc.constantFrom('ratio' as const, 'milestone' as const),
    severity: fc.constantFrom(...SEVERITIES),
    description: hostileText,
  }),
  summary: hostileText,
  sampleThings: fc.array(fc.record({ managedThingId: hostileText, status: hostileText }), { maxLength: 40 }),
});

const hostileLinks: fc.Arbitrary<Links> = fc.constantFrom(
  {},
  { dashboardUrl: 'https://ota.example.com' },
  { dashboardUrl: 'not a URL', consoleUrl: 'https://{region}.example.com/{taskId}' },
);

const hostileMember: fc.Arbitrary<GroupMember> = fc.record({
  taskId: hostileText,
  ruleId: hostileText,
  severity: fc.constantFrom(...SEVERITIES),
  summary: hostileText,
  name: hostileText,
});

describe('whatever an event says, PagerDuty takes', () => {
  it('its trigger', () => {
    fc.assert(
      fc.property(hostileTask, hostileBreach, hostileLinks, (task, said, links) => {
        const event = { ...ratio, detail: { ...ratio.detail, ...task, ...said } };
        expectTaken(triggerOf(event, 'key', links), checkAlertEvent);
        expectTaken(changeOf(event, links), checkChangeEvent);
      }),
    );
  });

  it('its change event', () => {
    fc.assert(
      fc.property(hostileTask, hostileText, hostileLinks, (task, previousStatus, links) => {
        const { detailType, detail } = status;
        const changed = { detailType, detail: { ...detail, ...task, previousStatus } };
        expectTaken(changeOf(changed, links), checkChangeEvent);
        expectTaken(
          changeOf({ ...progressed, detail: { ...progressed.detail, ...task } }, links),
          checkChangeEvent,
        );
      }),
    );
  });

  it('the trigger of its group, however large that is', () => {
    fc.assert(
      fc.property(
        fc.array(hostileMember, { minLength: 1, maxLength: 20 }),
        fc.constantFrom(1, 10, 200),
        hostileLinks,
        (some, times, links) => {
          const members = Array.from({ length: times }, () => some).flat();
          const event = groupTriggerOf({ dedupKey: 'key', members }, links, 0);
          expectTaken(event, checkAlertEvent);
          const { list, leftOut = 0 } = event.event_action === 'trigger' ? event.payload.custom_details : {};
          expect(Array.isArray(list) && list.length + Number(leftOut)).toBe(members.length);
        },
      ),
      { numRuns: 15 },
    );
  });
});

function expectTaken(event: object, check: (body: unknown) => object): void {
  const body = JSON.stringify({ ...event, routing_key });
  expect(Buffer.byteLength(body)).toBeLessThanOrEqual(MAX_BYTES);
  expect(check(JSON.parse(body))).toEqual({ event: JSON.parse(body) });
  const unseen: string[] = [];
  JSON.parse(body, (_, value) => {
    if (typeof value === 'string') unseen.push(...unseenIn(value));
  });
  expect(unseen).toEqual([]);
}
