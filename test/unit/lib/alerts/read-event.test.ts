import { expect, it } from 'vitest';
import { EventContractError, readPublishedEvent } from '../../../../lib/alerts/read-event.ts';
import { sample } from '../../start/samples.ts';

const common = { id: 'id', busName: 'bus', resources: [], time: '2026-11-22T12:00:00Z' };

it('passes over events of others', () => {
  const event = { ...common, source: 'my-function', detailType: 'OTA Task Progressed', detail: {} };
  expect(readPublishedEvent(event)).toBeUndefined();
});

it.each([
  ['OTA Task Invented', {}, 'There is no detail-type "OTA Task Invented"'],
  [
    'OTA Task Tracking Stopped',
    { ...sample('tracking-stopped.completed').detail, reason: 'bored' },
    'OTA Task Tracking Stopped: detail/reason must be equal to one of the allowed values',
  ],
])('refuses a %s that is not as the contract says', (detailType, detail, message) => {
  const event = { ...common, source: 'ota-watch', detailType, detail };
  expect(() => readPublishedEvent(event)).toThrow(new EventContractError(message));
});
