import { configurationInForce, type DiffContext, diff, startTracking } from './domain/diff.ts';
import type { Observed } from './domain/generated/events.ts';
import { assess } from './domain/rules/assess.ts';
import { elapsed } from './domain/rules/clock.ts';
import { type DisabledRule, type ExplainedRule, explainRules } from './domain/rules/explain.ts';
import type { TaskLook } from './domain/rules/look.ts';
import { ruleSubjectOf } from './domain/rules/match.ts';
import type { RuleState, TaskRule } from './domain/rules/rule.ts';
import type { RuleSet } from './domain/rules/rule-set.ts';
import { span } from './domain/rules/sentences.ts';
import { isEnding, isTerminal, type Snapshot, type TaskConfiguration } from './domain/task.ts';
import { type Distance, distanceOf } from './explain-distance.ts';
import { windowAt } from './maintenance-windows.ts';
import type { ObservedTask } from './ports.ts';

/** What is known of a task now. */
export interface KnownTask {
  readonly observed: Pick<ObservedTask, 'facts' | 'tags' | 'maintenanceWindows'>;
  /** Its configuration, where it can be read. */
  readonly configuration?: TaskConfiguration;
  /** What polls noted of it last; left out for a task that is not tracked. */
  readonly snapshot?: Snapshot;
}

export interface ExplainContext {
  readonly rules: RuleSet;
  /** Epoch milliseconds. */
  readonly now: number;
  /** Milliseconds from poll to poll. */
  readonly periodMs: number;
  /** Keys of tags that mean something else. */
  readonly ignoredTags: readonly string[];
}

/**
 * Where a rule stands: `breached`; `holding`, and to be breached if that lasts; `clear`; `silent` while it says nothing, whatever
 * the numbers; `told`, once and for all.
 */
export type StandingKind = Distance['standing'] | 'breached' | 'holding';

/** A rule of a task, with its sources, where it stands, and how far it is from a breach in words. */
export interface RuleStanding extends ExplainedRule {
  readonly observed: Observed;
  readonly standing: StandingKind;
  readonly words: string;
}

export interface TaskExplanation {
  readonly configuration?: TaskConfiguration;
  /** In the order in which they are told; malformed tags last. */
  readonly rules: readonly RuleStanding[];
  readonly disabled: readonly DisabledRule[];
}

/** Tells where every rule of a task stands, as the next poll will find it. */
export function explainTask(task: KnownTask, context: ExplainContext): TaskExplanation {
  const { observed, snapshot } = task;
  const { now, periodMs, ignoredTags } = context;
  const configuration = configurationInForce(observed.facts, task.configuration, snapshot?.configuration);
  const subject = { ...ruleSubjectOf(observed, configuration), ignoredTags };
  const { rules, disabled } = explainRules(context.rules, subject);
  const window = windowAt(observed.maintenanceWindows, now);
  const given = { ...(configuration && { configuration }), ...(window && { window }) };
  const poll: DiffContext = {
    now,
    periodMs,
    progressEvents: 'none',
    rules: rules.map(({ rule }) => rule),
    ...given,
  };
  const next = snapshot
    ? diff(snapshot, observed.facts, poll).snapshot
    : startTracking(observed.facts, 'requested', poll).snapshot;
  const seen: Seen = {
    now,
    before: snapshot?.rules,
    after: next.rules,
    look: lookOf(observed, next, given),
  };
  return {
    ...(configuration && { configuration }),
    rules: rules.map((explained) => ({ ...explained, ...standingOf(explained.rule, seen) })),
    disabled,
  };
}

/** What a rule is held against, and what is remembered before and after that. */
interface Seen {
  readonly now: number;
  readonly before: RuleState | undefined;
  readonly after: RuleState;
  readonly look: TaskLook;
}

function lookOf(
  { facts }: KnownTask['observed'],
  { samples }: Snapshot,
  given: Pick<TaskLook, 'configuration' | 'window'>,
): TaskLook {
  const { status, counts, otaType, startTime, endTime } = facts;
  return {
    status,
    counts,
    previousCounts: counts,
    samples,
    isContinuous: otaType === 'CONTINUOUS',
    ...(startTime !== undefined && { startTime: Date.parse(startTime) }),
    ...(endTime !== undefined && { endTime: Date.parse(endTime) }),
    ...given,
  };
}

type Standing = Pick<RuleStanding, 'observed' | 'standing' | 'words'>;

function standingOf(rule: TaskRule, seen: Seen): Standing {
  const { now, after, look } = seen;
  const open = openOf(rule, after);
  const assessment = assess(rule, look, open !== undefined, { now, state: after });
  const { observed, holds } = assessment;
  const ending = endingWords(look.status);
  if (open !== undefined) return { observed, standing: 'breached', words: breachWords(rule, holds, seen) };
  if (ending !== undefined) return { observed, standing: 'silent', words: ending };
  if (openOf(rule, seen.before) !== undefined)
    return { observed, standing: 'clear', words: 'breached until now: over with the next poll' };
  if (holds === true && rule.kind !== 'milestone')
    return { observed, standing: 'holding', words: holdingWords(rule, seen) };
  const isTold = after.rules[rule.id]?.reached === true;
  const { standing, words } = distanceOf(rule, assessment, { ...seen, state: after, isTold });
  const lasting = standing === 'clear' && rule.forMs > 0 ? `, and that for ${span(rule.forMs)}` : '';
  return { observed, standing, words: `${words}${lasting}` };
}

function openOf({ id, kind }: TaskRule, state: RuleState | undefined) {
  const open = state?.rules[id]?.open;
  return open?.kind === kind ? open : undefined;
}

function endingWords(status: string): string | undefined {
  if (isTerminal(status)) return 'not any more: the task has ended';
  return isEnding(status) ? 'not any more: the task is being deleted' : undefined;
}

function breachWords(rule: TaskRule, holds: boolean | undefined, { now, before, after }: Seen): string {
  const open = openOf(rule, after);
  if (openOf(rule, before) === undefined)
    return before === undefined ? 'breached at first sight' : 'breached with the next poll';
  const muted = open?.muted ? ' (muted: told if it goes on when the mute ends)' : '';
  const since = `breached since ${new Date(open?.at ?? now).toISOString()}${muted}`;
  if (holds !== false) return since;
  return `${since}, gone for ${span(elapsed(after.rules[rule.id]?.clock, now))}: it has to last`;
}

function holdingWords(rule: TaskRule, { now, after }: Seen): string {
  const held = span(elapsed(after.rules[rule.id]?.clock, now));
  return `holds for ${held}, breached after ${span(rule.forMs)}`;
}
