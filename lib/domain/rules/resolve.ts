import { completeRule } from './complete.ts';
import { matches, type RuleSubject } from './match.ts';
import type { TaskRule } from './rule.ts';
import type { ConfigurableKind, Origin, RuleFields, RuleSet } from './rule-set.ts';
import { type RuleTags, readRuleTags, type TagLayer } from './tags.ts';

/** Fields that an entry of the rule set or a tag of the task gives to a rule. */
export type RuleLayer = { readonly fields: RuleFields } & (
  | { readonly origin: Origin; readonly tag?: never }
  | { readonly tag: string; readonly origin?: never }
);

/** A rule with what its layers say, later ones over earlier ones. */
export interface MergedRule {
  readonly id: string;
  readonly kind: ConfigurableKind;
  readonly layers: readonly RuleLayer[];
  readonly fields: RuleFields;
}

/** The rules of one task. */
export interface ResolvedRules {
  readonly rules: readonly TaskRule[];
  /** Rules that are left out: more than a task may have. */
  readonly left: number;
}

/** What all of them tell in one look must fit into one item of the tasks table. */
const MAX_RULES = 100;

/**
 * The rules that apply to a task: of each id the entries that match, in order, field by field, and the task's tags over them.
 * Costs a few microseconds; depends on nothing but its arguments, so that it can be remembered as long as they are the same.
 */
export function resolveRules(set: RuleSet, subject: RuleSubject): ResolvedRules {
  const tags = tagsOf(set, subject);
  const rules: TaskRule[] = [];
  for (const { id, kind, fields } of mergeRules(set, subject, tags)) {
    if (fields.enabled !== false) rules.push(...completeRule(id, kind, fields, subject.criteria));
  }
  return bounded(rules.concat(tags.malformed));
}

/** What the tags of a task say about its rules. */
export function tagsOf(set: RuleSet, subject: RuleSubject): RuleTags {
  return readRuleTags(
    subject.tags,
    [set, subject].flatMap(({ ignoredTags = [] }) => ignoredTags),
  );
}

/** Of too many rules those go first of which one entry makes many. */
function bounded(rules: readonly TaskRule[]): ResolvedRules {
  if (rules.length <= MAX_RULES) return { rules, left: 0 };
  const isOneOfMany = ({ kind }: TaskRule) => kind === 'abort-criteria' || kind === 'milestone';
  const kept = [...rules.filter((rule) => !isOneOfMany(rule)), ...rules.filter(isOneOfMany)];
  return { rules: kept.slice(0, MAX_RULES), left: kept.length - MAX_RULES };
}

interface Draft {
  readonly id: string;
  readonly kind: ConfigurableKind;
  readonly layers: RuleLayer[];
}

/** The rules of a task before they are completed, with those that are off. */
export function mergeRules(set: RuleSet, subject: RuleSubject, tags: RuleTags): MergedRule[] {
  const drafts = new Map<string, Draft>();
  for (const entry of set.entries) {
    if (!matches(entry.match, subject)) continue;
    const draft = drafts.get(entry.id);
    if (draft === undefined) drafts.set(entry.id, { id: entry.id, kind: entry.kind, layers: [entry] });
    else draft.layers.push(entry);
  }
  for (const layer of tags.layers) applyTag(layer, drafts);
  return Array.from(drafts.values(), ({ id, kind, layers }) => ({ id, kind, layers, fields: merge(layers) }));
}

function merge(layers: readonly RuleLayer[]): RuleFields {
  const whole: RuleFields = {};
  for (const { fields } of layers) Object.assign(whole, fields);
  return whole;
}

function applyTag({ tag, fields, appliesTo, makes, madeOf }: TagLayer, drafts: Map<string, Draft>): void {
  const targets = [...drafts.values()].filter(appliesTo);
  if (makes === undefined || targets.some(({ layers }) => merge(layers).enabled !== false)) {
    for (const { layers } of targets) layers.push({ tag, fields });
    return;
  }
  const off = drafts.get(makes.id);
  const layers = off?.kind === makes.kind ? off.layers : [];
  const made = [{ tag, fields: { ...madeOf } }, ...layers, { tag, fields: { ...fields, enabled: true } }];
  drafts.set(makes.id, { ...makes, layers: made });
}
