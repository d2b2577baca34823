import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { RolloutView } from '../../../../lib/domain/alerts/rollout-view.ts';
import type { PublishedEvent } from '../../../../lib/domain/events.ts';
import { isTerminal } from '../../../../lib/domain/task.ts';
import { events, viewOf } from '../../../support/alert-events.ts';
import { disordered, randomStreams, watchedStreams } from '../../../support/random-alerts.ts';

const viewOfAll = ([first = events.started(), ...others]: readonly PublishedEvent[]) =>
  viewOf(first, ...others);

const inDisorder = (streams: fc.Arbitrary<PublishedEvent[]>) =>
  streams.chain((stream) => fc.tuple(fc.constant(stream), disordered(stream)));

it('gives the same view of the same events in any order, however often they come', () => {
  fc.assert(
    fc.property(inDisorder(randomStreams), ([stream, received]) => {
      expect(viewOfAll(received)).toEqual(viewOfAll(stream));
    }),
    { numRuns: 2_000 },
  );
});

it('gives the same view of simulated rollouts', () => {
  fc.assert(
    fc.property(inDisorder(watchedStreams), ([stream, received]) => {
      expect(viewOfAll(received)).toEqual(viewOfAll(stream));
    }),
    { numRuns: 50 },
  );
});

/** What somebody knows who hears of events in order, and looks back. */
function lookingBack(stream: readonly PublishedEvent[]) {
  const lastOf = (type: PublishedEvent['detailType']) =>
    stream.findLast(({ detailType }) => detailType === type);
  const since = (event: PublishedEvent | undefined) =>
    event === undefined ? stream : stream.slice(stream.indexOf(event) + 1);
  const change = lastOf('OTA Task Status Changed');
  const watched = since(lastOf('OTA Task Tracking Stopped'));
  const alive = since(
    stream.findLast(
      ({ detailType, detail }) => detailType === 'OTA Task Tracking Stopped' || isTerminal(detail.status),
    ),
  );
  const progress = alive.findLast(({ detailType }) => detailType === 'OTA Task Progressed');
  const tellings = watched.filter(
    (event) => 'rule' in event.detail && event.detail.rule.kind !== 'milestone',
  );
  const newestByRule = new Map(
    tellings.map((event) => ['rule' in event.detail ? event.detail.rule.id : '', event]),
  );
  return {
    cause: change && 'inferredCause' in change.detail ? change.detail.inferredCause : undefined,
    rate: progress && 'ratePerMinute' in progress.detail ? progress.detail.ratePerMinute : undefined,
    isStopped: watched.length === 0,
    open: [...newestByRule.values()]
      .filter(({ detailType }) => detailType === 'OTA Task Threshold Breached')
      .map(({ detail }) => detail.sequence)
      .toSorted((a, b) => a - b),
  };
}

const shown = ({ inferredCause, ratePerMinute, stopped, open }: RolloutView) => ({
  cause: inferredCause,
  rate: ratePerMinute,
  isStopped: stopped !== undefined,
  open: open.map(({ sequence }) => sequence).toSorted((a, b) => a - b),
});

it('shows what events in order amount to', () => {
  fc.assert(
    fc.property(fc.oneof({ weight: 40, arbitrary: randomStreams }, watchedStreams), (stream) => {
      expect(shown(viewOfAll(stream))).toEqual(lookingBack(stream));
    }),
    { numRuns: 2_000 },
  );
});
