import { expect, it } from 'vitest';
import type { AcceptedEvent } from '../../../local/bus/bus.ts';
import { createScreen } from '../../../local/terminal/screen.ts';
import { Watcher } from '../../../local/terminal/watcher.ts';
import { facts, NOON } from '../../support/builders.ts';
import { sample } from './samples.ts';

/** A watcher in front of a pipe; times are blanked out, since they are of the time zone of whoever runs this. */
function watching() {
  const written: string[] = [];
  const screen = createScreen({ write: (text) => written.push(text) }, (_, text) => text);
  const output = () => written.join('').replace(/\d\d:\d\d:\d\d/g, 'TIME');
  return { watcher: new Watcher(screen, () => NOON), output };
}

const accepted = (detailType: string, detail: AcceptedEvent['detail'], source = 'ota-watch') => ({
  id: 'id',
  busName: 'bus',
  resources: [],
  time: '2026-11-22T12:00:00Z',
  source,
  detailType,
  detail,
});

it('shows events, and remembers them and their rollouts', () => {
  const { watcher, output } = watching();
  const event = sample('tracking-stopped.completed', { description: 'locks' });
  watcher.onEvent(accepted(event.detailType, { ...event.detail }));
  watcher.onEvent(accepted('Anything', {}, 'my-function'));
  expect(output()).toBe('TIME  locks                 STOPPED    completed: 392 succeeded, 8 failed\n');
  expect(watcher.events).toEqual([event]);
  expect(watcher.rollouts.all).toEqual([event.detail]);
});

it('remembers an event that breaks the contract', () => {
  const { watcher, output } = watching();
  watcher.onEvent(accepted('OTA Task Invented', {}));
  const problem = 'There is no detail-type "OTA Task Invented"';
  expect(output()).toBe(`TIME  contract              TROUBLE    ${problem}\n`);
  expect([watcher.events, watcher.violations]).toEqual([[], [problem]]);
});

it('shows what functions warn of, and what goes wrong', () => {
  const { watcher, output } = watching();
  watcher.onLogLine('{"level":"INFO","message":"Polled"}');
  watcher.onLogLine('{"level":"WARN","message":"Slow","function_name":"poll","taskId":"a"}');
  watcher.onLogLine('{"level":"ERROR","message":"The poll failed"}');
  watcher.onTrouble('poll', new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') }));
  watcher.onTrouble('poll', 'x'.repeat(1_000));
  watcher.onInvoked('notify');
  expect(output()).toBe(
    [
      'TIME  poll                  WARN       Slow {"taskId":"a"}',
      'TIME  function              ERROR      The poll failed',
      'TIME  poll                  TROUBLE    fetch failed: ECONNREFUSED',
      `TIME  poll                  TROUBLE    ${'x'.repeat(300)}`,
      'TIME  notify                INVOKED    by a rule',
      '',
    ].join('\n'),
  );
});

it('shows the rollouts in every fifth poll', () => {
  const { watcher, output } = watching();
  for (let poll = 1; poll <= 10; poll += 1) watcher.onPolled([facts()], NOON, 0);
  expect(output()).toBe(
    'TIME  poll 5, simulated time TIME: task1 0 %\nTIME  poll 10, simulated time TIME: task1 0 %\n',
  );
  expect(watcher.shared).toEqual({ polls: 0, parts: 0 });
});

it('tells of polls that workers share, and counts them', () => {
  const { watcher, output } = watching();
  for (const parts of [4, 0, 2, 0, 8]) watcher.onPolled([facts()], NOON, parts);
  expect(output()).toBe('TIME  poll 5 in 8 parts, simulated time TIME: task1 0 %\n');
  expect(watcher.shared).toEqual({ polls: 3, parts: 14 });
});
