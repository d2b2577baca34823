import { describe, expect, it } from 'vitest';
import { type ChangeSource, changeOf } from '../../../../lib/pagerduty/change.ts';
import { breach, sample } from './samples.ts';

const status = (name: string) => sample(name, 'OTA Task Status Changed');
const progressed = sample('progressed', 'OTA Task Progressed');

/** No sample is a milestone. */
function milestone(): ChangeSource {
  const { detailType, detail } = breach('ratio');
  return {
    detailType,
    detail: {
      ...detail,
      rule: { id: 'milestone:50', kind: 'milestone', severity: 'info', description: '50 % have finished.' },
      observed: { value: 50, limit: 50, unit: 'percent', numerator: 250, denominator: 500 },
      summary: '250 of 500 things have finished (50 %).',
    },
  };
}

describe('a change event', () => {
  it('says what changed, with the numbers', () => {
    expect(changeOf(status('status-changed.operator'), { dashboardUrl: 'https://ota.example.com' })).toEqual({
      payload: {
        summary:
          'Camera firmware 7-1-0: IN_PROGRESS → CANCELED, apparently by an operator. 24 of 200 things have succeeded.',
        source: 'arn:aws:iotmanagedintegrations:eu-west-1:123456789012:ota-task/Xe2LpG93vTnB',
        timestamp: '2026-03-02T09:01:07.412Z',
        custom_details: {
          previousStatus: 'IN_PROGRESS',
          terminal: true,
          inferredCause: 'operator',
          status: 'CANCELED',
          counts: {
            queued: 0,
            inProgress: 0,
            succeeded: 24,
            failed: 0,
            rejected: 0,
            timedOut: 0,
            removed: 0,
            canceled: 176,
            total: 200,
          },
          taskId: 'Xe2LpG93vTnB',
          region: 'eu-west-1',
          accountId: '123456789012',
          configurationId: 'c4Rk2mWz8Qp1',
          otaType: 'ONE_TIME',
          eventId: 'Xe2LpG93vTnB:2',
        },
      },
      links: [
        { href: 'https://ota.example.com/tasks/Xe2LpG93vTnB', text: 'Dashboard' },
        { href: 'https://console.aws.amazon.com/iot/home?region=eu-west-1', text: 'AWS console' },
      ],
    });
  });

  it.each<[ChangeSource, string]>([
    [
      status('status-changed'),
      'Door lock firmware 4-2-1: SCHEDULED → IN_PROGRESS. 0 of 400 things have succeeded.',
    ],
    [
      status('status-changed.abort-criteria'),
      'Thermostat firmware 2-0-0: IN_PROGRESS → CANCELED, apparently by its abort criteria. 32 of 1000 things have succeeded, 28 have failed, rejected the update or timed out.',
    ],
    [
      status('status-changed.end-time'),
      'Smart plug firmware 1-8-3: IN_PROGRESS → CANCELED, apparently at its end time. 251 of 300 things have succeeded.',
    ],
    [
      progressed,
      'Door lock firmware 4-2-1: 100 of 400 things have finished (25 %). 50 a minute. Estimated end 2026-03-02T09:08:07.412Z.',
    ],
    [milestone(), 'Window sensor firmware 0-9-4: 250 of 500 things have finished (50 %).'],
  ])('of %j is summed up', (event, summary) => {
    expect(changeOf(event, {}).payload.summary).toBe(summary);
  });

  it('tells only what is known of the progress', () => {
    const { percentComplete, ratePerMinute, estimatedCompletionAt, ...bare } = progressed.detail;
    const rates = [bare, { ...bare, ratePerMinute: -2 }, { ...bare, ratePerMinute: 0.128 }];
    const summaries = rates.map(
      (detail) => changeOf({ detailType: progressed.detailType, detail }, {}).payload.summary,
    );
    expect(summaries).toEqual([
      'Door lock firmware 4-2-1: 100 of 400 things have finished.',
      'Door lock firmware 4-2-1: 100 of 400 things have finished.',
      'Door lock firmware 4-2-1: 100 of 400 things have finished. 0.13 a minute.',
    ]);
  });

  it.each<[ChangeSource, object]>([
    [
      progressed,
      { percentComplete: 25, ratePerMinute: 50, estimatedCompletionAt: '2026-03-02T09:08:07.412Z' },
    ],
    [
      milestone(),
      {
        rule: { id: 'milestone:50', kind: 'milestone', description: '50 % have finished.' },
        observed: { value: 50, limit: 50, unit: 'percent', numerator: 250, denominator: 500 },
      },
    ],
  ])('of %j has its own details', (event, details) => {
    expect(changeOf(event, {}).payload.custom_details).toMatchObject(details);
  });
});
