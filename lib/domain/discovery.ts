import type { Discovery } from './selection.ts';

/** A tag that a task must have to be found by itself; without a value, any will do. */
export interface TagCondition {
  readonly key: string;
  readonly value?: string;
}

/** Whether a task that was found is one of those to be tracked. */
export function isWanted(
  discovery: Discovery,
  condition: TagCondition | undefined,
  tags: Readonly<Record<string, string>>,
): boolean {
  if (discovery !== 'tagged') return discovery === 'all';
  if (condition === undefined || !Object.hasOwn(tags, condition.key)) return false;
  return condition.value === undefined || tags[condition.key] === condition.value;
}
