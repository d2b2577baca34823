import { readPublishedEvent } from '../../lib/alerts/read-event.ts';
import { canonicalHash } from '../../lib/canonical-hash.ts';
import { fold } from '../../lib/domain/alerts/fold.ts';
import type { RolloutView } from '../../lib/domain/alerts/rollout-view.ts';
import { appendRows, type Head } from '../../lib/domain/chain.ts';
import {
  detailOf,
  type EventOf,
  type PublishedEvent,
  type PublishedType,
  SOURCE,
} from '../../lib/domain/events.ts';
import type { CommonDetail, Observed, Rule } from '../../lib/domain/generated/events.ts';
import { DEFAULT_RULES } from '../../lib/rule-file/defaults.ts';
import { counts, facts, MINUTE, NOON } from './builders.ts';
import { rolloutScript } from './rollout-scripts.ts';
import { watch } from './watched-rollout.ts';

type Overrides<Type extends PublishedType> = Partial<EventOf<Type>['detail']>;

export function aRule(overrides: Partial<Rule> = {}): Rule {
  return {
    id: 'failed-percent',
    kind: 'ratio',
    severity: 'critical',
    description: '10 % of the things that received the task have failed.',
    ...overrides,
  };
}

const OBSERVED: Observed = { value: 12, limit: 10, unit: 'percent', numerator: 12, denominator: 100 };

/** What all events have: of the task's first one, unless a sequence is given. */
function common({
  taskId = facts().taskId,
  sequence = 1,
  ...overrides
}: Partial<CommonDetail>): CommonDetail {
  return {
    ...facts({ taskId, taskArn: `arn:aws:iotmanagedintegrations:eu-west-1:123456789012:ota-task/${taskId}` }),
    schemaVersion: '1',
    eventId: `${taskId}:${sequence}`,
    sequence,
    ...(sequence > 1 && { previousSequence: sequence - 1 }),
    observedAt: minutesAfterNoon(sequence - 1),
    hash: sequence.toString(16).padStart(64, '0'),
    ...overrides,
  };
}

/** Instant (ISO 8601) at which the events of tests are observed: each a minute after the one before. */
export function minutesAfterNoon(minutes: number): string {
  return new Date(NOON + minutes * MINUTE).toISOString();
}

/** One event of each type. */
export const events = {
  started: (of: Overrides<'OTA Task Tracking Started'> = {}): EventOf<'OTA Task Tracking Started'> => ({
    detailType: 'OTA Task Tracking Started',
    detail: { reason: 'discovered', ...of, ...common(of) },
  }),
  statusChanged: (of: Overrides<'OTA Task Status Changed'> = {}): EventOf<'OTA Task Status Changed'> => ({
    detailType: 'OTA Task Status Changed',
    detail: { previousStatus: 'SCHEDULED', terminal: false, ...of, ...common(of) },
  }),
  configurationChanged: (
    of: Overrides<'OTA Task Configuration Changed'> = {},
  ): EventOf<'OTA Task Configuration Changed'> => ({
    detailType: 'OTA Task Configuration Changed',
    detail: { previousConfigurationId: 'config0', ...of, ...common(of) },
  }),
  progressed: (of: Overrides<'OTA Task Progressed'> = {}): EventOf<'OTA Task Progressed'> => ({
    detailType: 'OTA Task Progressed',
    detail: { previousCounts: counts(), ...of, ...common(of) },
  }),
  breached: (of: Overrides<'OTA Task Threshold Breached'> = {}): EventOf<'OTA Task Threshold Breached'> => ({
    detailType: 'OTA Task Threshold Breached',
    detail: {
      rule: aRule(),
      observed: OBSERVED,
      summary: '12 of 100 things that received the task have failed (12 %, limit 10 %).',
      ...of,
      ...common(of),
    },
  }),
  recovered: (
    of: Overrides<'OTA Task Threshold Recovered'> = {},
  ): EventOf<'OTA Task Threshold Recovered'> => ({
    detailType: 'OTA Task Threshold Recovered',
    detail: {
      rule: aRule(),
      observed: { ...OBSERVED, value: 9, numerator: 9 },
      breachedAt: minutesAfterNoon(0),
      reason: 'recovered',
      summary: 'Over after 1 min: 9 of 100 things that received the task have failed (9 %, limit 10 %).',
      durationSeconds: 60,
      ...of,
      ...common(of),
    },
  }),
  stopped: (of: Overrides<'OTA Task Tracking Stopped'> = {}): EventOf<'OTA Task Tracking Stopped'> => ({
    detailType: 'OTA Task Tracking Stopped',
    detail: { reason: 'completed', ...of, ...common({ status: 'COMPLETED', ...of }) },
  }),
} as const;

/** The events of one task, numbered from 1 in the order given, each observed a minute after the one before. */
export function aStream(...unnumbered: readonly PublishedEvent[]): PublishedEvent[] {
  return unnumbered.map((event, index) => at(event, index + 1));
}

function at<Event extends PublishedEvent>(event: Event, sequence: number): Event {
  const { previousSequence: _, ...detail } = event.detail;
  const { eventId, observedAt, hash, ...place } = common({ taskId: detail.taskId, sequence });
  return {
    ...event,
    detail: {
      ...detail,
      eventId,
      sequence,
      observedAt,
      hash,
      ...(place.previousSequence !== undefined && { previousSequence: place.previousSequence }),
    },
  };
}

/** What a subscriber knows from these events. */
export function viewOf(first: PublishedEvent, ...others: readonly PublishedEvent[]): RolloutView {
  return others.reduce(fold, fold(undefined, first));
}

/** The events that a simulated rollout gives rise to under the rules that are built in: all of its progress as well. */
export function watchedStream(seed: number): PublishedEvent[] {
  let head: Head | undefined;
  return watch(rolloutScript(seed), DEFAULT_RULES).looks.flatMap(({ context, snapshot, events }) => {
    const appended = appendRows(head, snapshot.facts, events, { now: context.now, hash: canonicalHash });
    head = appended.head;
    return appended.rows.flatMap((row) => {
      const event = readPublishedEvent({ source: SOURCE, detailType: row.detailType, detail: detailOf(row) });
      return row.published && event !== undefined ? [event] : [];
    });
  });
}
