import type { Account, ScriptedTask } from '../simulator/account.ts';

/** Something that somebody at a console does to a task, at a minute of simulated time. */
export interface Intervention {
  readonly atMinute: number;
  readonly act: (account: Account, taskId: string) => void;
}

/** A rollout of the demo. Minutes are of simulated time, since the start. */
export interface DemoRollout {
  readonly taskId: string;
  /** The task's description: letters, digits, `-`, `_` and blanks. */
  readonly name: string;
  readonly createdAtMinute: number;
  readonly startsAtMinute?: number;
  readonly configuration: Configuration;
  readonly task: Pick<ScriptedTask, 'OtaType' | 'Tags' | 'things' | 'joiningPerMinute' | 'profile'>;
  readonly interventions?: readonly Intervention[];
  /** Every event that the bus accepts for it, in order, in the words of `outlineOf`. */
  readonly promises: readonly string[];
}

type Configuration = Parameters<Account['createConfiguration']>[0];

/** At so many things a minute; where a percentage is given, AWS cancels once so many of at least 20 have failed. */
function configuration(maximumPerMinute: number, abortPercentage?: number): Configuration {
  const criteria =
    abortPercentage === undefined
      ? []
      : [
          {
            Action: 'CANCEL' as const,
            FailureType: 'FAILED' as const,
            MinNumberOfExecutedThings: 20,
            ThresholdPercentage: abortPercentage,
          },
        ];
  return {
    PushConfig: {
      RolloutConfig: { MaximumPerMinute: maximumPerMinute },
      AbortConfig: { AbortConfigCriteriaList: criteria },
    },
  };
}

/**
 * An update takes each thing a minute, give or take six seconds, and fails in the given batches of things and nowhere else:
 * so no seed can move an event from one minute to the next across another.
 */
const STEADY = { meanSeconds: 60, spread: 0.1, failed: 0, rejected: 0 };

/** The things from one index on, up to and without another, cannot be updated. */
const badBatch = (from: number, to = Number.MAX_SAFE_INTEGER) => [
  { fromThing: from, failed: 1 },
  { fromThing: to, failed: 0 },
];

/** Tags by which the owner of a task says where its alerts go. */
const SAFETY_TEAM = { 'ota-watch:slack-channel': 'safety-ota', 'ota-watch:pagerduty-service': 'safety' };
const CLIMATE_TEAM = { 'ota-watch:slack-channel': 'climate-ota' };

export const ROLLOUTS: readonly DemoRollout[] = [
  {
    taskId: 'springThermostats',
    name: 'spring-thermostats',
    createdAtMinute: 0,
    configuration: configuration(10, 20),
    task: { Tags: CLIMATE_TEAM, things: 60, profile: STEADY },
    promises: [
      'started IN_PROGRESS',
      'progress 25 %',
      'progress 50 %',
      'progress 75 %',
      'IN_PROGRESS → COMPLETED',
      'progress 100 %',
      'stopped (completed)',
    ],
  },
  {
    // A few failures first, which reach half of the threshold; a few more, which come close to it; then every thing fails.
    taskId: 'doorLocks',
    name: 'door-locks',
    createdAtMinute: 0,
    configuration: configuration(10, 20),
    task: {
      Tags: SAFETY_TEAM,
      things: 200,
      profile: { ...STEADY, phases: [...badBatch(24, 30), ...badBatch(36, 39), ...badBatch(44)] },
    },
    promises: [
      'started IN_PROGRESS',
      'warning breached',
      'error breached',
      'IN_PROGRESS → CANCELED (abort-criteria)',
      'progress 100 %',
      'critical breached',
      'warning recovered (task-ended)',
      'error recovered (task-ended)',
      'critical recovered (task-ended)',
      'stopped (canceled)',
    ],
  },
  {
    // One bad batch, of which the share shrinks as the rollout goes on.
    taskId: 'smokeDetectors',
    name: 'smoke-detectors',
    createdAtMinute: 0,
    configuration: configuration(10, 30),
    task: { Tags: SAFETY_TEAM, things: 100, profile: { ...STEADY, phases: badBatch(14, 21) } },
    promises: [
      'started IN_PROGRESS',
      'warning breached',
      'progress 25 %',
      'warning recovered (recovered)',
      'progress 50 %',
      'progress 75 %',
      'IN_PROGRESS → COMPLETED',
      'progress 100 %',
      'stopped (completed)',
    ],
  },
  {
    // AWS would not cancel this one, however many fail: our own limit does for it, set by a tag of the task.
    taskId: 'windowSensors',
    name: 'window-sensors',
    createdAtMinute: 0,
    configuration: configuration(10),
    task: {
      Tags: { ...SAFETY_TEAM, 'ota-watch:failed-percent': '12' },
      things: 100,
      profile: { ...STEADY, phases: badBatch(14, 19) },
    },
    promises: [
      'started IN_PROGRESS',
      'error breached',
      'progress 25 %',
      'progress 50 %',
      'error recovered (recovered)',
      'progress 75 %',
      'IN_PROGRESS → COMPLETED',
      'progress 100 %',
      'stopped (completed)',
    ],
  },
  {
    taskId: 'gardenSprinklers',
    name: 'garden-sprinklers',
    createdAtMinute: 0,
    startsAtMinute: 5,
    configuration: configuration(8, 20),
    task: { things: 40, profile: STEADY },
    promises: [
      'started SCHEDULED',
      'SCHEDULED → IN_PROGRESS',
      'progress 25 %',
      'progress 50 %',
      'progress 75 %',
      'IN_PROGRESS → COMPLETED',
      'progress 100 %',
      'stopped (completed)',
    ],
  },
  {
    taskId: 'legacyHubs',
    name: 'legacy-hubs',
    createdAtMinute: 0,
    configuration: configuration(5, 20),
    task: { things: 300, profile: STEADY },
    interventions: [{ atMinute: 6.5, act: (account, taskId) => account.deleteTask(taskId) }],
    promises: [
      'started IN_PROGRESS',
      'IN_PROGRESS → DELETION_IN_PROGRESS',
      'DELETION_IN_PROGRESS → DELETED',
      'stopped (deleted)',
    ],
  },
  {
    // Grows while it runs; becomes faster, and is ended by hand.
    taskId: 'airMonitors',
    name: 'air-monitors',
    createdAtMinute: 0,
    configuration: configuration(6, 20),
    task: { Tags: CLIMATE_TEAM, OtaType: 'CONTINUOUS', things: 32, joiningPerMinute: 4, profile: STEADY },
    interventions: [
      {
        atMinute: 5.5,
        act: (account, taskId) =>
          account.moveTask(taskId, account.createConfiguration(configuration(30, 20))),
      },
      { atMinute: 13.5, act: (account, taskId) => account.cancelTask(taskId) },
    ],
    promises: [
      'started IN_PROGRESS',
      'progress 25 %',
      'configuration changed',
      'progress 50 %',
      'progress 75 %',
      'IN_PROGRESS → CANCELED (operator)',
      'progress 100 %',
      'stopped (canceled)',
    ],
  },
  {
    // Begins after one poll and is over before the next.
    taskId: 'doorbellHotfix',
    name: 'doorbell-hotfix',
    createdAtMinute: 9.1,
    configuration: configuration(60, 20),
    task: { things: 4, profile: { ...STEADY, meanSeconds: 20 } },
    promises: ['started COMPLETED', 'stopped (completed)'],
  },
];

/** The minute after which nothing happens any more. */
export const LAST_MINUTE = 15;

/** The same rollouts without owners: for channels and services that are not the demo's. */
export function withoutOwners(rollouts: readonly DemoRollout[]): readonly DemoRollout[] {
  const owners = new Set(Object.keys(SAFETY_TEAM));
  return rollouts.map((rollout) => {
    const tags = Object.entries(rollout.task.Tags ?? {}).filter(([key]) => !owners.has(key));
    return { ...rollout, task: { ...rollout.task, Tags: Object.fromEntries(tags) } };
  });
}
