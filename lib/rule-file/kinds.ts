import type { ConfigurableKind, RuleEntry, RuleFields } from '../domain/rules/rule-set.ts';
import { TAG_RULES } from '../domain/rules/tags.ts';
import { DEFAULT_RULES } from './defaults.ts';

/** What is known of an id from the entries before. */
export interface KnownId {
  /** Left out while no entry could say it. */
  readonly kind?: ConfigurableKind;
  /** Who says of what kind it is. */
  readonly by: string;
  /** What the entries for all tasks give, and those built in: what overrides one of these applies where that does. */
  readonly base: RuleFields;
  /** An entry could not be read, and what it gives is not known. */
  readonly isBroken: boolean;
}

export const NOTHING_KNOWN: Pick<KnownId, 'base' | 'isBroken'> = { base: {}, isBroken: false };

/** The ids whose kind is not for rule files to say: those of built-in rules, and of rules that tags bring about. */
export const FIXED_IDS: ReadonlyMap<string, Required<KnownId>> = fixedIds();

function fixedIds(): Map<string, Required<KnownId>> {
  const ids = new Map<string, Required<KnownId>>();
  for (const [name, { id, kind }] of Object.entries(TAG_RULES))
    ids.set(id, { kind, by: `for the tag ota-watch:${name}`, base: {}, isBroken: false });
  for (const { id, kind, fields } of DEFAULT_RULES.entries)
    ids.set(id, { kind, by: 'built in', base: fields, isBroken: false });
  return ids;
}

/** What is known of an id after one more entry, which is left out if it could not be read. */
export function afterEntry(
  known: KnownId | undefined,
  kind: ConfigurableKind | undefined,
  line: number,
  entry: RuleEntry | undefined,
): KnownId {
  const { base, isBroken } = known ?? NOTHING_KNOWN;
  const said = known?.kind === undefined ? { ...(kind && { kind }), by: `since line ${line}` } : known;
  return {
    ...said,
    base: entry?.match === undefined ? { ...base, ...entry?.fields } : base,
    isBroken: isBroken || entry === undefined,
  };
}
