import type { Links } from '../alerts/links.ts';
import { type Counts, finishedThings, thingsIn } from '../domain/counts.ts';
import { rounded } from '../domain/decimals.ts';
import type { EventOf, InferredCause } from '../domain/events.ts';
import type { ProgressedDetail, StatusChangedDetail } from '../domain/generated/events.ts';
import { commonDetails, linksOf, MAX_WORD, ruleDetails, sourceOf, summaryOf } from './details.ts';
import type { ChangeEvent } from './payload.ts';
import { plain } from './text.ts';

/** Events that page nobody. Of the breaches, milestones are. */
export type ChangeSource =
  | EventOf<'OTA Task Status Changed'>
  | EventOf<'OTA Task Progressed'>
  | EventOf<'OTA Task Threshold Breached'>;

/** Tells of an event as a change of what the service watches over. */
export function changeOf(event: ChangeSource, links: Links): ChangeEvent {
  const { detail } = event;
  const { what, details } = tell(event);
  return {
    payload: {
      summary: summaryOf(detail, what),
      source: sourceOf(detail),
      timestamp: detail.observedAt,
      custom_details: { ...details, ...commonDetails(detail) },
    },
    links: linksOf(links, detail),
  };
}

interface Told {
  readonly what: string;
  readonly details: Readonly<Record<string, unknown>>;
}

function tell(event: ChangeSource): Told {
  switch (event.detailType) {
    case 'OTA Task Status Changed':
      return tellStatus(event.detail);
    case 'OTA Task Progressed':
      return tellProgress(event.detail);
    case 'OTA Task Threshold Breached': {
      const { rule, observed, summary } = event.detail;
      return { what: summary, details: ruleDetails(rule, observed) };
    }
  }
}

const CAUSES: Readonly<Record<InferredCause, string>> = {
  'abort-criteria': 'apparently by its abort criteria',
  'end-time': 'apparently at its end time',
  operator: 'apparently by an operator',
};

function tellStatus({ previousStatus, status, terminal, inferredCause, counts }: StatusChangedDetail): Told {
  const cause = inferredCause === undefined ? '' : `, ${CAUSES[inferredCause]}`;
  return {
    what: `${previousStatus} → ${status}${cause}. ${outcome(counts)}.`,
    details: {
      previousStatus: plain(previousStatus, MAX_WORD),
      terminal,
      ...(inferredCause !== undefined && { inferredCause }),
    },
  };
}

function tellProgress(detail: ProgressedDetail): Told {
  const { counts, percentComplete, ratePerMinute, estimatedCompletionAt } = detail;
  const percent = percentComplete === undefined ? '' : ` (${rounded(percentComplete)} %)`;
  const sentences = [
    `${finishedThings(counts)} of ${counts.total} things have finished${percent}.`,
    ...(ratePerMinute !== undefined && ratePerMinute > 0 ? [`${rounded(ratePerMinute)} a minute.`] : []),
    ...(estimatedCompletionAt === undefined || percentComplete === 100
      ? []
      : [`Estimated end ${estimatedCompletionAt}.`]),
  ];
  return {
    what: sentences.join(' '),
    details: {
      ...(percentComplete !== undefined && { percentComplete }),
      ...(ratePerMinute !== undefined && { ratePerMinute }),
      ...(estimatedCompletionAt !== undefined && { estimatedCompletionAt }),
    },
  };
}

function outcome(counts: Counts): string {
  const failures = thingsIn(['failed', 'rejected', 'timedOut'], counts);
  const failed = failures === 0 ? '' : `, ${failures} have failed, rejected the update or timed out`;
  return `${counts.succeeded} of ${counts.total} things have succeeded${failed}`;
}
