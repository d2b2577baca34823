import { FAILURES_OF } from '../abort-criteria.ts';
import type { ThingState } from '../counts.ts';
import type { TaskRule } from './rule.ts';

/** States of things that failed, in the spelling of the API. */
const STATUSES: Readonly<Partial<Record<ThingState, string>>> = {
  failed: 'FAILED',
  rejected: 'REJECTED',
  timedOut: 'TIMED_OUT',
};

/** In which statuses (`OtaTaskExecutionStatus`) things are that a rule counts as failed; none for rules about something else. */
export function failureStatuses(rule: TaskRule): ReadonlySet<string> {
  return new Set(
    countedStates(rule).flatMap((state) => {
      const status = STATUSES[state];
      return status === undefined ? [] : [status];
    }),
  );
}

function countedStates(rule: TaskRule): readonly ThingState[] {
  switch (rule.kind) {
    case 'abort-criteria':
      return FAILURES_OF[rule.criterion.failureType];
    case 'ratio':
    case 'rate':
      return rule.failures;
    case 'count':
      return rule.states;
    default:
      return [];
  }
}
