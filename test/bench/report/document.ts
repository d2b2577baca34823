import type { LoadingFigures } from '../loading.ts';
import type { Plan } from '../runner/plan.ts';
import type { Figure } from './figures.ts';
import type { Goal } from './goals.ts';
import { callRows, figureRows, goalRows, markdown } from './text.ts';

/** What was measured, and on which machine. */
export interface Report {
  /** ISO 8601. */
  readonly measuredAt: string;
  readonly machine: { readonly processor: string; readonly cores: number; readonly node: string };
  readonly plan: Pick<Plan, 'latencyMs' | 'concurrency' | 'rounds'>;
  readonly loading: LoadingFigures;
  readonly goals: readonly Goal[];
  readonly figures: readonly Figure[];
}

/** The tables of a report, as a document. */
export function documentOf({ measuredAt, machine, plan, goals, figures }: Report): string {
  const { processor, cores, node } = machine;
  return `# Measured

Written by \`npm run bench\` on ${measuredAt.slice(0, 10)}: ${processor}, ${cores} cores, Node ${node}; ${plan.latencyMs} ms for each
request, ${plan.concurrency} at once. Medians of as many runs as stand there, and from the fastest to the slowest.
[How it is measured](../performance.md), [the figures](poll.json).

![Wall time and requests by the number of tasks](poll.svg)

## Goals

${markdown(goalRows(goals))}

## Polls

\`fewest\` is the number of requests that no poll can do without; \`× naive\` compares the time that a task takes.

${markdown(figureRows(figures))}

## Requests

${markdown(callRows(figures))}
`;
}
