import fc from 'fast-check';
import type { PublishedEvent } from '../../lib/domain/events.ts';
import type { Rule } from '../../lib/domain/generated/events.ts';
import { aRule, aStream, events, minutesAfterNoon, watchedStream } from './alert-events.ts';
import { counts } from './builders.ts';

const instants = fc.integer({ min: -60, max: 60 }).map(minutesAfterNoon);
const rules: fc.Arbitrary<Rule> = fc.constantFrom(
  aRule({ id: 'a' }),
  aRule({ id: 'a', severity: 'error' }),
  aRule({ id: 'b:c', kind: 'abort-criteria', severity: 'warning' }),
  aRule({ id: 'd', kind: 'milestone', severity: 'info' }),
);
const facts = fc.record(
  {
    status: fc.constantFrom('IN_PROGRESS', 'IN_PROGRESS', 'CANCELED'),
    counts: fc.nat({ max: 100 }).map((succeeded) => counts({ succeeded, queued: 100 - succeeded })),
    description: fc.constantFrom('one', 'two'),
  },
  { requiredKeys: ['status'] },
);

const ofAnyType: fc.Arbitrary<PublishedEvent> = fc.oneof(
  facts.map(events.started),
  facts.map(events.configurationChanged),
  facts.map(events.stopped),
  fc
    .tuple(facts, fc.constantFrom({}, { inferredCause: 'operator' as const }))
    .map(([some, cause]) => events.statusChanged({ ...some, ...cause })),
  fc
    .tuple(
      facts,
      fc.record({ ratePerMinute: fc.nat(), estimatedCompletionAt: instants }, { requiredKeys: [] }),
    )
    .map(([some, pace]) => events.progressed({ ...some, ...pace })),
  fc
    .tuple(facts, rules, fc.record({ breachedAt: instants, summary: fc.string() }, { requiredKeys: [] }))
    .map(([some, rule, of]) => events.breached({ ...some, rule, ...of })),
  fc.tuple(facts, rules).map(([some, rule]) => events.recovered({ ...some, rule })),
);

/** Events of one task, in order, whether they make sense together or not. */
export const randomStreams: fc.Arbitrary<PublishedEvent[]> = fc
  .array(ofAnyType, { minLength: 1, maxLength: 12 })
  .map((unnumbered) => aStream(...unnumbered));

/** Events as polls of a simulated rollout give rise to them, in order. */
export const watchedStreams: fc.Arbitrary<PublishedEvent[]> = fc.nat({ max: 10_000 }).map(watchedStream);

/** The same events in any order, some of them more than once. */
export function disordered(stream: readonly PublishedEvent[]): fc.Arbitrary<PublishedEvent[]> {
  const whole = { minLength: stream.length, maxLength: stream.length };
  return fc
    .tuple(fc.shuffledSubarray([...stream], whole), fc.array(fc.tuple(fc.nat(), fc.nat()), { maxLength: 6 }))
    .map(([shuffled, repeats]) =>
      repeats.reduce((sent, [which, where]) => {
        const again = shuffled[which % shuffled.length];
        return again === undefined ? sent : sent.toSpliced(where % (sent.length + 1), 0, again);
      }, shuffled),
    );
}
