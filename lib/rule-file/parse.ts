import { z } from 'zod';
import { CHANNEL_TAG, SERVICE_TAG } from '../domain/alerts/names.ts';
import type { AlertSettings } from '../domain/alerts/routing.ts';
import {
  CONFIGURABLE_KINDS,
  type ConfigurableKind,
  type RuleEntry,
  type RuleSet,
} from '../domain/rules/rule-set.ts';
import { isOwnTag } from '../domain/rules/tags.ts';
import { checkRecovery, findMissing } from './checks.ts';
import { ruleEntry } from './convert.ts';
import { DEFAULT_ALERTS } from './defaults.ts';
import { type RuleDocument, readDocument } from './document.ts';
import { afterEntry, FIXED_IDS, type KnownId, NOTHING_KNOWN } from './kinds.ts';
import { type Finding, findingsOf, type Path, pathText, RuleFileError } from './problems.ts';
import { AnyEntry, ENTRIES, EntryHead, FileHead, MAX_ENTRIES, MAX_IDS } from './schema.ts';

const Entries = z.object({ rules: z.array(z.unknown()) });

/**
 * Reads the rules of a rule file, YAML or JSON: the user's entries only, without the built-in rules that they may override.
 *
 * @param source the name of the file, as problems and origins show it
 * @throws RuleFileError that lists everything that is wrong in the file
 */
export function parseRuleFile(text: string, source: string): RuleSet {
  const { entries, alerts } = readWhole(text, source);
  const ignoredTags = otherTags(alerts);
  return { entries, ...(ignoredTags.length > 0 && { ignoredTags }) };
}

/**
 * Reads the part `alerts` of a rule file; what it leaves out is as by default.
 *
 * @param source the name of the file, as problems show it
 * @throws RuleFileError that lists everything that is wrong in the file, also elsewhere
 */
export function parseAlertSettings(text: string, source: string): AlertSettings {
  return readWhole(text, source).alerts;
}

/** Keys that look like tags about rules, and are about alerts in this file only. */
function otherTags({ channelTag, serviceTag }: AlertSettings): readonly string[] {
  const keys = new Set<string>();
  if (channelTag !== CHANNEL_TAG) keys.add(channelTag);
  if (serviceTag !== SERVICE_TAG) keys.add(serviceTag);
  return [...keys].filter(isOwnTag);
}

interface RuleFile {
  readonly entries: readonly RuleEntry[];
  readonly alerts: AlertSettings;
}

function readWhole(text: string, source: string): RuleFile {
  const document = readDocument(text, source);
  const { value } = document;
  if (value === null) {
    const message = 'the file is empty: expected at least "version: 1" and "rules: []"';
    throw new RuleFileError(source, [{ line: 1, column: 1, path: '', message }]);
  }
  const head = FileHead.safeParse(value);
  const findings = head.success ? [] : findingsOf(head.error, [], value);
  const rules = Entries.safeParse(value).data?.rules.slice(0, MAX_ENTRIES) ?? [];
  const read = readEntries(rules, document, source);
  const problems = [...findings, ...read.findings].map(({ path, message }) => ({
    ...document.locate(path),
    path: pathText(path),
    message,
  }));
  const all = [...document.problems, ...problems].sort((a, b) => a.line - b.line || a.column - b.column);
  if (all.length > 0) throw new RuleFileError(source, all);
  return { entries: read.entries, alerts: head.data?.alerts ?? DEFAULT_ALERTS };
}

function readEntries(rules: readonly unknown[], document: RuleDocument, source: string) {
  const known = new Map<string, KnownId>(FIXED_IDS);
  const ids = new Set<string>();
  const entries: RuleEntry[] = [];
  const findings: Finding[] = [];
  for (const [index, raw] of rules.entries()) {
    const at: Path = ['rules', index];
    const { line } = document.locate(at);
    const { id, kind, entry, found } = readEntry(raw, known, { source, line });
    findings.push(...found.map(({ path, message }) => ({ path: [...at, ...path], message })));
    if (entry !== undefined) entries.push(entry);
    if (id === undefined) continue;
    known.set(id, afterEntry(known.get(id), kind, line, entry));
    if (!ids.has(id) && ids.size === MAX_IDS)
      findings.push({ path: at, message: `expected at most ${MAX_IDS} different ids` });
    ids.add(id);
  }
  return { entries, findings };
}

interface ReadEntry {
  readonly id?: string | undefined;
  readonly kind?: ConfigurableKind | undefined;
  /** Left out where it cannot be read. */
  readonly entry?: RuleEntry;
  readonly found: readonly Finding[];
}

function readEntry(
  raw: unknown,
  known: ReadonlyMap<string, KnownId>,
  origin: RuleEntry['origin'],
): ReadEntry {
  const { id, kind: given } = EntryHead.safeParse(raw).data ?? {};
  const earlier = known.get(id ?? '');
  const kind = given ?? earlier?.kind;
  const parsed = (kind === undefined ? AnyEntry : ENTRIES[kind]).safeParse(raw);
  const found = parsed.success ? [] : findingsOf(parsed.error, [], raw);
  const wrongKind = checkKind(id, given, Object.hasOwn(Object(raw), 'kind'), earlier);
  if (wrongKind !== undefined) return { id, kind, found: [wrongKind, ...found] };
  if (id === undefined || kind === undefined) return { id, kind, found };
  const { base, isBroken } = earlier ?? NOTHING_KNOWN;
  if (!isBroken) found.push(...findMissing(id, kind, Object(raw), base));
  if (!parsed.success) return { id, kind, found };
  const entry = ruleEntry(parsed.data, kind, origin);
  if (!isBroken) found.push(...checkRecovery(entry, base));
  return { id, kind, entry, found };
}

function checkKind(
  id: string | undefined,
  given: ConfigurableKind | undefined,
  isGiven: boolean,
  earlier: KnownId | undefined,
): Finding | undefined {
  if (earlier?.kind !== undefined && given !== undefined && given !== earlier.kind)
    return { path: ['kind'], message: `${id} is of kind ${earlier.kind} (${earlier.by}): choose another id` };
  if (id !== undefined && earlier === undefined && !isGiven) {
    const kinds = CONFIGURABLE_KINDS.join(', ');
    return { path: ['kind'], message: `missing: the first entry of ${id} has to say one of ${kinds}` };
  }
  return undefined;
}
