import type { Fleet } from './fleet.ts';

/** What is paid for as long as it is there. Held against the templates by `vitest run test/integration/cost-sizes.test.ts`. */
export interface Resources {
  readonly metrics: number;
  readonly alarms: number;
  readonly secrets: number;
  /** Tables with a key of AWS KMS. */
  readonly tables: number;
  /** Queues that Lambda asks for messages all the time. */
  readonly polledQueues: number;
}

const POLL: Resources = { metrics: 19, alarms: 9, secrets: 0, tables: 2, polledQueues: 0 };
const FAN_OUT: Resources = { metrics: 0, alarms: 2, secrets: 0, tables: 0, polledQueues: 1 };
/** While polls are shared: how many parts were handed out and polled, and how long they took. */
const SHARED: Resources = { metrics: 3, alarms: 0, secrets: 0, tables: 0, polledQueues: 0 };
const NOTIFIER: Resources = { metrics: 8, alarms: 6, secrets: 0, tables: 0, polledQueues: 1 };
/** One for both notifiers. */
const ALERTS_TABLE: Resources = { metrics: 0, alarms: 0, secrets: 0, tables: 1, polledQueues: 0 };
const API: Resources = { metrics: 0, alarms: 1, secrets: 1, tables: 0, polledQueues: 0 };

/**
 * What of these is deployed.
 *
 * @param isShared whether polls are so large that workers share them
 */
export function deployedOf({ fanOutAbove, slack, pagerduty, api }: Fleet, isShared = false): Resources {
  const parts = [
    POLL,
    ...(fanOutAbove === 'off' ? [] : [FAN_OUT]),
    ...(isShared ? [SHARED] : []),
    ...(slack ? [NOTIFIER] : []),
    ...(pagerduty ? [NOTIFIER] : []),
    ...(slack || pagerduty ? [ALERTS_TABLE] : []),
    ...(api ? [API] : []),
  ];
  const sum = (of: keyof Resources) => parts.reduce((total, part) => total + part[of], 0);
  return {
    metrics: sum('metrics'),
    alarms: sum('alarms'),
    secrets: sum('secrets'),
    tables: sum('tables'),
    polledQueues: sum('polledQueues'),
  };
}
