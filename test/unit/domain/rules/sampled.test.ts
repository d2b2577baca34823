import { expect, it } from 'vitest';
import type { TaskRule } from '../../../../lib/domain/rules/rule.ts';
import { failureStatuses } from '../../../../lib/domain/rules/sampled.ts';
import { criterion, rules } from '../../../support/builders.ts';

it.each<[string, TaskRule, string[]]>([
  ['a criterion', rules.abortCriteria({ criterion: criterion({ failureType: 'TIMED_OUT' }) }), ['TIMED_OUT']],
  [
    'a criterion of all',
    rules.abortCriteria({ criterion: criterion({ failureType: 'ALL' }) }),
    ['FAILED', 'REJECTED', 'TIMED_OUT'],
  ],
  ['a ratio', rules.ratio({ failures: ['failed', 'rejected'] }), ['FAILED', 'REJECTED']],
  ['a rate', rules.rate({ failures: ['rejected'] }), ['REJECTED']],
  ['a count', rules.count({ states: ['failed', 'queued'] }), ['FAILED']],
  ['a count of something else', rules.count({ states: ['queued'] }), []],
  ['time', rules.stalled(), []],
])('things that failed in the way of %s', (_, rule, statuses) => {
  expect([...failureStatuses(rule)]).toEqual(statuses);
});
