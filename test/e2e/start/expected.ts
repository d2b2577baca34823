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
    'WARNING 6 of 41 things that received the task have failed (14.63 %, limit 10 %); AWS cancels the rollout at 20 %, after 3 more failures at today’s mix. Such as thing-000030, thing-000029, thing-000028.',
    'ERROR 9 of 51 things that received the task have failed (17.65 %, limit 16 %); AWS cancels the rollout at 20 %, after 2 more failures at today’s mix. Such as thing-000039, thing-000038, thing-000037.',
    'STATUS IN_PROGRESS → CANCELED (inferred cause: abort-criteria)',
    'PROGRESS 100 % of 200 things have ended: 35 succeeded, 11 failed, 154 canceled',
    'CRITICAL 11 of 51 things that received the task have failed (21.57 %, limit 20 %): AWS cancels the rollout. Such as thing-000046, thing-000045, thing-000039.',
    'RECOVERED The task has ended: 11 of 51 things that received the task have failed (21.57 %, limit 10 %). The breach lasted a while.',
    'RECOVERED The task has ended: 11 of 51 things that received the task have failed (21.57 %, limit 16 %). The breach lasted a while.',
    'RECOVERED The task has ended: 11 of 51 things that received the task have failed (21.57 %, limit 20 %).',
    'STOPPED canceled: 35 succeeded, 11 failed, 154 canceled',
  ],
  'smoke-detectors': [
    'WATCHING 100 things, IN_PROGRESS',
    'WARNING 6 of 31 things that received the task have failed (19.35 %, limit 15 %); AWS cancels the rollout at 30 %, after 4 more failures at today’s mix. Such as thing-000020, thing-000019, thing-000018.',
    'PROGRESS 31 % of 100 things have ended: 24 succeeded, 7 failed',
    'RECOVERED Over after a while: 7 of 51 things that received the task have failed (13.73 %, limit 15 %).',
    'PROGRESS 50 % of 100 things have ended: 43 succeeded, 7 failed',
    'PROGRESS 81 % of 100 things have ended: 74 succeeded, 7 failed',
    'STATUS IN_PROGRESS → COMPLETED',
    'PROGRESS 100 % of 100 things have ended: 93 succeeded, 7 failed',
    'STOPPED completed: 93 succeeded, 7 failed',
  ],
  'window-sensors': [
    'WATCHING 100 things, IN_PROGRESS',
    'ERROR 5 of 31 things that received the task have failed, rejected the update or timed out (16.13 %, limit 12 %). Such as thing-000019, thing-000018, thing-000017.',
    'PROGRESS 31 % of 100 things have ended: 26 succeeded, 5 failed',
    'PROGRESS 50 % of 100 things have ended: 45 succeeded, 5 failed',
    'RECOVERED Over after a while: 5 of 71 things that received the task have failed, rejected the update or timed out (7.04 %, limit 12 %).',
    'PROGRESS 81 % of 100 things have ended: 76 succeeded, 5 failed',
    'STATUS IN_PROGRESS → COMPLETED',
    'PROGRESS 100 % of 100 things have ended: 95 succeeded, 5 failed',
    'STOPPED completed: 95 succeeded, 5 failed',
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
    'CONFIG 668fb9ef91d29d84b48057a3e3245b87 → 45ef27b194711508b80aed22903b29bb',
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
door-locks            CANCELED                 200      11      10
smoke-detectors       COMPLETED                100       7       9
window-sensors        COMPLETED                100       5       9
garden-sprinklers     COMPLETED                 40       0       8
legacy-hubs           DELETED                  300       0       4
air-monitors          CANCELED                  86       0       8
doorbell-hotfix       COMPLETED                  4       0       2

All 57 events came once and in order, as the history has them.
Slack and PagerDuty know of them, and no incident is left open.
The dashboard shows every rollout as it ended.
`;

/** Where Slack is told of them. */
export const CHANNELS: readonly string[] = ['climate-ota', 'ota-rollouts', 'safety-ota'];
