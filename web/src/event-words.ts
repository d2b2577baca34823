import type { HistoryRow } from '../../lib/api/generated/api.ts';

/** What stands in the address for a type of event. */
export const TYPE_SLUGS = {
  breached: 'OTA Task Threshold Breached',
  recovered: 'OTA Task Threshold Recovered',
  status: 'OTA Task Status Changed',
  configuration: 'OTA Task Configuration Changed',
  progress: 'OTA Task Progressed',
  tracking: 'OTA Task Tracking Started',
  stopped: 'OTA Task Tracking Stopped',
  'set-aside': 'OTA Task Event Set Aside',
} as const satisfies Record<string, HistoryRow['detailType']>;

export type TypeSlug = keyof typeof TYPE_SLUGS;

export const TYPE_NAMES: Readonly<Record<TypeSlug, string>> = {
  breached: 'Breaches',
  recovered: 'Recoveries',
  status: 'Status',
  configuration: 'Configuration',
  progress: 'Progress',
  tracking: 'Tracking started',
  stopped: 'Tracking stopped',
  'set-aside': 'Set aside',
};

const LABELS: Readonly<Record<string, string>> = {
  'OTA Task Threshold Breached': 'Breach',
  'OTA Task Threshold Recovered': 'Recovery',
  'OTA Task Status Changed': 'Status',
  'OTA Task Configuration Changed': 'Configuration',
  'OTA Task Progressed': 'Progress',
  'OTA Task Tracking Started': 'Tracking started',
  'OTA Task Tracking Stopped': 'Tracking stopped',
  'OTA Task Event Set Aside': 'Set aside',
};

export const TYPES = Object.keys(TYPE_SLUGS) as TypeSlug[];

/** The slug of a row's type; `other` of one that a later version made. */
export function kindOf({ detailType }: Pick<HistoryRow, 'detailType'>): TypeSlug | 'other' {
  return TYPES.find((slug) => TYPE_SLUGS[slug] === detailType) ?? 'other';
}

/** The types that an address asks for, in our order; what it does not know is left out. */
export function typesOf(asked: string | undefined): TypeSlug[] {
  const slugs = (asked ?? '').split(',');
  return TYPES.filter((slug) => slugs.includes(slug));
}

/** The name of a kind of event; of one that a later version made, as it stands. */
export function labelOf({ detailType }: Pick<HistoryRow, 'detailType'>): string {
  return LABELS[detailType] ?? detailType;
}

const STARTED: Readonly<Record<string, string>> = {
  discovered: 'a poll found the task',
  requested: 'somebody asked for it',
};
const STOPPED: Readonly<Record<string, string>> = {
  completed: 'the task has completed',
  canceled: 'the task was canceled',
  deleted: 'the task was deleted',
  requested: 'somebody asked for it',
};
const CAUSES: Readonly<Record<string, string>> = {
  'abort-criteria': 'by an abort criterion',
  'end-time': 'at its end time',
  operator: 'by hand',
};
const ENDINGS: Readonly<Record<string, string>> = {
  recovered: '',
  'task-ended': ', since the task ended',
  'rule-removed': ', since its rule was removed',
};

/** Of one event what it says in a few words. */
export function headline(row: HistoryRow): string {
  switch (row.detailType) {
    case 'OTA Task Tracking Started':
      return worded(row.reason, STARTED);
    case 'OTA Task Tracking Stopped':
      return worded(row.reason, STOPPED);
    case 'OTA Task Status Changed':
      return `${statusWords(row.previousStatus ?? 'unknown')} → ${statusWords(row.status)}${causeOf(row)}`;
    case 'OTA Task Configuration Changed':
      return `${row.previousConfigurationId ?? 'none'} → ${row.configurationId ?? 'none'}`;
    case 'OTA Task Threshold Breached':
      return `${ruleOf(row)}${breachOf(row)}`;
    case 'OTA Task Threshold Recovered':
      return `${ruleOf(row)} is over${ENDINGS[row.reason ?? ''] ?? ''}`;
    case 'OTA Task Event Set Aside':
      return `Event ${row.setAsideSequence ?? '?'} was never published`;
    default:
      return '';
  }
}

const statusWords = (status: string) => status.toLowerCase().replaceAll('_', ' ');
const worded = (reason = '', words: Readonly<Record<string, string>>) => words[reason] ?? reason;
const ruleOf = ({ rule }: HistoryRow) => rule?.id ?? 'A rule';

function causeOf({ inferredCause }: HistoryRow): string {
  return inferredCause === undefined ? '' : `, ${CAUSES[inferredCause] ?? inferredCause}`;
}

function breachOf({ reminder, flapping }: HistoryRow): string {
  if (reminder !== undefined) return `, reminder ${reminder}`;
  return flapping === true ? ', flapping' : '';
}
