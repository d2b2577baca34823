import { completeRule } from './complete.ts';
import type { RuleSubject } from './match.ts';
import { type MergedRule, mergeRules, type RuleLayer, tagsOf } from './resolve.ts';
import type { TaskRule } from './rule.ts';
import { type ConfigurableKind, LIMITS, type Origin, type RuleFields, type RuleSet } from './rule-set.ts';

/** From where a field of a rule has its value. */
export type FieldSource =
  | { readonly from: 'entry'; readonly origin: Origin }
  /** `key` is that of the tag. */
  | { readonly from: 'tag'; readonly key: string }
  /** The task's configuration. */
  | { readonly from: 'configuration' }
  | { readonly from: 'default' };

/** A rule of a task, and the source of each of its fields but `id` and `kind`, by the field's name in the rule. */
export interface ExplainedRule {
  readonly rule: TaskRule;
  readonly sources: Readonly<Record<string, FieldSource>>;
}

/** A rule that would be one of the task's, were it not turned off. */
export interface DisabledRule {
  readonly id: string;
  readonly kind: ConfigurableKind;
  readonly source: FieldSource;
}

export interface RuleExplanation {
  /** The same rules, in the same order, as `resolveRules` gives. */
  readonly rules: readonly ExplainedRule[];
  readonly disabled: readonly DisabledRule[];
}

/** The rules that apply to a task, with where everything about them comes from: for people who ask. */
export function explainRules(set: RuleSet, subject: RuleSubject): RuleExplanation {
  const tags = tagsOf(set, subject);
  const merged = mergeRules(set, subject, tags);
  const rules = merged
    .filter(({ fields }) => fields.enabled !== false)
    .flatMap((one) =>
      completeRule(one.id, one.kind, one.fields, subject.criteria).map((rule) => ({
        rule,
        sources: sourcesOf(rule, (field) => sourceOf(field, rule, one)),
      })),
    );
  const malformed = tags.malformed.map((rule) => ({
    rule,
    sources: sourcesOf(rule, (field) =>
      field === 'mutedUntil' ? lastSource(field, tags.layers) : { from: 'tag', key: rule.tag },
    ),
  }));
  const disabled = merged
    .filter(({ fields }) => fields.enabled === false)
    .map((one) => ({ id: one.id, kind: one.kind, source: lastSource('enabled', one.layers) }));
  return { rules: [...rules, ...malformed], disabled };
}

function sourcesOf(rule: TaskRule, find: (field: string) => FieldSource): Record<string, FieldSource> {
  const fields = Object.keys(rule).filter((field) => field !== 'id' && field !== 'kind');
  return Object.fromEntries(fields.map((field) => [field, find(field)]));
}

function sourceOf(field: string, rule: TaskRule, merged: MergedRule): FieldSource {
  if (field === 'criterion') return { from: 'configuration' };
  return lastSource(givenAs(field, rule, merged.fields), merged.layers);
}

/** The field of the rule set that decides about a field of the rule. */
function givenAs(field: string, rule: TaskRule, fields: RuleFields): string {
  switch (rule.kind) {
    case 'abort-criteria':
      return field === 'share' || (field === 'severity' && fields.severity === undefined)
        ? 'fractions'
        : field;
    case 'milestone':
      return field === 'percent' ? 'percents' : field;
    case 'ratio':
    case 'count':
    case 'rate':
      return isReplaced(field, 'recoverBelow', fields.recoverBelow, rule.recoverBelow)
        ? LIMITS[rule.kind]
        : field;
    case 'slow':
      return isReplaced(field, 'recoverAbove', fields.recoverAbove, rule.recoverAbove) ? LIMITS.slow : field;
    default:
      return field;
  }
}

/** A recovery limit that lies beyond the limit is replaced by it. */
function isReplaced(field: string, recovery: string, given: number | undefined, used: number): boolean {
  return field === recovery && given !== undefined && given !== used;
}

function lastSource(field: string, layers: readonly RuleLayer[]): FieldSource {
  const layer = layers.findLast(({ fields }) => Object.hasOwn(fields, field));
  if (layer === undefined) return { from: 'default' };
  return layer.tag === undefined ? { from: 'entry', origin: layer.origin } : { from: 'tag', key: layer.tag };
}
