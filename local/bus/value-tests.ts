import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { isJsonObject, type JsonObject } from '../template/json.ts';

/** An event pattern that EventBridge would refuse, with the place inside the pattern. */
export class EventPatternError extends Error {
  override readonly name = 'EventPatternError';
  readonly path: string;

  constructor(path: string, reason: string) {
    super(`Event pattern is not valid at ${path}: ${reason}`);
    this.path = path;
  }
}

export type ValueTest = (value: unknown) => boolean;
type Operator = (operand: unknown, path: string) => ValueTest;

/** One element of a pattern's value list: what it accepts, or that it accepts a missing field. */
export type ValueMatcher = { readonly test: ValueTest } | { readonly absent: true };

const WILDCARD_TOKENS = /\\[*\\]|\*+|\\|[^*\\]+/g;
const REGEXP_SYNTAX = /[\\^$.*+?()[\]{}|]/g;
/** Bounds of numeric matching (EventBridge user guide, "Numeric matching"). */
const NUMERIC_LIMIT = 5e9;

/** Compiles one element of a value list, e.g. `"running"` or `{"prefix": "run"}`. */
export function compileValue(element: unknown, path: string): ValueMatcher {
  if (!isJsonObject(element)) {
    if (Array.isArray(element)) throw new EventPatternError(path, 'a match value cannot be an array');
    return { test: (value) => value === element };
  }
  const [name, operand] = onlyEntry(element, path);
  if (name === 'exists') {
    if (typeof operand !== 'boolean') throw new EventPatternError(`${path}.exists`, 'must be true or false');
    return operand ? { test: () => true } : { absent: true };
  }
  return { test: compileOperator(operators, name, operand, path) };
}

function onlyEntry(expression: JsonObject, path: string): [string, unknown] {
  const [entry, ...others] = Object.entries(expression);
  if (!entry || others.length > 0)
    throw new EventPatternError(path, 'a match expression has exactly one key');
  return entry;
}

function compileOperator(
  known: Readonly<Record<string, Operator>>,
  name: string,
  operand: unknown,
  path: string,
): ValueTest {
  const operator = Object.hasOwn(known, name) ? known[name] : undefined;
  if (!operator) throw new EventPatternError(path, `unknown match type "${name}"`);
  return operator(operand, `${path}.${name}`);
}

function stringAt(operand: unknown, path: string): string {
  if (typeof operand !== 'string') throw new EventPatternError(path, 'must be a string');
  return operand;
}

function overStrings(test: (value: string) => boolean): ValueTest {
  return (value) => typeof value === 'string' && test(value);
}

const equalsIgnoreCase: Operator = (operand, path) => {
  const wanted = stringAt(operand, path).toLowerCase();
  return overStrings((value) => value.toLowerCase() === wanted);
};

/** `"text"`, or `{"equals-ignore-case": "text"}`. */
function affix(matches: (value: string, affix: string) => boolean): Operator {
  return (operand, path) => {
    if (!isJsonObject(operand)) {
      const wanted = stringAt(operand, path);
      return overStrings((value) => matches(value, wanted));
    }
    const [name, text] = onlyEntry(operand, path);
    if (name !== 'equals-ignore-case') throw new EventPatternError(path, `unknown match type "${name}"`);
    const wanted = stringAt(text, `${path}.${name}`).toLowerCase();
    return overStrings((value) => matches(value.toLowerCase(), wanted));
  };
}

const startsWith = (value: string, wanted: string): boolean => value.startsWith(wanted);
const endsWith = (value: string, wanted: string): boolean => value.endsWith(wanted);

/** `*` stands for any characters; `\*` and `\\` for themselves; `**` and other escapes are refused. */
const wildcard: Operator = (operand, path) => {
  const source = (stringAt(operand, path).match(WILDCARD_TOKENS) ?? []).map((token) => {
    if (token === '*') return '.*';
    if (token.startsWith('*')) throw new EventPatternError(path, 'consecutive wildcard characters');
    if (token === '\\') throw new EventPatternError(path, 'a backslash may only escape * or \\');
    return token.replace(/^\\(?=.)/, '').replace(REGEXP_SYNTAX, '\\$&');
  });
  const expression = new RegExp(`^${source.join('')}$`, 's');
  return overStrings((value) => expression.test(value));
};

const cidr: Operator = (operand, path) => {
  const [address = '', bits = '', ...rest] = stringAt(operand, path).split('/');
  const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined;
  const validBits = /^\d{1,3}$/.test(bits) && Number(bits) <= (family === 'ipv4' ? 32 : 128);
  if (!family || !validBits || rest.length > 0) {
    throw new EventPatternError(path, 'must be an IP address and a number of bits, such as 10.0.0.0/24');
  }
  const block = new BlockList();
  block.addSubnet(address, Number(bits), family);
  const sameFamily = family === 'ipv4' ? isIPv4 : isIPv6;
  return overStrings((value) => sameFamily(value) && block.check(value, family));
};

const comparisons: Readonly<Record<string, (value: number, limit: number) => boolean>> = {
  '=': (value, limit) => value === limit,
  '<': (value, limit) => value < limit,
  '<=': (value, limit) => value <= limit,
  '>': (value, limit) => value > limit,
  '>=': (value, limit) => value >= limit,
};

/** One comparison, or a range given as its lower bound first: `[">", 0, "<=", 5]`. */
const numeric: Operator = (operand, path) => {
  if (!Array.isArray(operand)) throw new EventPatternError(path, 'must be an array');
  const [operator, limit, upperOperator, upperLimit] = operand;
  const test = comparison(operator, limit, path);
  if (operand.length === 2) return test;

  const isRange = /^>=?$/.test(String(operator)) && /^<=?$/.test(String(upperOperator));
  if (operand.length !== 4 || !isRange) {
    throw new EventPatternError(path, 'must be one comparison, or a lower and an upper bound');
  }
  const upperTest = comparison(upperOperator, upperLimit, path);
  if (Number(limit) >= Number(upperLimit)) throw new EventPatternError(path, 'the range is empty');
  return (value) => test(value) && upperTest(value);
};

function comparison(operator: unknown, limit: unknown, path: string): ValueTest {
  const compare =
    typeof operator === 'string' && Object.hasOwn(comparisons, operator) ? comparisons[operator] : undefined;
  if (!compare) throw new EventPatternError(path, `unknown comparison ${JSON.stringify(operator)}`);
  if (typeof limit !== 'number' || Math.abs(limit) > NUMERIC_LIMIT) {
    throw new EventPatternError(path, `"${operator}" needs a number between -5.0e9 and 5.0e9`);
  }
  return (value) => typeof value === 'number' && compare(value, limit);
}

const nonEmptyAffix = (operator: Operator): Operator => {
  return (operand, path) => {
    if (stringAt(operand, path) === '') throw new EventPatternError(path, 'must not be empty');
    return operator(operand, path);
  };
};

/** What can be negated, besides plain values; each takes a string or a list of strings. */
const negatable: Readonly<Record<string, Operator>> = {
  prefix: anyOf(nonEmptyAffix(affix(startsWith))),
  suffix: anyOf(nonEmptyAffix(affix(endsWith))),
  'equals-ignore-case': anyOf(equalsIgnoreCase),
  wildcard: anyOf(wildcard),
};

function anyOf(operator: Operator): Operator {
  return (operand, path) => {
    if (!Array.isArray(operand)) return operator(operand, path);
    if (operand.length === 0) throw new EventPatternError(path, 'must not be empty');
    const tests = operand.map((member, index) => operator(member, `${path}[${index}]`));
    return (value) => tests.some((test) => test(value));
  };
}

/** True for any value that is present and not the operand: a string or a number, a list of either, or a match. */
const anythingBut: Operator = (operand, path) => {
  if (isJsonObject(operand)) {
    const refused = compileOperator(negatable, ...onlyEntry(operand, path), path);
    return (value) => !refused(value);
  }
  const refused: readonly unknown[] = Array.isArray(operand) ? operand : [operand];
  const type = typeof refused[0];
  if ((type !== 'string' && type !== 'number') || refused.some((value) => typeof value !== type)) {
    throw new EventPatternError(path, 'must be a string, a number, or a list of only one of them');
  }
  return (value) => !refused.includes(value);
};

const operators: Readonly<Record<string, Operator>> = {
  prefix: affix(startsWith),
  suffix: affix(endsWith),
  'equals-ignore-case': equalsIgnoreCase,
  'anything-but': anythingBut,
  numeric,
  wildcard,
  cidr,
};

/** Names that EventBridge takes for match types, and so refuses as field names inside `$or`. */
export const MATCH_TYPES: ReadonlySet<string> = new Set([...Object.keys(operators), 'exists']);
