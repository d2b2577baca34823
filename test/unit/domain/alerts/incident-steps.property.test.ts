import fc from 'fast-check';
import { expect, it } from 'vitest';
import { fold } from '../../../../lib/domain/alerts/fold.ts';
import { type IncidentStep, incidentSteps } from '../../../../lib/domain/alerts/incident-steps.ts';
import type { Incident } from '../../../../lib/domain/alerts/ledger.ts';
import type { RolloutView } from '../../../../lib/domain/alerts/rollout-view.ts';
import type { PublishedEvent } from '../../../../lib/domain/events.ts';
import { disordered, randomStreams, watchedStreams } from '../../../support/random-alerts.ts';

const dedupKeyOf = (ruleId: string) => `key of ${ruleId}`;

/** A service with its ledger of one task. */
class Service {
  view: RolloutView | undefined;
  /** Keys of the incidents that are open at PagerDuty. */
  readonly open = new Set<string>();
  #incidents: Readonly<Record<string, Incident>> = {};

  receive(event: PublishedEvent, isTold: boolean): void {
    const view = fold(this.view, event);
    this.view = view;
    const context = { view, incidents: this.#incidents, isTold, dedupKeyOf };
    for (const step of incidentSteps(event, context)) this.#take(step, event.detail.sequence);
  }

  get shouldBeOpen(): ReadonlySet<string> {
    return new Set(this.view?.open.map(({ ruleId }) => dedupKeyOf(ruleId)));
  }

  #take(step: IncidentStep, sequence: number): void {
    if (step.kind === 'change') return;
    const { ruleId } = step;
    const { [ruleId]: _, ...others } = this.#incidents;
    if (step.kind === 'trigger') {
      const dedupKey = dedupKeyOf(ruleId);
      this.open.add(dedupKey);
      this.#incidents = { ...others, [ruleId]: { dedupKey, sequence } };
    } else {
      this.open.delete(step.dedupKey);
      this.#incidents = others;
    }
  }
}

const deliveries = (streams: fc.Arbitrary<PublishedEvent[]>) => streams.chain(disordered);

const inOneService = (streams: fc.Arbitrary<PublishedEvent[]>) =>
  fc.property(deliveries(streams), (received) => {
    const service = new Service();
    for (const event of received) {
      service.receive(event, true);
      expect(service.open).toEqual(service.shouldBeOpen);
    }
  });

it('has an incident open for each breach that is, in whatever order events come', () => {
  fc.assert(inOneService(randomStreams), { numRuns: 2_000 });
  fc.assert(inOneService(watchedStreams), { numRuns: 50 });
});

it('leaves no incident open that is over, whatever is told', () => {
  fc.assert(
    fc.property(deliveries(randomStreams), fc.array(fc.boolean()), (received, tellings) => {
      const service = new Service();
      for (const [index, event] of received.entries()) {
        service.receive(event, tellings[index] ?? true);
        expect([...service.open].filter((key) => !service.shouldBeOpen.has(key))).toEqual([]);
      }
    }),
    { numRuns: 2_000 },
  );
});
