import type { EventOf, PublishedEvent } from '../domain/events.ts';
import { nameOf } from './blocks.ts';
import { cut } from './text.ts';
import {
  countWords,
  lasted,
  limitWords,
  progressWords,
  SEVERITIES,
  severityRank,
  statusWords,
  valueWords,
} from './words.ts';

/** Events of which the same can be said. */
export interface DigestGroup {
  readonly mark: string;
  /** How many rollouts, and what happened to them. */
  readonly title: string;
  /** A line for each event: which rollout, and its numbers. */
  readonly lines: readonly string[];
}

/** What is said of an event in a digest. */
interface Said {
  readonly mark: string;
  /** What follows the number of rollouts: for one, and for more. */
  readonly happened: readonly [one: string, more: string];
  readonly numbers: string;
  /** Groups of a lower one come first. */
  readonly rank: number;
}

const MAX_ID = 64;
const MAX_NAME = 80;

/** The events in groups: breaches first, the most severe before others, else in the order given. */
export function digestGroups(events: readonly PublishedEvent[]): DigestGroup[] {
  const labelOf = labels(events);
  const all = events.map((event) => ({ event, said: saidOf(event) }));
  const groups = Map.groupBy(all, ({ said }) => said.happened[1]);
  return [...groups.values()]
    .toSorted(([a], [b]) => (a?.said.rank ?? 0) - (b?.said.rank ?? 0))
    .flatMap((members) => {
      const [first] = members;
      if (first === undefined) return [];
      const { mark, happened } = first.said;
      const rollouts = new Set(members.map(({ event }) => event.detail.taskId)).size;
      return {
        mark,
        title: rollouts === 1 ? `1 rollout ${happened[0]}` : `${rollouts} rollouts ${happened[1]}`,
        lines: members.map(({ event, said }) => `${labelOf(event)}: ${said.numbers}`),
      };
    });
}

/** What rollouts are called: by name, with the id of the task where several have the name. */
function labels(events: readonly PublishedEvent[]): (event: PublishedEvent) => string {
  const shortNameOf = ({ detail }: PublishedEvent) => cut(nameOf(detail), MAX_NAME);
  const byName = Map.groupBy(events, shortNameOf);
  const shared = new Set(
    [...byName].flatMap(([name, those]) =>
      new Set(those.map(({ detail }) => detail.taskId)).size > 1 ? [name] : [],
    ),
  );
  return (event) => {
    const name = shortNameOf(event);
    return shared.has(name) ? `${name} (${cut(event.detail.taskId, MAX_ID)})` : name;
  };
}

const same = (words: string) => [words, words] as const;

function saidOf(event: PublishedEvent): Said {
  const { status, counts } = event.detail;
  switch (event.detailType) {
    case 'OTA Task Threshold Breached':
      return breached(event);
    case 'OTA Task Status Changed': {
      const now = lowered(statusWords(status, event.detail.inferredCause));
      return {
        mark: '🔄',
        happened: [`is now ${now}`, `are now ${now}`],
        numbers: countWords(counts),
        rank: 4,
      };
    }
    case 'OTA Task Threshold Recovered': {
      const { rule, observed, durationSeconds } = event.detail;
      return {
        mark: '✅',
        happened: same(`recovered from ${cut(rule.id, MAX_ID)}`),
        numbers: `${valueWords(observed)}, lasted ${lasted(durationSeconds)}`,
        rank: 5,
      };
    }
    case 'OTA Task Configuration Changed':
      return {
        mark: '🛠️',
        happened: same('changed configuration'),
        numbers: `now ${cut(event.detail.configurationId ?? 'none', MAX_ID)}`,
        rank: 6,
      };
    case 'OTA Task Progressed':
      return { mark: '📈', happened: same('progressed'), numbers: progressWords(counts), rank: 7 };
    case 'OTA Task Tracking Started':
      return {
        mark: '👀',
        happened: ['is watched now', 'are watched now'],
        numbers: `${lowered(statusWords(status))}, ${progressWords(counts)}`,
        rank: 8,
      };
    case 'OTA Task Tracking Stopped':
      return {
        mark: '💤',
        happened: ['is no longer watched', 'are no longer watched'],
        numbers: `${lowered(statusWords(status))}, ${countWords(counts)}`,
        rank: 9,
      };
  }
}

function breached({ detail }: EventOf<'OTA Task Threshold Breached'>): Said {
  const { rule, observed, reminder, flapping } = detail;
  const { mark, word } = SEVERITIES[rule.severity];
  const what = rule.kind === 'milestone' ? 'reached' : 'breached';
  const also = `${reminder === undefined ? '' : `, reminder ${reminder}`}${flapping ? ', flapping' : ''}`;
  return {
    mark,
    happened: same(`${what} ${cut(rule.id, MAX_ID)} (${word.toLowerCase()}, ${limitWords(observed)})`),
    numbers: `${valueWords(observed)}${also}`,
    rank: severityRank(rule.severity),
  };
}

/** Within a sentence. A status that is not known stays as it is. */
function lowered(words: string): string {
  return /^[A-Z][a-z]/.test(words) ? `${words.charAt(0).toLowerCase()}${words.slice(1)}` : words;
}
