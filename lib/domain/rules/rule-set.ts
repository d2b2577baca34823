import type { ThingState } from '../counts.ts';
import type { FailureState, Severity } from './rule.ts';

export const SEVERITIES = ['info', 'warning', 'error', 'critical'] as const satisfies readonly Severity[];

/** Which tasks an entry is for: all that meet every condition that is given. Texts are globs (`*`, `?`). */
export interface Match {
  /** Each tag must be there with a value like this. */
  readonly tags?: Readonly<Record<string, string>>;
  readonly otaType?: string;
  readonly configurationId?: string;
  readonly taskId?: string;
  /** Things that the task targets, by its counts. */
  readonly things?: { readonly atLeast?: number; readonly below?: number };
  /** Whether AWS would cancel the rollout by itself: whether its configuration has abort criteria. */
  readonly abortCriteria?: boolean;
}

/** Where an entry stands: for people who ask where a limit comes from. */
export interface Origin {
  /** `built in`, or the name of the file. */
  readonly source: string;
  readonly line?: number;
}

/** Fields that every kind of rule has. Durations are milliseconds. */
export interface CommonFields {
  readonly enabled?: boolean;
  readonly severity?: Severity;
  readonly forMs?: number;
  readonly keepFiringForMs?: number;
  readonly repeatEveryMs?: number;
  /** Epoch milliseconds. */
  readonly mutedUntil?: number;
}

/** The fields of each kind. Those of an entry that overrides others may be left out. */
export interface KindFields {
  readonly 'abort-criteria': {
    readonly fractions?: readonly { readonly percent: number; readonly severity: Severity }[];
  };
  readonly ratio: {
    readonly failures?: readonly FailureState[];
    readonly of?: 'executed' | 'total';
    readonly percent?: number;
    readonly recoverBelow?: number;
    readonly minExecuted?: number;
  };
  readonly count: {
    readonly states?: readonly ThingState[];
    readonly things?: number;
    readonly recoverBelow?: number;
  };
  readonly rate: {
    readonly failures?: readonly FailureState[];
    readonly perMinute?: number;
    readonly recoverBelow?: number;
    readonly windowMs?: number;
  };
  readonly stalled: { readonly afterMs?: number; readonly awaitTimeout?: boolean };
  readonly overdue: { readonly afterMs?: number; readonly projected?: boolean };
  readonly slow: { readonly percent?: number; readonly recoverAbove?: number; readonly windowMs?: number };
  readonly 'stuck-scheduled': { readonly afterMs?: number };
  readonly milestone: { readonly percents?: readonly number[] };
  readonly unreachable: { readonly afterMs?: number };
}

export type ConfigurableKind = keyof KindFields;

export const CONFIGURABLE_KINDS = [
  'abort-criteria',
  'ratio',
  'count',
  'rate',
  'stalled',
  'overdue',
  'slow',
  'stuck-scheduled',
  'milestone',
  'unreachable',
] as const satisfies readonly ConfigurableKind[];

type All<Union> = (Union extends unknown ? (of: Union) => void : never) extends (of: infer Whole) => void
  ? Whole
  : never;

/** The fields of every kind together. */
export type RuleFields = CommonFields & All<KindFields[ConfigurableKind]>;

/** The limit that goes with the recovery limit of a kind, which is `recoverAbove` of `slow`, else `recoverBelow`. */
export const LIMITS = { ratio: 'percent', count: 'things', rate: 'perMinute', slow: 'percent' } as const;

/** An entry of a rule file: declares a rule, or overrides fields of one that was declared before, where it matches. */
export type RuleEntry = {
  [Kind in ConfigurableKind]: {
    readonly id: string;
    readonly kind: Kind;
    readonly match?: Match;
    readonly origin: Origin;
    readonly fields: CommonFields & KindFields[Kind];
  };
}[ConfigurableKind];

/** The rules that are in force, in order: later entries override earlier ones of the same id, field by field. */
export interface RuleSet {
  readonly entries: readonly RuleEntry[];
  /** Keys of tags that the rule file gives another meaning: never told as malformed. */
  readonly ignoredTags?: readonly string[];
}
