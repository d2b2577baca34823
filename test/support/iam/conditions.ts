import { matches, matchesArn } from './patterns.ts';
import { PolicyError } from './policy-error.ts';

/** Facts of a request, by condition key in lower case; a key that is left out is not in the request. */
export type RequestContext = Readonly<Record<string, string | readonly string[]>>;
export type Conditions = Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;

type Comparison = (expected: string, actual: string) => boolean;

const COMPARISONS: Readonly<Record<string, Comparison>> = {
  StringEquals: (expected, actual) => expected === actual,
  StringLike: matches,
  ArnEquals: matchesArn,
  ArnLike: matchesArn,
  Bool: (expected, actual) => expected.toLowerCase() === actual.toLowerCase(),
};
const FOR_ALL_VALUES = 'ForAllValues:';

/** Whether all of a statement's conditions hold. @throws PolicyError for an operator that is not known */
export function conditionsHold(conditions: Conditions, context: RequestContext): boolean {
  return Object.entries(conditions)
    .flatMap(([operator, keys]) =>
      Object.entries(keys).map(([key, expected]) => ({ operator, key, expected })),
    )
    .map(({ operator, key, expected }) => holds(operator, expected, context[key.toLowerCase()]))
    .every(Boolean);
}

function holds(
  operator: string,
  expected: readonly string[],
  actual: string | readonly string[] | undefined,
): boolean {
  const overSet = operator.startsWith(FOR_ALL_VALUES);
  const name = overSet ? operator.slice(FOR_ALL_VALUES.length) : operator;
  const comparison = Object.hasOwn(COMPARISONS, name) ? COMPARISONS[name] : undefined;
  if (comparison === undefined) throw new PolicyError(`the operator ${operator} is not known`);
  const isOneOf = (value: string) => expected.some((each) => comparison(each, value));
  // Of no values, all match; and a key that a request lacks equals nothing (IAM user guide, "Multivalued context keys").
  if (overSet) return [actual ?? []].flat().every(isOneOf);
  if (actual === undefined) return false;
  if (typeof actual !== 'string') throw new PolicyError(`${operator} compares one value, and not several`);
  return isOneOf(actual);
}
