/** Place (of world.ts) to actions without their service. */
export type Allowed = Readonly<Record<string, string>>;

const APPEND_TO_LOG = 'CreateLogStream PutLogEvents';

/** What every poll does. */
const POLLING: Allowed = {
  'OTA tasks': 'GetOtaTask ListOtaTaskExecutions',
  'what takes no resource': 'ListOtaTasks GetOtaTaskConfiguration',
  'the table `tasks`': 'GetItem BatchGetItem Scan PutItem PartiQLInsert PartiQLUpdate',
  'the index of `tasks`': 'Query',
  'the table `history`': 'GetItem Query PutItem PartiQLInsert',
  'the bus': 'PutEvents',
};

const notifier = (name: 'Slack' | 'PagerDuty'): Allowed => ({
  [`${name}'s queue`]: 'ReceiveMessage DeleteMessage ChangeMessageVisibility GetQueueAttributes',
  [`${name}'s dead-letter queue`]: 'SendMessage',
  [`${name}'s items of \`alerts\``]: 'GetItem PutItem UpdateItem',
  'OTA tasks': 'GetOtaTask',
  [`${name}'s secrets`]: 'GetParameter',
  [`the key, for ${name}'s secrets`]: 'Decrypt',
  [`${name}'s log`]: APPEND_TO_LOG,
});

/** All that the role of each function may do, and the role of the schedule: what is not here is denied. */
export const ROLES: Readonly<Record<string, { readonly title: string; readonly allowed: Allowed }>> = {
  PollRole: {
    title: 'poll',
    allowed: {
      ...POLLING,
      'the queue of dead polls': 'SendMessage',
      'the queue of parts': 'SendMessage',
      "the poll's log": APPEND_TO_LOG,
    },
  },
  PollShardRole: {
    title: 'pollShard',
    allowed: {
      ...POLLING,
      'what takes no resource': 'GetOtaTaskConfiguration',
      'the table `tasks`': 'GetItem BatchGetItem PutItem PartiQLInsert PartiQLUpdate',
      'the queue of parts': 'ReceiveMessage DeleteMessage GetQueueAttributes',
      "the workers' log": APPEND_TO_LOG,
    },
  },
  SlackRole: { title: 'slack', allowed: notifier('Slack') },
  PagerDutyRole: { title: 'pagerduty', allowed: notifier('PagerDuty') },
  ApiRole: {
    title: 'api',
    allowed: {
      'OTA tasks': 'GetOtaTask',
      'what takes no resource': 'GetMetricData',
      'the table `tasks`': 'GetItem Scan',
      'the table `history`': 'GetItem BatchGetItem Query',
      'indexes of `history`': 'GetItem BatchGetItem Query',
      "the API's log": APPEND_TO_LOG,
    },
  },
  PollScheduleRole: {
    title: 'the schedule',
    allowed: { 'the function `poll`': 'InvokeFunction', 'the queue of dead polls': 'SendMessage' },
  },
};

/** What people may call who are given one of the two policies that come with `api: iam`. */
export const CALLER_POLICIES: Readonly<Record<string, Allowed>> = {
  ApiReaderPolicy: { 'the route `/tasks`': 'Invoke', 'the route `/history`': 'Invoke' },
  ApiExporterPolicy: {
    'the route `/tasks`': 'Invoke',
    'the route `/history`': 'Invoke',
    'the route `/export`': 'Invoke',
  },
};

/** Roles of functions as a table in Markdown. */
export function markdownOf(roles: typeof ROLES): string {
  const rows = Object.values(roles).flatMap(({ title, allowed }) =>
    Object.entries(allowed).map(
      ([place, actions], index) =>
        `| ${index === 0 ? title : ''} | ${place} | ${actions.split(' ').join(', ')} |`,
    ),
  );
  return ['| role of | on | may |', '|---|---|---|', ...rows].join('\n');
}
