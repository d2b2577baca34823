import type { Configuration } from '../../../../lib/api/generated/api.ts';
import { count, instant } from '../../format.ts';
import { CountsLegend } from '../counts-legend.tsx';
import { STACK } from '../states.ts';
import { criterionWords, type LimitCurve } from './limits.ts';
import { markText } from './mark-strip.tsx';
import type { Mark } from './marks.ts';
import type { Step } from './stack.ts';

/** The states that the chart shows, with their numbers at a step, and the mark that somebody looks at. */
export function StepLegend({
  step,
  steps,
  mark,
}: {
  step: Step;
  steps: readonly Step[];
  mark: Mark | undefined;
}) {
  const ever = STACK.filter((state) => steps.some(({ counts }) => counts[state] > 0));
  return (
    <div class="step-legend">
      <p class="step-title">
        <strong>{instant(new Date(step.at).toISOString())}</strong>
        <span class="soft"> {count(step.counts.total)} things</span>
        {mark !== undefined && ` · ${markText(mark)}`}
      </p>
      <CountsLegend counts={step.counts} keep={ever} />
    </div>
  );
}

/** What the lines of failures and limits are, and where they stand at a step. */
export function LimitLegend({ curves, at }: { curves: readonly LimitCurve[]; at: number }) {
  return (
    <div class="limit-legend">
      <ul>
        {curves.map(({ criterion, words, tone, failures, limit }) => (
          <li key={criterion.failureType}>
            <span class={`line-swatch tone-${tone}`} aria-hidden="true" />
            <strong>{count(failures[at] ?? 0)}</strong> {words},{' '}
            <span class={`line-swatch line-dashed tone-${tone}`} aria-hidden="true" />
            {limitText(limit[at] ?? undefined)} ({criterionWords(criterion)})
          </li>
        ))}
      </ul>
      <p class="soft">
        The dashed line is the number of failures at which AWS cancels the rollout: a share of the things that
        have received the task by then, so that it rises with them. It begins once enough have, and is that of
        the configuration as it is now.
      </p>
    </div>
  );
}

function limitText(limit: number | undefined) {
  return limit === undefined ? (
    'no limit in force'
  ) : (
    <>
      canceled at <strong>{count(limit)}</strong>
    </>
  );
}

/** Why there is no line of the abort limit. */
export function noLimitWords(configuration: Configuration | undefined): string {
  return configuration === undefined
    ? 'The abort limit is not shown: the configuration of this task is not known.'
    : 'There is no abort limit: the configuration has no abort criteria, so AWS does not cancel the rollout by itself.';
}
