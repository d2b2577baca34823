import { beforeAll, describe, expect, it } from 'vitest';
import type { InferredCause, TaskEvent } from '../../../../lib/domain/events.ts';
import { DEFAULT_RULES } from '../../../../lib/rule-file/defaults.ts';
import { rolloutScript } from '../../../support/rollout-scripts.ts';
import { type WatchedRollout, watch } from '../../../support/watched-rollout.ts';

const ROLLOUTS = 1_000;

/** What ota-watch made of a cancellation, beside what it was. */
interface Verdict {
  readonly seed: number;
  readonly canceledBy: string;
  /** Undefined where the first poll came when it was over: there is no change of status then. */
  readonly inferredCause: InferredCause | undefined;
  readonly hasCritical: boolean;
}

let rollouts: readonly WatchedRollout[];
/** Of rollouts that a poll saw canceled. */
let verdicts: readonly Verdict[];

beforeAll(() => {
  rollouts = Array.from({ length: ROLLOUTS }, (_, index) => watch(rolloutScript(index + 1), DEFAULT_RULES));
  verdicts = rollouts.flatMap((rollout) => verdictOf(rollout) ?? []);
  if (process.env.SHOW_FIGURES) showFigures();
});

function verdictOf(rollout: WatchedRollout): Verdict | undefined {
  const { script, looks, canceledBy } = rollout;
  if (canceledBy === undefined || looks.at(-1)?.snapshot.facts.status !== 'CANCELED') return undefined;
  const events = looks.flatMap((look) => look.events);
  const causes = events.flatMap((event) =>
    event.detailType === 'OTA Task Status Changed' ? (event.body.inferredCause ?? []) : [],
  );
  return { seed: script.seed, canceledBy, inferredCause: causes[0], hasCritical: events.some(isCritical) };
}

function isCritical(event: TaskEvent): boolean {
  return (
    event.detailType === 'OTA Task Threshold Breached' &&
    event.body.rule.kind === 'abort-criteria' &&
    event.body.rule.severity === 'critical'
  );
}

const isTold = ({ inferredCause }: Verdict) => inferredCause !== undefined;
const isWrong = ({ canceledBy, inferredCause }: Verdict) => inferredCause !== canceledBy;

function showFigures() {
  const classes = Map.groupBy(
    verdicts,
    ({ canceledBy, inferredCause, hasCritical }) =>
      `${canceledBy}, inferred ${inferredCause ?? 'nothing (over at first sight)'}, ${hasCritical ? '' : 'no '}critical breach`,
  );
  const told = verdicts.filter(isTold);
  const right = told.length - told.filter(isWrong).length;
  const lines = [
    `${rollouts.length} rollouts, ${rollouts.reduce((sum, { looks }) => sum + looks.length, 0)} polls`,
    `inferredCause right in ${right} of ${told.length} (${((100 * right) / told.length).toFixed(2)} %)`,
    ...[...classes].map(([name, some]) => `${name}: ${some.length} (such as ${seedsOf(some.slice(0, 5))})`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

const seedsOf = (some: readonly Verdict[]) => some.map(({ seed }) => seed).join(', ');

describe(`${ROLLOUTS} simulated rollouts`, () => {
  it.each(['abort-criteria', 'end-time', 'operator'])('are canceled often enough by %s', (cause) => {
    const some = verdicts.filter((verdict) => isTold(verdict) && verdict.canceledBy === cause);
    expect(some.length).toBeGreaterThanOrEqual(150);
  });

  it('have a critical breach with or before every cancellation by criteria', () => {
    const missing = verdicts.filter((one) => one.canceledBy === 'abort-criteria' && !one.hasCritical);
    expect(missing).toEqual([]);
  });

  it('have the right cause in at least 99 % of the cancellations', () => {
    const told = verdicts.filter(isTold);
    expect(told.filter(isWrong).length / told.length).toBeLessThanOrEqual(0.01);
  });

  it('have no critical breach while they run', () => {
    const early = rollouts.filter(({ looks }) =>
      looks.some(({ snapshot, events }) => snapshot.facts.status !== 'CANCELED' && events.some(isCritical)),
    );
    expect(early.map(({ script }) => script.seed)).toEqual([]);
  });

  // Somebody, or the end time, cancels so close to a criterion that the counts cannot tell.
  it('have a critical breach in at most 1 % of those that something else canceled', () => {
    const others = verdicts.filter(({ canceledBy }) => canceledBy !== 'abort-criteria');
    expect(others.filter(({ hasCritical }) => hasCritical).length).toBeLessThanOrEqual(0.01 * others.length);
  });

  it.each(['failed', 'rejected', 'timed-out', 'all'])('come close to criteria of type %s', (type) => {
    const warned = rollouts.filter(({ looks }) =>
      looks.some(({ events }) => events.some((event) => ruleIdIn(event) === `abort-criteria:${type}:50`)),
    );
    expect(warned.length).toBeGreaterThanOrEqual(20);
  });
});

function ruleIdIn(event: TaskEvent): string | undefined {
  return event.detailType === 'OTA Task Threshold Breached' ? event.body.rule.id : undefined;
}
