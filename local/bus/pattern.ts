import { isJsonObject, type JsonObject } from '../template/json.ts';
import { type ArrayPosition, type EventFields, fieldsOf, joinNames, joinPositions } from './event-fields.ts';
import { compileValue, EventPatternError, MATCH_TYPES, type ValueMatcher } from './value-tests.ts';

export { EventPatternError } from './value-tests.ts';

export type EventMatcher = (event: unknown) => boolean;

/** One way to match: every field named must have a value that one of its matchers accepts. */
type Branch = ReadonlyMap<string, readonly ValueMatcher[]>;

interface Place {
  /** Dotted field name in the event. */
  readonly field: string;
  /** Where in the pattern, for errors. */
  readonly path: string;
  readonly insideOr: boolean;
}

/** PutRule refuses an `$or` that makes more rule combinations (EventBridge user guide, "Or matching"). */
const MAX_BRANCHES = 1000;

/** Whether an event matches an EventBridge event pattern. Throws EventPatternError for an invalid pattern. */
export function matchesPattern(pattern: unknown, event: unknown): boolean {
  return compilePattern(pattern)(event);
}

/**
 * Compiles an EventBridge event pattern (EventBridge user guide, "Comparison operators for use in event patterns").
 * Patterns that the service refuses only for being too complex (many wildcards) are accepted.
 */
export function compilePattern(pattern: unknown): EventMatcher {
  if (!isJsonObject(pattern)) throw new EventPatternError('$', 'must be an object');
  const branches = compileObject(pattern, { field: '', path: '$', insideOr: false }, [new Map()]);
  return (event) => {
    const fields = fieldsOf(event);
    return branches.some((branch) => matchesBranch([...branch], fields, new Map()));
  };
}

function compileObject(pattern: JsonObject, place: Place, branches: readonly Branch[]): readonly Branch[] {
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw new EventPatternError(place.path, 'empty objects are not allowed');
  return entries.reduce((sofar, [key, value]) => compileEntry(key, value, place, sofar), branches);
}

function compileEntry(
  key: string,
  value: unknown,
  parent: Place,
  branches: readonly Branch[],
): readonly Branch[] {
  const path = `${parent.path}.${key}`;
  if (key === '$or') return compileOr(value, { ...parent, path }, branches);
  if (parent.insideOr && MATCH_TYPES.has(key)) {
    throw new EventPatternError(path, 'a match type cannot name a field inside $or');
  }
  const place = { ...parent, path, field: joinNames(parent.field, key) };
  if (isJsonObject(value)) return compileObject(value, place, branches);
  if (!Array.isArray(value)) throw new EventPatternError(path, 'must be an object or an array');
  if (value.length === 0) throw new EventPatternError(path, 'empty arrays are not allowed');

  const matchers = value.map((element, index) => compileValue(element, `${path}[${index}]`));
  return branches.map((branch) => {
    if (branch.has(place.field)) throw new EventPatternError(path, 'the field is already in the pattern');
    return new Map(branch).set(place.field, matchers);
  });
}

function compileOr(alternatives: unknown, place: Place, branches: readonly Branch[]): readonly Branch[] {
  if (!Array.isArray(alternatives) || alternatives.length < 2) {
    throw new EventPatternError(place.path, 'must be an array of at least two objects');
  }
  const compiled = alternatives.flatMap((alternative: unknown, index) => {
    const path = `${place.path}[${index}]`;
    if (!isJsonObject(alternative)) throw new EventPatternError(path, 'must be an object');
    return compileObject(alternative, { ...place, path, insideOr: true }, branches);
  });
  if (compiled.length > MAX_BRANCHES) {
    throw new EventPatternError(place.path, `more than ${MAX_BRANCHES} combinations`);
  }
  return compiled;
}

/** Looks for one value per field such that no two lie in different elements of the same array. */
function matchesBranch(
  wanted: readonly (readonly [string, readonly ValueMatcher[]])[],
  fields: EventFields,
  position: ArrayPosition,
): boolean {
  const [first, ...rest] = wanted;
  if (!first) return true;
  const [name, matchers] = first;
  const candidates = fields.get(name);
  if (!candidates) return matchers.some(isAbsent) && matchesBranch(rest, fields, position);
  return candidates.some((field) => {
    const joined = joinPositions(position, field.position);
    return joined && matchers.some(accepts(field.value)) && matchesBranch(rest, fields, joined);
  });
}

function isAbsent(matcher: ValueMatcher): boolean {
  return 'absent' in matcher;
}

function accepts(value: unknown): (matcher: ValueMatcher) => boolean {
  return (matcher) => 'test' in matcher && matcher.test(value);
}
