import { expect, it } from 'vitest';
import type { PublishedEvent } from '../../../lib/domain/events.ts';
import { eventLine } from '../../../local/terminal/event-line.ts';
import { render } from '../../../local/terminal/line.ts';
import { sample } from './samples.ts';

const timeOfDay = (instant: string) => instant.slice(11, 19);
const shown = (event: PublishedEvent) =>
  render(eventLine(event, timeOfDay), (style, text) => `<${style} ${text}>`);

it.each([
  ['tracking-started.discovered', '<cyan WATCHING >  400 things, SCHEDULED'],
  ['tracking-started.requested', '<cyan WATCHING >  300 things, on request, IN_PROGRESS'],
  ['status-changed', '<bold STATUS   >  SCHEDULED → IN_PROGRESS'],
  [
    'status-changed.abort-criteria',
    '<bold STATUS   >  IN_PROGRESS → CANCELED (inferred cause: abort-criteria)',
  ],
  ['configuration-changed', '<magenta CONFIG   >  c4Rk2mWz8Qp1 → c7Tn5xBd3Hs6'],
  ['progressed', '<dim PROGRESS >  25 % of 400 things have ended: 88 succeeded, 12 failed'],
  [
    'threshold-breached.warning',
    '<yellow WARNING  >  22 of 200 things that received the task have failed (11 %, limit 10 %); AWS cancels the rollout at 20 %, after 18 more failures at today’s mix.',
  ],
  [
    'threshold-breached.error',
    '<red ERROR    >  28 of 120 things that received the task have failed (23.33 %, limit 16 %); AWS cancels the rollout at 20 %. Such as thermostat-0117, thermostat-0104, thermostat-0098.',
  ],
  [
    'threshold-breached.flapping',
    '<red CRITICAL >  12 of 100 things that received the task have failed, rejected the update or timed out (12 %, limit 10 %). It is flapping: it counts as over only when it has been gone for 15 min. Such as window-sensor-96.',
  ],
  [
    'threshold-recovered.recovered',
    '<green RECOVERED>  Over after 1 min: 10 of 320 things that received the task have failed (3.13 %, limit 10 %).',
  ],
  [
    'threshold-recovered.task-ended',
    '<dim RECOVERED>  The task has ended: 28 of 120 things that received the task have failed (23.33 %, limit 10 %). The breach lasted 1 min.',
  ],
  ['tracking-stopped.completed', '<dim STOPPED  >  completed: 392 succeeded, 8 failed'],
  ['tracking-stopped.canceled', '<dim STOPPED  >  canceled: 32 succeeded, 28 failed, 940 canceled'],
  ['tracking-stopped.deleted', '<dim STOPPED  >  deleted: 70 succeeded, 30 removed'],
  ['tracking-stopped.requested', '<dim STOPPED  >  no longer watched, on request: 40 succeeded, 14 failed'],
])('%s', (name, text) => {
  const event = sample(name);
  const about = event.detail.description?.slice(0, 19);
  expect(shown(event)).toBe(`<dim ${timeOfDay(event.detail.observedAt)}>  ${about}…  ${text}`);
});

it('shows a task that was over before it was first seen, and one without a description by its id', () => {
  const counts = {
    ...sample('tracking-started.discovered').detail.counts,
    queued: 0,
    succeeded: 1,
    total: 1,
  };
  const changes = { taskId: 'a1b2c3', description: undefined, status: 'COMPLETED', counts };
  expect(shown(sample('tracking-started.discovered', changes))).toBe(
    '<dim 09:00:07>  a1b2c3                <cyan WATCHING >  1 thing, already COMPLETED',
  );
});

it.each([
  ['none', [], ''],
  ['at most three', ['a', 'b', 'c', 'd'], ' Such as a, b, c.'],
])('names things that failed: %s', (_, ids, named) => {
  const sampleThings = ids.map((managedThingId) => ({ managedThingId, status: 'FAILED' }));
  const event = sample('threshold-breached.critical', { sampleThings, summary: 'Things fail.' });
  expect(shown(event)).toMatch(new RegExp(`<red CRITICAL > {2}Things fail\\.${named}$`));
});

it('lets no text of the account control the terminal', () => {
  const evil = 'a\u001b[2J\u001b]0;title\u0007b\r\n\u202ec\u2028d\ud800';
  const event = sample('tracking-started.discovered', { description: evil, status: `X${evil}` });
  expect(shown(event)).toBe(
    '<dim 09:00:07>  a[2J]0;titlebcd       <cyan WATCHING >  400 things, Xa[2J]0;titlebcd',
  );
});
