import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Progress } from '../../../../lib/domain/alerts/ledger.ts';
import {
  advance,
  hold,
  type Place,
  STRANGER_PATIENCE_MS,
  turnOf,
} from '../../../../lib/domain/alerts/order.ts';
import { NOON } from '../../../support/builders.ts';

/** After which an event that has to wait comes back. */
const BACK_MS = 2_000;

/** An event on its way. */
interface Sent {
  /** Sequences before it that were not published. */
  readonly unpublished: number;
  /** Since the event before it. */
  readonly afterMs: number;
  /** How long each copy of it is under way: none if it is lost. */
  readonly delaysMs: readonly number[];
  /** How long the destination fails it, each time. */
  readonly failuresMs: readonly number[];
}

interface Copy {
  readonly place: Place;
  readonly sentAt: number;
  /** Of all copies together. */
  readonly failuresMs: number[];
  readonly dueAt: number;
}

function sendings(copies: { readonly least: number; readonly maxDelayMs: number }): fc.Arbitrary<Sent[]> {
  return fc.array(
    fc.record({
      unpublished: fc.constantFrom(0, 0, 0, 1, 3),
      afterMs: fc.constantFrom(0, 0, 500, 60_000),
      delaysMs: fc.array(fc.integer({ min: 0, max: copies.maxDelayMs }), {
        minLength: copies.least,
        maxLength: 3,
      }),
      failuresMs: fc.oneof(
        { weight: 4, arbitrary: fc.constant([]) },
        { weight: 1, arbitrary: fc.array(fc.integer({ min: 1, max: 90_000 }), { maxLength: 4 }) },
      ),
    }),
    // Then there are no more gaps than are remembered.
    { minLength: 1, maxLength: 20 },
  );
}

function copiesOf(sent: readonly Sent[]): Copy[] {
  let at = NOON;
  let sequence = 0;
  let previousSequence: number | undefined;
  return sent.flatMap(({ unpublished, afterMs, delaysMs, failuresMs }) => {
    at += afterMs;
    sequence += unpublished + 1;
    const place = { sequence, ...(previousSequence !== undefined && { previousSequence }) };
    previousSequence = sequence;
    const failures = [...failuresMs];
    return delaysMs.map((delay) => ({
      place,
      sentAt: at + delay,
      failuresMs: failures,
      dueAt: at + delay,
    }));
  });
}

class Subscriber {
  readonly told: number[] = [];
  #progress: Progress | undefined;

  /** @returns after how long the event comes back, milliseconds; undefined if it does not */
  receive({ place, sentAt, dueAt: now, failuresMs }: Copy): number | undefined {
    const turn = turnOf(this.#progress, place, now, now - sentAt);
    if (turn === 'wait') return BACK_MS;
    if (turn === 'duplicate') return undefined;
    const failureMs = failuresMs.shift();
    if (failureMs === undefined) {
      this.told.push(place.sequence);
      this.#progress = advance(this.#progress, place, now);
    } else {
      const from = now + failureMs;
      this.#progress = hold(this.#progress, { sequence: place.sequence, from, until: from + BACK_MS });
    }
    return failureMs;
  }
}

/** @returns sequences in the order in which they were told */
function deliver(copies: readonly Copy[]): number[] {
  const subscriber = new Subscriber();
  for (let left = copies; left.length > 0; ) {
    const [copy, ...others] = left.toSorted((a, b) => a.dueAt - b.dueAt);
    const backMs = copy && subscriber.receive(copy);
    left = copy && backMs !== undefined ? [...others, { ...copy, dueAt: copy.dueAt + backMs }] : others;
  }
  return subscriber.told;
}

const sequencesOf = (copies: readonly Copy[]) => [...new Set(copies.map(({ place }) => place.sequence))];

it('tells every event that comes once, however late and however often it comes', () => {
  fc.assert(
    fc.property(sendings({ least: 0, maxDelayMs: 120_000 }), (sent) => {
      const copies = copiesOf(sent);
      const sequences = sequencesOf(copies);
      expect(deliver(copies).toSorted((a, b) => a - b)).toEqual(sequences);
    }),
    { numRuns: 2_000 },
  );
});

it('tells events in order when none is later than others wait for it, whatever fails', () => {
  const maxDelayMs = STRANGER_PATIENCE_MS - BACK_MS - 1;
  fc.assert(
    fc.property(sendings({ least: 1, maxDelayMs }), (sent) => {
      const copies = copiesOf(sent);
      const sequences = sequencesOf(copies);
      expect(deliver(copies)).toEqual(sequences);
    }),
    { numRuns: 2_000 },
  );
});
