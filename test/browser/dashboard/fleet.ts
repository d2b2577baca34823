import type { TaskView } from '../../../lib/domain/fleet/view.ts';
import { counts } from '../../support/builders.ts';
import { aBreach, aRollout, at } from './scene.ts';

const critical = aBreach({
  rule: 'abort-criteria:failed:100',
  severity: 'critical',
  since: at(-4),
  value: 21.57,
  limit: 20,
  numerator: 11,
  denominator: 51,
});

/** One of which next to nothing is known yet. */
const NAMELESS: TaskView = {
  taskId: 'ota-b7719e03d8',
  state: 'live',
  status: 'SCHEDULED',
  counts: counts({}),
  trackedSince: at(-1),
  breaches: [],
  undelivered: 0,
};

/** A noon of rollouts: some in trouble, some that go well, some that are over. */
export const FLEET: readonly TaskView[] = [
  aRollout({
    taskId: 'ota-7f3a91c2d4',
    description: 'door-locks 4.2.1',
    configurationId: 'gradual-10-percent',
    counts: counts({ queued: 1490, inProgress: 96, succeeded: 301, failed: 83, timedOut: 12, rejected: 4 }),
    ratePerMinute: 12.4,
    estimatedEndAt: at(128),
    breaches: [critical, aBreach({ numerator: 6, denominator: 41 })],
    undelivered: 2,
  }),
  aRollout({
    taskId: 'ota-02be77a1f9',
    description: 'window-sensors 2.9',
    counts: counts({
      queued: 5200,
      inProgress: 410,
      succeeded: 33_180,
      failed: 610,
      timedOut: 96,
      removed: 12,
    }),
    trackedSince: at(-1_900),
    ratePerMinute: 41.2,
    estimatedEndAt: at(136),
    breaches: [
      aBreach({
        rule: 'failing-fast',
        kind: 'rate',
        severity: 'error',
        value: 64,
        limit: 50,
        since: at(-7),
      }),
      aBreach({
        rule: 'slow',
        kind: 'slow',
        severity: 'warning',
        value: 41.2,
        limit: 50,
        numerator: 41,
        denominator: 100,
        since: at(-31),
      }),
    ],
  }),
  aRollout({
    taskId: 'ota-c81d5520b7',
    description: 'leak-sensors, second attempt',
    counts: counts({ queued: 310, succeeded: 96, failed: 2 }),
    trackedSince: at(-310),
    ratePerMinute: 0,
    breaches: [
      aBreach({
        rule: 'stalled',
        kind: 'stalled',
        severity: 'error',
        value: 5_400,
        limit: 3_600,
        since: at(-30),
      }),
    ],
    unreadableSince: at(-3),
  }),
  aRollout({
    taskId: 'ota-5d0c1e88a3',
    description: 'garage-openers 1.8.0',
    counts: counts({ queued: 40, inProgress: 25, succeeded: 130, failed: 5 }),
    ratePerMinute: 2.1,
    estimatedEndAt: at(31),
    breaches: [
      aBreach({
        severity: 'info',
        rule: 'milestone:50',
        kind: 'milestone',
        value: 67.5,
        limit: 50,
        numerator: 135,
        denominator: 200,
      }),
    ],
  }),
  aRollout({
    taskId: 'ota-19f2ab6604',
    description: 'radiator-valves',
    configurationId: 'night-only',
    counts: counts({ queued: 880, inProgress: 20, succeeded: 95, rejected: 5 }),
    breaches: [aBreach({ muted: true })],
    ratePerMinute: 0.4,
    estimatedEndAt: at(2_250),
  }),
  aRollout({
    taskId: 'ota-e6b30d94c1',
    description: 'spring-thermostats',
    counts: counts({ queued: 20, inProgress: 10, succeeded: 470 }),
    ratePerMinute: 10,
    estimatedEndAt: at(3),
  }),
  aRollout({
    taskId: 'ota-3390fd12ee',
    description: 'hall-lights',
    counts: counts({ queued: 4_000, inProgress: 400, succeeded: 5_600 }),
    ratePerMinute: 88.8,
    estimatedEndAt: at(50),
    trackedSince: at(-64),
  }),
  aRollout({
    taskId: 'ota-8ac4470b25',
    description: 'shutters',
    configurationId: 'night-only',
    status: 'SCHEDULED',
    counts: counts({ queued: 1_200 }),
    startTime: at(600),
    endTime: at(1_080),
    trackedSince: at(-15),
  }),
  NAMELESS,
  aRollout({
    taskId: 'ota-60d1c7f254',
    description: 'roof-windows',
    state: 'ended',
    status: 'CANCELED',
    stopped: 'canceled',
    counts: counts({ canceled: 149, succeeded: 40, failed: 11 }),
    trackedSince: at(-400),
    endedAt: at(-170),
  }),
  aRollout({
    taskId: 'ota-f40aa8d9b6',
    description: 'autumn-thermostats',
    state: 'ended',
    status: 'COMPLETED',
    stopped: 'completed',
    counts: counts({ succeeded: 512 }),
    trackedSince: at(-4_000),
    endedAt: at(-2_700),
  }),
];
