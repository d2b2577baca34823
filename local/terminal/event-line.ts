import type { InferredCause, PublishedEvent } from '../../lib/domain/events.ts';
import type { ProgressedDetail, SampleThing, Severity } from '../../lib/domain/generated/events.ts';
import { isTerminal } from '../../lib/domain/task.ts';
import { columns, kindOf, type Line, type Piece, type Style } from './line.ts';
import { resultsOf } from './results.ts';

const SEVERITY_STYLES: Readonly<Record<Severity, Style>> = {
  info: 'cyan',
  warning: 'yellow',
  error: 'red',
  critical: 'red',
};

/**
 * An event as one line for people.
 *
 * @param timeOf writes an instant (ISO 8601) as a time of the day
 */
export function eventLine(event: PublishedEvent, timeOf: (instant: string) => string): Line {
  const { observedAt, description, taskId } = event.detail;
  return [...columns(timeOf(observedAt), description ?? taskId, kindIn(event)), textOf(event)];
}

function kindIn({ detailType, detail }: PublishedEvent): Piece {
  switch (detailType) {
    case 'OTA Task Tracking Started':
      return kindOf('cyan', 'WATCHING');
    case 'OTA Task Status Changed':
      return kindOf('bold', 'STATUS');
    case 'OTA Task Configuration Changed':
      return kindOf('magenta', 'CONFIG');
    case 'OTA Task Progressed':
      return kindOf('dim', 'PROGRESS');
    case 'OTA Task Threshold Breached':
      return kindOf(SEVERITY_STYLES[detail.rule.severity], detail.rule.severity.toUpperCase());
    case 'OTA Task Threshold Recovered':
      return kindOf(detail.reason === 'recovered' ? 'green' : 'dim', 'RECOVERED');
    case 'OTA Task Tracking Stopped':
      return kindOf('dim', 'STOPPED');
    default:
      return detailType satisfies never;
  }
}

function textOf({ detailType, detail }: PublishedEvent): string {
  switch (detailType) {
    case 'OTA Task Tracking Started':
      return [things(detail.counts.total), ...STARTS[detail.reason], stateOf(detail.status)].join(', ');
    case 'OTA Task Status Changed':
      return `${detail.previousStatus} → ${detail.status}${causeOf(detail.inferredCause)}`;
    case 'OTA Task Configuration Changed':
      return `${detail.previousConfigurationId ?? 'none'} → ${detail.configurationId ?? 'none'}`;
    case 'OTA Task Progressed':
      return `${shareOf(detail)} have ended: ${resultsOf(detail.counts)}`;
    case 'OTA Task Threshold Breached':
      return `${detail.summary}${suchAs(detail.sampleThings)}`;
    case 'OTA Task Threshold Recovered':
      return detail.summary;
    case 'OTA Task Tracking Stopped':
      return `${STOPS[detail.reason]}: ${resultsOf(detail.counts)}`;
    default:
      return detailType satisfies never;
  }
}

const STARTS = { discovered: [], requested: ['on request'] } as const;

const STOPS = {
  completed: 'completed',
  canceled: 'canceled',
  deleted: 'deleted',
  requested: 'no longer watched, on request',
} as const;

const causeOf = (cause: InferredCause | undefined) =>
  cause === undefined ? '' : ` (inferred cause: ${cause})`;

const things = (count: number) => (count === 1 ? '1 thing' : `${count} things`);
const stateOf = (status: string) => (isTerminal(status) ? `already ${status}` : status);

const shareOf = ({ percentComplete, counts }: ProgressedDetail) =>
  percentComplete === undefined ? 'none' : `${percentComplete} % of ${things(counts.total)}`;

const MAX_SHOWN = 3;

/** A few of the things that failed. */
function suchAs(samples: readonly SampleThing[] = []): string {
  const ids = samples.slice(0, MAX_SHOWN).map(({ managedThingId }) => managedThingId);
  return ids.length === 0 ? '' : ` Such as ${ids.join(', ')}.`;
}
