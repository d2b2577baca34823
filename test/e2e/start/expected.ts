/** What the terminal shows of each rollout with the default seed: kind and text of its lines, in order. */
export const EVENTS: Readonly<Record<string, readonly string[]>> = {
  'spring-thermostats': [
    'WATCHING 60 things, IN_PROGRESS',
    'PROGRESS 35 % of 60 things have ended: 21 succeeded',
    'PROGRESS 50 % of 60 things have ended: 30 succeeded',
    'PROGRESS 85 % of 60 things have ended: 51 succeeded',
    'STATUS IN_PROGRESS → COMPLETED',
    'PROGRESS 100 % of 60 things have ended: 60 succeeded',
    'STOPPED completed: 60 succeeded',
  ],
  'door-locks': [
    'WATCHING 200 things, IN_PROGRESS',
    'WARNING failed 14.63 % (6 of 41), limit 10 % — AWS cancels the rollout at 20 %',
    'STATUS IN_PROGRESS → CANCELED (inferred cause: abort-criteria)',
    'PROGRESS 100 % of 200 things have ended: 28 succeeded, 10 failed, 162 canceled',
    'CRITICAL failed 24.39 % (10 of 41), limit 20 % — AWS cancels the rollout',
    'RECOVERED failed 24.39 % (10 of 41), limit 10 % — closed, since the task ended',
    'RECOVERED failed 24.39 % (10 of 41), limit 20 % — closed, since the task ended',
    'STOPPED canceled: 28 succeeded, 10 failed, 162 canceled',
  ],
  'smoke-detectors': [
    'WATCHING 100 things, IN_PROGRESS',
    'WARNING failed 19.35 % (6 of 31), limit 15 % — AWS cancels the rollout at 30 %',
    'PROGRESS 31 % of 100 things have ended: 24 succeeded, 7 failed',
    'RECOVERED failed 13.73 % (7 of 51), limit 15 % — below the limit again',
    'PROGRESS 50 % of 100 things have ended: 43 succeeded, 7 failed',
    'PROGRESS 81 % of 100 things have ended: 74 succeeded, 7 failed',
    'STATUS IN_PROGRESS → COMPLETED',
    'PROGRESS 100 % of 100 things have ended: 93 succeeded, 7 failed',
    'STOPPED completed: 93 succeeded, 7 failed',
  ],
  'garden-sprinklers': [
    'WATCHING 40 things, SCHEDULED',
    'STATUS SCHEDULED → IN_PROGRESS',
    'PROGRESS 40 % of 40 things have ended: 16 succeeded',
    'PROGRESS 62.5 % of 40 things have ended: 25 succeeded',
    'PROGRESS 80 % of 40 things have ended: 32 succeeded',
    'STATUS IN_PROGRESS → COMPLETED',
    'PROGRESS 100 % of 40 things have ended: 40 succeeded',
    'STOPPED completed: 40 succeeded',
  ],
  'legacy-hubs': [
    'WATCHING 300 things, IN_PROGRESS',
    'STATUS IN_PROGRESS → DELETION_IN_PROGRESS',
    'STATUS DELETION_IN_PROGRESS → DELETED',
    'STOPPED deleted: 28 succeeded',
  ],
  'air-monitors': [
    'WATCHING 36 things, IN_PROGRESS',
    'PROGRESS 27.27 % of 44 things have ended: 12 succeeded',
    'CONFIG 0538cb59ad8ff10461b094ea4358b4ee → 668fb9ef91d29d84b48057a3e3245b87',
    'PROGRESS 53.57 % of 56 things have ended: 30 succeeded',
    'PROGRESS 83.33 % of 60 things have ended: 50 succeeded',
    'STATUS IN_PROGRESS → CANCELED (inferred cause: operator)',
    'PROGRESS 100 % of 86 things have ended: 82 succeeded, 4 canceled',
    'STOPPED canceled: 82 succeeded, 4 canceled',
  ],
  'doorbell-hotfix': ['WATCHING 4 things, already COMPLETED', 'STOPPED completed: 4 succeeded'],
};

/** The end of the output. */
export const SUMMARY = `
rollout               ended as              things  failed  events
spring-thermostats    COMPLETED                 60       0       7
door-locks            CANCELED                 200      10       8
smoke-detectors       COMPLETED                100       7       9
garden-sprinklers     COMPLETED                 40       0       8
legacy-hubs           DELETED                  300       0       4
air-monitors          CANCELED                  86       0       8
doorbell-hotfix       COMPLETED                  4       0       2

All 46 events came once and in order, as the history has them.
`;
