import { afterEach, expect, it } from 'vitest';
import { type Destinations, startDestinations } from '../../../../local/demo/destinations.ts';
import { ROLLOUTS } from '../../../../local/demo/rollouts.ts';

let destinations: Destinations;
afterEach(() => destinations.close());

it('are stand-ins, where no settings name others', async () => {
  destinations = await startDestinations({ parameters: {} });
  const { slack, pagerDuty, alerts, rollouts } = destinations;
  expect(rollouts).toBe(ROLLOUTS);
  expect(alerts).toEqual({
    slack: { mode: 'bot', apiUrl: slack?.apiUrl },
    pagerduty: { eventsUrl: pagerDuty?.url },
    parameters: {
      '/ota-watch/dev/slack/bot-token': slack?.botToken,
      '/ota-watch/dev/pagerduty/default': 'd0000000000000000000000000000001',
      '/ota-watch/dev/pagerduty/safety': '50000000000000000000000000000002',
    },
  });
});

it('are those of the settings, without the owners of the demo, whose channels nobody else has', async () => {
  const webhook = { '/ota-watch/dev/slack/webhook/default': 'https://hooks.example.com/services/T/B/x' };
  destinations = await startDestinations({ slack: { mode: 'webhook' }, parameters: webhook });
  const { slack, pagerDuty, alerts, rollouts } = destinations;
  expect([slack, pagerDuty?.url]).toEqual([undefined, alerts.pagerduty?.eventsUrl]);
  expect(alerts.slack).toEqual({ mode: 'webhook' });
  expect(alerts.parameters).toMatchObject(webhook);
  expect(rollouts.flatMap(({ task }) => Object.keys(task.Tags ?? {}))).toEqual(['ota-watch:failed-percent']);
});
