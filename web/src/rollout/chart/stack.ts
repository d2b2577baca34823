import type { Counts, SeriesPoint } from '../../../../lib/api/generated/api.ts';
import { STACK } from '../states.ts';

/** Where a curve of steps changes. */
export interface Step {
  /** Epoch milliseconds. */
  readonly at: number;
  readonly status: string;
  readonly counts: Counts;
}

/**
 * The points of a series as steps, one an instant: of rows of one look, the last one counts. A live task stands as it does until
 * `until` (epoch milliseconds), so that its curve goes on to there.
 */
export function stepsOf(points: readonly SeriesPoint[], until?: number): Step[] {
  const steps = new Map<number, Step>();
  for (const { observedAt, status, counts } of points) {
    const at = Date.parse(observedAt);
    steps.set(at, { at, status, counts });
  }
  const inOrder = [...steps.values()];
  const last = inOrder.at(-1);
  return last !== undefined && until !== undefined && until > last.at
    ? [...inOrder, { ...last, at: until }]
    : inOrder;
}

/** For each state of the stack, from the bottom, its upper edge at each step. */
export function edges(steps: readonly Step[]): number[][] {
  const sums = steps.map(() => 0);
  return STACK.map((state) =>
    steps.map(({ counts }, i) => {
      const edge = (sums[i] ?? 0) + counts[state];
      sums[i] = edge;
      return edge;
    }),
  );
}

/** The step that holds at an instant; undefined before the first one. */
export function stepAt(steps: readonly Step[], at: number): Step | undefined {
  return steps.findLast((step) => step.at <= at);
}
