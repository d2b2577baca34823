import { expect, it } from 'vitest';
import type { WatchEvent } from '../../../local/stack/watch-event.ts';
import { eventLine } from '../../../local/terminal/event-line.ts';
import { render } from '../../../local/terminal/line.ts';
import { sample } from './samples.ts';

const timeOfDay = (instant: string) => instant.slice(11, 19);
const shown = (event: WatchEvent) =>
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
    '<yellow WARNING  >  failed 11 % (22 of 200), limit 10 % — AWS cancels the rollout at 20 %',
  ],
  [
    'threshold-breached.critical',
    '<red CRITICAL >  failed 23.33 % (28 of 120), limit 20 % — AWS cancels the rollout',
  ],
  [
    'threshold-recovered.recovered',
    '<green RECOVERED>  failed 3.13 % (10 of 320), limit 10 % — below the limit again',
  ],
  [
    'threshold-recovered.task-ended',
    '<dim RECOVERED>  failed 23.33 % (28 of 120), limit 10 % — closed, since the task ended',
  ],
  [
    'threshold-recovered.rule-removed',
    '<dim RECOVERED>  failed 13.46 % (14 of 104), limit 10 % — closed, since the rule is gone',
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

it('shows observations that are no ratios', () => {
  const rule = { id: 'stalled', kind: 'abort-criteria', severity: 'error', description: 'Nothing moves.' };
  const observed = { value: 700, limit: 600, unit: 'seconds' };
  expect(shown(sample('threshold-breached.critical', { rule, observed }))).toMatch(
    /<red ERROR {4}> {2}stalled 700 s, limit 600 s — Nothing moves$/,
  );
});

it('lets no text of the account control the terminal', () => {
  const evil = 'a\u001b[2J\u001b]0;title\u0007b\r\n\u202ec\u2028d\ud800';
  const event = sample('tracking-started.discovered', { description: evil, status: `X${evil}` });
  expect(shown(event)).toBe(
    '<dim 09:00:07>  a[2J]0;titlebcd       <cyan WATCHING >  400 things, Xa[2J]0;titlebcd',
  );
});
