import { PolicyError } from './policy-error.ts';

/** IAM's wildcards: `*` is any text, `?` one character. @throws PolicyError for a policy variable */
export function matches(pattern: string, value: string, flags = ''): boolean {
  if (pattern.includes('${')) throw new PolicyError(`policy variables are not known: ${pattern}`);
  const source = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, `s${flags}`).test(value);
}

/** As `ArnLike` and `ArnEquals`, which are the same: each of the six parts by itself, so that `*` reaches over no colon but in the last. */
export function matchesArn(pattern: string, value: string): boolean {
  const [patterns, values] = [partsOf(pattern), partsOf(value)];
  return patterns.every((part, index) => matches(part, values[index] ?? ''));
}

function partsOf(arn: string): string[] {
  const parts = arn.split(':');
  if (parts.length < 6) throw new PolicyError(`no ARN: ${arn}`);
  return [...parts.slice(0, 5), parts.slice(5).join(':')];
}
