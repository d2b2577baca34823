import type { ConfigurableKind, Origin, RuleEntry, RuleFields } from '../domain/rules/rule-set.ts';
import type { ParsedEntry } from './schema.ts';

/** An entry as rules are resolved from it. */
export function ruleEntry(entry: ParsedEntry, kind: ConfigurableKind, origin: Origin): RuleEntry {
  const { id, match } = entry;
  return { id, kind, ...(match !== undefined && { match }), origin, fields: ruleFields(entry) };
}

function ruleFields(entry: ParsedEntry): RuleFields {
  const { id: _id, kind: _kind, match: _match, ...fields } = entry;
  const { for: forMs, keepFiringFor, repeatEvery, mute, after, window, ...same } = fields;
  return {
    ...same,
    ...(forMs !== undefined && { forMs }),
    ...(keepFiringFor !== undefined && { keepFiringForMs: keepFiringFor }),
    ...(repeatEvery !== undefined && { repeatEveryMs: repeatEvery }),
    ...(mute !== undefined && { mutedUntil: mute }),
    ...(after !== undefined && { afterMs: after }),
    ...(window !== undefined && { windowMs: window }),
  };
}
