import { CHANNEL_TAG, readChannel, readService, SERVICE_TAG } from '../alerts/names.ts';
import { parseScheduleTime } from '../schedule.ts';
import { FAILURE_STATES, type MalformedTagRule } from './rule.ts';
import { type ConfigurableKind, type RuleFields, SEVERITIES } from './rule-set.ts';

const PREFIX = 'ota-watch:';
const MAX_RULE_ID = 200;
const MAX_MINUTES = 365 * 24 * 60;

/** A rule, as far as tags tell rules apart. */
export interface TagRule {
  readonly id: string;
  readonly kind: ConfigurableKind;
}

/** What one tag of a task sets. */
export interface TagLayer {
  /** The tag's key. */
  readonly tag: string;
  readonly fields: RuleFields;
  appliesTo(rule: TagRule): boolean;
  /** Brought about where the tag applies to no rule that is on. */
  readonly makes?: TagRule;
  /** Fields of the rule that is brought about, where the file does not give them. */
  readonly madeOf?: RuleFields;
}

/** What the tags of a task say about its rules. */
export interface RuleTags {
  /** In the order in which they apply. */
  readonly layers: readonly TagLayer[];
  readonly malformed: readonly MalformedTagRule[];
}

/** What the value of a tag has to be. */
interface Check {
  readonly expected: string;
  /** @returns undefined for a value that is not as expected */
  read(value: string): unknown;
}

interface Definition extends Check, Omit<TagLayer, 'tag' | 'fields'> {
  read(value: string): RuleFields | undefined;
}

/** The id and kind of the rules that tags bring about. No rule of another kind may have these ids. */
export const TAG_RULES = {
  'failed-percent': { id: 'failed-percent', kind: 'ratio' },
  'failed-things': { id: 'failed-things', kind: 'count' },
  'stalled-minutes': { id: 'stalled', kind: 'stalled' },
} as const satisfies Readonly<Record<string, TagRule>>;

/** By the name after the prefix, in the order in which they apply: what brings rules about comes before what changes them. */
const DEFINITIONS: ReadonlyMap<string, Definition> = new Map<string, Definition>([
  [
    'failed-percent',
    {
      expected: 'expected a number above 0, up to 100',
      read: (value) => {
        const percent = readNumber(value.replace(/\s*%$/, ''));
        return percent !== undefined && percent > 0 && percent <= 100 ? { percent } : undefined;
      },
      appliesTo: (rule) => isRule(rule, TAG_RULES['failed-percent']),
      makes: TAG_RULES['failed-percent'],
    },
  ],
  [
    'failed-things',
    {
      expected: 'expected a whole number, 1 or more',
      read: (value) => {
        const things = readWholeNumber(value);
        return things === undefined ? undefined : { things };
      },
      appliesTo: (rule) => isRule(rule, TAG_RULES['failed-things']),
      makes: TAG_RULES['failed-things'],
      madeOf: { states: FAILURE_STATES },
    },
  ],
  [
    'stalled-minutes',
    {
      expected: `expected a whole number of minutes from 1 to ${MAX_MINUTES}`,
      read: (value) => {
        const minutes = readWholeNumber(value, MAX_MINUTES);
        return minutes === undefined ? undefined : { afterMs: minutes * 60_000 };
      },
      appliesTo: ({ kind }) => kind === 'stalled',
      makes: TAG_RULES['stalled-minutes'],
    },
  ],
  [
    'min-executed',
    {
      expected: 'expected a whole number, 1 or more',
      read: (value) => {
        const minExecuted = readWholeNumber(value);
        return minExecuted === undefined ? undefined : { minExecuted };
      },
      appliesTo: ({ kind }) => kind === 'ratio',
    },
  ],
  [
    'severity',
    {
      expected: `expected one of ${SEVERITIES.join(', ')}`,
      read: (value) => {
        const severity = SEVERITIES.find((name) => name === value.toLowerCase());
        return severity && { severity };
      },
      appliesTo: ({ kind }) => kind !== 'milestone',
    },
  ],
  [
    'mute',
    {
      expected: 'expected "until" and a time such as 2026-12-01T00:00Z',
      read: (value) => {
        const mutedUntil = parseMute(value);
        return mutedUntil === undefined ? undefined : { mutedUntil };
      },
      appliesTo: () => true,
    },
  ],
]);

/** Tags of the prefix that set limits, severities and mutes. */
export const LIMIT_TAGS: readonly string[] = Array.from(DEFINITIONS.keys(), (name) => PREFIX + name);

/** Tags of the prefix that say where alerts go, and nothing about rules. */
const ADDRESS_TAGS: ReadonlyMap<string, Check> = new Map([
  [
    CHANNEL_TAG,
    { expected: 'expected a Slack channel such as #ota-rollouts, or the id of one', read: readChannel },
  ],
  [
    SERVICE_TAG,
    {
      expected: 'expected a PagerDuty service: up to 64 of a-z, 0-9 and -, of which - is not the first',
      read: readService,
    },
  ],
]);

/** By key, in the order in which they are told. */
const KNOWN = new Map<string, Check>([
  ...Array.from(DEFINITIONS, ([name, definition]) => [PREFIX + name, definition] as const),
  ...ADDRESS_TAGS,
]);
const NAMES = Array.from(KNOWN.keys(), (tag) => tag.slice(PREFIX.length));
const UNKNOWN = `ota-watch knows no such tag: after its prefix it knows ${NAMES.join(', ')}`;

/** @returns epoch milliseconds; undefined for what is neither `until` and a time nor a time alone */
export function parseMute(text: string): number | undefined {
  const instant = parseScheduleTime(text.trim().replace(/^until\s+/i, ''));
  return instant === undefined ? undefined : Date.parse(instant);
}

function isRule(rule: TagRule, { id, kind }: TagRule): boolean {
  return rule.id === id && rule.kind === kind;
}

function readNumber(text: string): number | undefined {
  return /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined;
}

function readWholeNumber(text: string, max = Number.MAX_SAFE_INTEGER): number | undefined {
  const number = /^\d+$/.test(text) ? Number(text) : 0;
  return number >= 1 && number <= max ? number : undefined;
}

/** Whether the key of a tag begins as ours do, or nearly so. */
export function isOwnTag(key: string): boolean {
  return key.trim().toLowerCase().startsWith(PREFIX);
}

const NO_TAGS: RuleTags = { layers: [], malformed: [] };

/**
 * Reads the tags of a task whose keys begin with `ota-watch:`. Blanks around a value do not matter. What cannot be understood
 * becomes a rule that says so, without the value: tags are sensitive.
 *
 * @param ignoredKeys tags that are never told as malformed
 */
export function readRuleTags(
  tags: Readonly<Record<string, string>>,
  ignoredKeys: readonly string[] = [],
): RuleTags {
  const own = new Map(Object.entries(tags).filter(([key]) => isOwnTag(key)));
  if (own.size === 0) return NO_TAGS;
  const layers = layersOf(own);
  const problems = problemsOf(own);
  for (const key of ignoredKeys) problems.delete(key);
  return { layers, malformed: malformedRules(problems, layers) };
}

function layersOf(tags: ReadonlyMap<string, string>): TagLayer[] {
  return Array.from(DEFINITIONS).flatMap(([name, { expected, read, ...definition }]) => {
    const tag = PREFIX + name;
    const value = tags.get(tag);
    const fields = value === undefined ? undefined : read(value.trim());
    return fields === undefined ? [] : [{ tag, fields, ...definition }];
  });
}

/** By key, what was expected. */
function problemsOf(tags: ReadonlyMap<string, string>): Map<string, string> {
  const problems = new Map<string, string>();
  for (const [tag, { expected, read }] of KNOWN) {
    const value = tags.get(tag);
    if (value !== undefined && read(value.trim()) === undefined) problems.set(tag, expected);
  }
  for (const key of tags.keys()) if (!KNOWN.has(key)) problems.set(key, UNKNOWN);
  return problems;
}

function malformedRules(problems: ReadonlyMap<string, string>, layers: readonly TagLayer[]) {
  const mutedUntil = layers.find(({ fields }) => fields.mutedUntil !== undefined)?.fields.mutedUntil;
  const rules = [...problems].map(([key, problem]): MalformedTagRule => {
    const tag = key.toWellFormed().replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]/gu, '\u{fffd}');
    return {
      id: `tag:${tag}`.slice(0, MAX_RULE_ID).toWellFormed(),
      kind: 'malformed-tag',
      severity: 'warning',
      forMs: 0,
      keepFiringForMs: 0,
      ...(mutedUntil !== undefined && { mutedUntil }),
      tag,
      problem,
    };
  });
  // Ids that were cut may be the same.
  return [...new Map(rules.map((rule) => [rule.id, rule])).values()];
}
