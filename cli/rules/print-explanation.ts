import type { FailureType } from '../../lib/domain/abort-criteria.ts';
import { type Counts, THING_STATES } from '../../lib/domain/counts.ts';
import type { Observed } from '../../lib/domain/generated/events.ts';
import type { DisabledRule, FieldSource } from '../../lib/domain/rules/explain.ts';
import { span } from '../../lib/domain/rules/sentences.ts';
import type { TaskConfiguration, TaskFacts } from '../../lib/domain/task.ts';
import type { RuleStanding, TaskExplanation } from '../../lib/explain-rules.ts';
import { columns, printable } from '../lines.ts';

/** What an explanation is about. */
export interface Explained {
  readonly facts: TaskFacts;
  /** Epoch milliseconds. */
  readonly now: number;
  /** The rule file. */
  readonly file: string;
  /** When polls noted the task last (epoch milliseconds); left undefined for one that is not tracked. */
  readonly tracked: number | 'requested' | undefined;
  /** Which stack it is tracked in. */
  readonly stack: string;
}

/** Prints which rules apply to a task, and where they stand. */
export function printExplanation(explanation: TaskExplanation, explained: Explained): void {
  const { configuration, rules, disabled } = explanation;
  const isMalformed = ({ rule }: RuleStanding) => rule.kind === 'malformed-tag';
  const lines = [
    ...taskLines(explained, configuration),
    ...rules.filter((one) => !isMalformed(one)).flatMap((one) => ruleLines(one, explained.now)),
    ...disabled.flatMap(disabledLines),
    ...rules.filter(isMalformed).flatMap((one) => ruleLines(one, explained.now)),
  ];
  for (const line of lines) console.log(printable(line));
}

function taskLines(
  { facts, file, tracked, stack }: Explained,
  configuration: TaskConfiguration | undefined,
): string[] {
  const { taskId, status, otaType, counts, configurationId } = facts;
  const limits = configuration?.criteria.map(criterionText) ?? [];
  const cancels = limits.length === 0 ? 'no abort criteria' : `AWS cancels at ${limits.join(' or ')}`;
  return [
    `Task ${taskId}: ${[status, otaType].filter(Boolean).join(', ')}; ${countsText(counts)}`,
    configurationId === undefined
      ? 'No configuration'
      : `Configuration ${configurationId}: ${configuration === undefined ? 'not known' : cancels}`,
    `${trackedText(tracked)} (${stack})`,
    `Rules of ${file} over those built in; in force is the file that was packaged`,
  ];
}

function trackedText(tracked: Explained['tracked']): string {
  if (tracked === undefined) return 'Not tracked: rules are held against its present counts alone';
  if (tracked === 'requested')
    return 'Tracked from the next poll on: rules are held against its present counts alone';
  return `Tracked, noted last at ${iso(tracked)}`;
}

function countsText(counts: Counts): string {
  const states = THING_STATES.filter((state) => counts[state] > 0);
  const parts = states.map((state) => `${counts[state]} ${state}`);
  return `${counts.total} things${parts.length === 0 ? '' : `: ${parts.join(', ')}`}`;
}

function ruleLines({ rule, sources, observed, standing, words }: RuleStanding, now: number): string[] {
  const { id, kind, severity, mutedUntil = 0 } = rule;
  const head = `${id} (${kind}, ${severity}${mutedUntil > now ? `, muted until ${iso(mutedUntil)}` : ''})`;
  if (rule.kind === 'malformed-tag') return ['', head, `  ignored: ${rule.problem}`];
  const numbers = standing === 'silent' ? '' : `${observedText(observed)}: `;
  return ['', head, `  ${numbers}${words}`, ...sourceLines(rule, sources)];
}

function disabledLines({ id, kind, source }: DisabledRule): string[] {
  return ['', `${id} (${kind})`, `  off: ${sourceText(source)}`];
}

/** The fields of a rule, those of each source together; defaults last. */
function sourceLines(rule: object, sources: RuleStanding['sources']): string[] {
  const bySource = Map.groupBy(Object.entries(sources), ([, source]) => sourceText(source));
  const rows = Array.from(bySource, ([source, fields]) => [
    `  ${source}`,
    fields.map(([name]) => fieldText(name, Reflect.get(rule, name))).join('; '),
  ]);
  const isDefault = ([source]: readonly string[]) => Number(source === '  default');
  return columns(rows.sort((a, b) => isDefault(a) - isDefault(b)));
}

function sourceText(source: FieldSource): string {
  switch (source.from) {
    case 'entry': {
      const { source: name, line } = source.origin;
      return line === undefined ? name : `${name}:${line}`;
    }
    case 'tag':
      return `tag ${source.key}`;
    case 'configuration':
      return 'configuration';
    case 'default':
      return 'default';
    default:
      return source satisfies never;
  }
}

function observedText({ value, limit, unit, numerator, denominator }: Observed): string {
  if (unit === 'seconds') return `${span(value * 1_000)}, limit ${span(limit * 1_000)}`;
  if (numerator === undefined) return `${value}, limit ${limit}`;
  return `${numerator} of ${denominator} (${value} %), limit ${limit} %`;
}

/** As the fields are called in a rule file. */
const NAMES: Readonly<Record<string, string>> = {
  forMs: 'for',
  keepFiringForMs: 'keepFiringFor',
  repeatEveryMs: 'repeatEvery',
  mutedUntil: 'mute',
  afterMs: 'after',
  windowMs: 'window',
  share: 'fraction',
};

function fieldText(field: string, value: unknown): string {
  return `${NAMES[field] ?? field} ${valueText(field, value)}`;
}

function valueText(field: string, value: unknown): string {
  if (field === 'mutedUntil') return `until ${iso(Number(value))}`;
  if (field.endsWith('Ms')) return span(Number(value));
  if (field === 'share') return `${value} %`;
  if (Array.isArray(value)) return value.join(', ');
  return isCriterion(value) ? criterionText(value) : String(value);
}

type Criterion = TaskConfiguration['criteria'][number];

function isCriterion(value: unknown): value is Criterion {
  return typeof value === 'object' && value !== null && 'failureType' in value;
}

const FAILED: Readonly<Record<FailureType, string>> = {
  FAILED: 'failed',
  REJECTED: 'rejected',
  TIMED_OUT: 'timed out',
  ALL: 'failed, rejected or timed out',
};

function criterionText({ failureType, thresholdPercentage, minExecutedThings }: Criterion): string {
  return `${thresholdPercentage} % ${FAILED[failureType]} of at least ${minExecutedThings}`;
}

const iso = (instant: number) => new Date(instant).toISOString();
