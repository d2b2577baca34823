import type { AbortCriterion } from '../abort-criteria.ts';
import type { TaskConfiguration, TaskFacts } from '../task.ts';
import type { Match } from './rule-set.ts';

/** The task that rules are resolved for. */
export interface RuleSubject {
  readonly taskId: string;
  readonly otaType?: string;
  readonly configurationId?: string;
  readonly tags: Readonly<Record<string, string>>;
  /** Things that the task targets: `total` of its counts. */
  readonly things: number;
  /** Abort criteria of its configuration: none without one, and while it could not be read. */
  readonly criteria: readonly AbortCriterion[];
  /** Keys of tags that mean something else, such as the one by which tasks are discovered: never told as malformed. */
  readonly ignoredTags?: readonly string[];
}

/** What rules are chosen by, of a task as it was seen. */
export function ruleSubjectOf(
  { facts, tags }: { readonly facts: TaskFacts; readonly tags: RuleSubject['tags'] },
  configuration: TaskConfiguration | undefined,
): RuleSubject {
  const { taskId, otaType, configurationId, counts } = facts;
  return {
    taskId,
    ...(otaType !== undefined && { otaType }),
    ...(configurationId !== undefined && { configurationId }),
    tags,
    things: counts.total,
    criteria: configuration?.criteria ?? [],
  };
}

/** Whether a task meets every condition that is given. */
export function matches(match: Match | undefined, subject: RuleSubject): boolean {
  return (
    match === undefined ||
    (isLike(match.taskId, subject.taskId) &&
      isLike(match.otaType, subject.otaType) &&
      isLike(match.configurationId, subject.configurationId) &&
      hasThings(match.things, subject.things) &&
      hasTags(match.tags, subject.tags) &&
      (match.abortCriteria === undefined || match.abortCriteria === subject.criteria.length > 0))
  );
}

function isLike(pattern: string | undefined, text: string | undefined): boolean {
  return pattern === undefined || (text !== undefined && globMatches(pattern, text));
}

function hasThings(range: Match['things'], things: number): boolean {
  return range === undefined || (things >= (range.atLeast ?? 0) && things < (range.below ?? Infinity));
}

function hasTags(patterns: Match['tags'], tags: RuleSubject['tags']): boolean {
  return (
    patterns === undefined ||
    Object.entries(patterns).every(([key, pattern]) => Object.hasOwn(tags, key) && isLike(pattern, tags[key]))
  );
}

/**
 * Whether the whole of a text is like a pattern, in which `*` stands for any text, `?` for one character, and everything else
 * for itself. Only the last `*` is ever taken back: the cost is at most the product of the lengths, whatever the pattern.
 */
export function globMatches(pattern: string, text: string): boolean {
  let at = 0;
  let next = 0;
  let star = -1;
  let resume = 0;
  while (at < text.length) {
    if (pattern[next] === '*') {
      star = next;
      resume = at;
      next += 1;
    } else if (pattern[next] === '?') {
      at += widthAt(text, at);
      next += 1;
    } else if (pattern[next] === text[at]) {
      at += 1;
      next += 1;
    } else if (star >= 0) {
      resume += widthAt(text, resume);
      at = resume;
      next = star + 1;
    } else return false;
  }
  while (pattern[next] === '*') next += 1;
  return next === pattern.length;
}

/** Code units of the character at an index. */
function widthAt(text: string, index: number): number {
  return Number(text.codePointAt(index)) > 0xffff ? 2 : 1;
}
