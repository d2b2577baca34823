import type { z } from 'zod';
import { OtaWatchError } from '../errors.ts';

/** Where something stands in a document: names of fields and, from 0, places in lists. */
export type Path = readonly PropertyKey[];

/** Something that is wrong, before it is known on which line. */
export interface Finding {
  readonly path: Path;
  readonly message: string;
}

/** Something that is wrong in a rule file. Lines and columns count from 1. */
export interface RuleFileProblem {
  readonly line: number;
  readonly column: number;
  /** For example `rules[2].percent`; empty where it is about the whole file. */
  readonly path: string;
  readonly message: string;
}

/** A rule file cannot be used. The message has one line a problem. */
export class RuleFileError extends OtaWatchError {
  override readonly name = 'RuleFileError';
  readonly problems: readonly RuleFileProblem[];

  constructor(source: string, problems: readonly RuleFileProblem[], options?: ErrorOptions) {
    const lines = problems.map(({ line, column, path, message }) => {
      const where = path === '' ? '' : ` ${path}`;
      return `${source}:${line}:${column}${where}: ${message}`;
    });
    super(lines.join('\n'), options);
    this.problems = problems;
  }
}

/** A path as people write it: `rules[2].match.tags["a b"]`. */
export function pathText(path: Path): string {
  return path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`;
      const name = String(step);
      if (!/^[A-Za-z_$][\w$-]*$/.test(name)) return `[${JSON.stringify(name)}]`;
      return index === 0 ? name : `.${name}`;
    })
    .join('');
}

/** What a validation found, below a place in the document. */
export function findingsOf(error: z.ZodError, at: Path, value: unknown): Finding[] {
  const findings = error.issues.flatMap((issue): Finding[] => {
    const path = [...at, ...issue.path];
    // One line a field, see strict().
    if (issue.code === 'unrecognized_keys') {
      const messages = issue.message.split('\n');
      return issue.keys.map((key, index) => ({ path: [...path, key], message: messages[index] ?? '' }));
    }
    const isMissing = valueAt(value, issue.path) === undefined;
    return [{ path, message: isMissing ? `missing: ${issue.message}` : issue.message }];
  });
  // A text in the place of a list is told again for its length.
  return [
    ...new Map(
      findings.map((finding) => [JSON.stringify([finding.path, finding.message]), finding]),
    ).values(),
  ];
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, step) => (typeof at === 'object' && at !== null ? Reflect.get(at, step) : undefined),
    value,
  );
}
