import type { EventOf, PublishedEvent } from '../domain/events.ts';
import type { SampleThing } from '../domain/generated/events.ts';
import { cut } from './text.ts';
import {
  countWords,
  lasted,
  limitWords,
  progressWords,
  rateWords,
  SEVERITIES,
  STARTS,
  STOPS,
  statusWords,
  valueWords,
} from './words.ts';

/** A line of a message: words of which nothing is markup, and an instant (ISO 8601) that they end in. */
interface Line {
  readonly words: string;
  readonly at?: string;
}

/** What an event says, in single lines. */
export interface EventWords {
  /** For those who see it: says nothing that the words do not. */
  readonly mark: string;
  readonly title: string;
  /** The title for those who listen, where that is another one. */
  readonly spoken?: string;
  readonly lines: readonly Line[];
  /** Things by way of example, told under a line of their own. */
  readonly samples: readonly string[];
}

const MAX_ID = 80;
const MAX_SUMMARY = 400;
const MAX_RULE = 250;
const MAX_SAMPLES = 20;
const MAX_SAMPLES_LENGTH = 1_000;

export function eventWords(event: PublishedEvent): EventWords {
  switch (event.detailType) {
    case 'OTA Task Tracking Started':
      return { mark: '👀', title: STARTS[event.detail.reason], ...standing(event) };
    case 'OTA Task Tracking Stopped':
      return { mark: '💤', title: STOPS[event.detail.reason], ...standing(event) };
    case 'OTA Task Status Changed':
      return statusChanged(event);
    case 'OTA Task Configuration Changed':
      return configurationChanged(event);
    case 'OTA Task Progressed':
      return progressed(event);
    case 'OTA Task Threshold Breached':
      return breached(event);
    case 'OTA Task Threshold Recovered':
      return recovered(event);
  }
}

/** How a rollout stands as of an event. */
function standing({ detail: { status, counts } }: PublishedEvent): Pick<EventWords, 'lines' | 'samples'> {
  return {
    lines: [
      { words: `${statusWords(status)}, ${progressWords(counts)}` },
      { words: `Things: ${countWords(counts)}` },
    ],
    samples: [],
  };
}

const STATUS_MARKS: ReadonlyMap<string, string> = new Map([
  ['COMPLETED', '🏁'],
  ['CANCELED', '⛔'],
]);

function statusChanged({ detail }: EventOf<'OTA Task Status Changed'>): EventWords {
  const { previousStatus, status, inferredCause, counts } = detail;
  const before = statusWords(previousStatus);
  const now = statusWords(status, inferredCause);
  return {
    mark: STATUS_MARKS.get(status) ?? '🔄',
    title: `${before} → ${now}`,
    spoken: `Status changed from ${before} to ${now}`,
    lines: [{ words: progressWords(counts) }, { words: `Things: ${countWords(counts)}` }],
    samples: [],
  };
}

function configurationChanged({ detail }: EventOf<'OTA Task Configuration Changed'>): EventWords {
  const idOf = (id = 'none') => cut(id, MAX_ID);
  const [before, now] = [idOf(detail.previousConfigurationId), idOf(detail.configurationId)];
  return {
    mark: '🛠️',
    title: `Configuration ${before} → ${now}`,
    spoken: `Configuration changed from ${before} to ${now}`,
    lines: [],
    samples: [],
  };
}

function progressed({ detail }: EventOf<'OTA Task Progressed'>): EventWords {
  const { counts, ratePerMinute, estimatedCompletionAt: at } = detail;
  const rate = rateWords(ratePerMinute);
  return {
    mark: '📈',
    title: progressWords(counts),
    lines: [
      { words: `Things: ${countWords(counts)}` },
      ...(rate === undefined ? [] : [{ words: rate }]),
      ...(at === undefined ? [] : [{ words: 'Estimated end ', at }]),
    ],
    samples: [],
  };
}

function breached({ detail }: EventOf<'OTA Task Threshold Breached'>): EventWords {
  const { rule, observed, summary, breachedAt: at, reminder, flapping, sampleThings = [] } = detail;
  const { mark, word } = SEVERITIES[rule.severity];
  const isMilestone = rule.kind === 'milestone';
  const what = isMilestone ? 'Milestone' : `${word} breach`;
  const also = `${reminder === undefined ? '' : `, reminder ${reminder}`}${flapping ? ', flapping' : ''}`;
  return {
    mark: isMilestone ? '📍' : mark,
    title: `${what}: ${cut(rule.id, MAX_ID)}${also}`,
    lines: [
      { words: cut(summary, MAX_SUMMARY) },
      { words: `Observed: ${valueWords(observed)}, ${limitWords(observed)}` },
      { words: `Rule: ${cut(rule.description, MAX_RULE)}` },
      ...(at === undefined ? [] : [{ words: 'Breached since ', at }]),
    ],
    samples: samplesOf(sampleThings),
  };
}

function recovered({ detail }: EventOf<'OTA Task Threshold Recovered'>): EventWords {
  const { rule, observed, summary, breachedAt, reason, durationSeconds } = detail;
  const what = {
    recovered: 'Recovered',
    'task-ended': 'Ended with the task',
    'rule-removed': 'Rule removed',
  };
  return {
    mark: '✅',
    title: `${what[reason]}: ${cut(rule.id, MAX_ID)}`,
    lines: [
      { words: cut(summary, MAX_SUMMARY) },
      { words: `Observed: ${valueWords(observed)}, ${limitWords(observed)}` },
      {
        words: `Severity ${SEVERITIES[rule.severity].word.toLowerCase()}, lasted ${lasted(durationSeconds)}, since `,
        at: breachedAt,
      },
    ],
    samples: [],
  };
}

/** As many things as there is room for; what they are called is not ours. */
function samplesOf(things: readonly SampleThing[]): string[] {
  const told = things.slice(0, MAX_SAMPLES).map(({ managedThingId, status, retryAttempt = 0 }) => {
    const retry = retryAttempt > 0 ? `  retry ${retryAttempt}` : '';
    return `${cut(managedThingId, 64)}  ${cut(status, 32)}${retry}`;
  });
  let left = MAX_SAMPLES_LENGTH;
  return told.filter((line) => {
    left -= line.length;
    return left >= 0;
  });
}
