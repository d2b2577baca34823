import { expect, it } from 'vitest';
import { health } from '../../../../lib/api/health.ts';
import { responseProblems } from '../../../support/api-schemas.ts';
import { liveTask, MINUTE, NOON } from '../../../support/builders.ts';

const fleet = {
  all: async () => ({
    tasks: [liveTask()],
    unreadable: [{ taskId: 'bad', error: new Error('bad') }],
  }),
};
const tasks = { live: 1, ended: 0, unreadable: 1, undelivered: 0 };

async function at(now: number, last: () => Promise<number | undefined>) {
  const warnings: unknown[] = [];
  const log = { warn: (...warning: unknown[]) => void warnings.push(warning) };
  const shown = await health({ fleet, heartbeat: { last }, now: () => now, periodMs: 2 * MINUTE, log });
  const whole = { ...shown, caller: { roles: ['reader'] } };
  expect(responseProblems('getHealth', 200, 'application/json', whole)).toEqual([]);
  return { shown, warnings };
}

const lastPollAt = new Date(NOON).toISOString();

it.each([
  ['polling', 'polling', NOON + MINUTE],
  ['not late for sure, as the last poll is known to the minute', 'polling', NOON + 8 * MINUTE],
  ['late', 'silent', NOON + 8 * MINUTE + 1],
])('the poller is %s', async (_, state, now) => {
  const { shown } = await at(now, async () => NOON);
  expect(shown).toEqual({ poller: { state, periodSeconds: 120, lastPollAt }, tasks });
});

it('the poller is silent if no poll ended well of late', async () => {
  const { shown, warnings } = await at(NOON, async () => undefined);
  expect(shown.poller).toEqual({ state: 'silent', periodSeconds: 120 });
  expect(warnings).toEqual([]);
});

it('what cannot be told of the poller is unknown, and logged', async () => {
  const { shown, warnings } = await at(NOON, async () => {
    throw new Error('no metrics for "secret"');
  });
  expect(shown).toEqual({ poller: { state: 'unknown', periodSeconds: 120 }, tasks });
  expect(warnings).toEqual([['It cannot be told when a poll last ended well', { error: { name: 'Error' } }]]);
});
