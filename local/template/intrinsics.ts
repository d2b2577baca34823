import { isJsonObject, type JsonObject } from './json.ts';
import { fill, kindOf } from './physical-ids.ts';
import type { Scope } from './scope.ts';
import { TemplateError } from './template-error.ts';

type Intrinsic = (scope: Scope, argument: unknown, at: string) => unknown;

/**
 * Gives a template value with every intrinsic function replaced by its result; undefined for `AWS::NoValue`.
 * `at` is the value's place in the template, for errors (TemplateError).
 */
export function resolve(scope: Scope, value: unknown, at: string): unknown {
  if (Array.isArray(value)) {
    return value
      .map((item, index) => resolve(scope, item, `${at}[${index}]`))
      .filter((item) => item !== undefined);
  }
  if (!isJsonObject(value)) return value;

  const [[key, argument] = ['', undefined], ...others] = Object.entries(value);
  if (others.length === 0 && (key === 'Ref' || key.startsWith('Fn::'))) {
    const intrinsic = Object.hasOwn(intrinsics, key) ? intrinsics[key] : undefined;
    if (!intrinsic) throw new TemplateError(at, `${key} cannot be resolved locally`);
    return intrinsic(scope, argument, `${at}.${key}`);
  }
  const members = Object.entries(value).map(([name, member]) => [
    name,
    resolve(scope, member, `${at}.${name}`),
  ]);
  return Object.fromEntries(members.filter(([, member]) => member !== undefined));
}

/** Whether a condition of the template's `Conditions` holds. */
export function conditionHolds(scope: Scope, name: unknown, at: string): boolean {
  if (typeof name !== 'string' || !Object.hasOwn(scope.template.Conditions, name)) {
    throw new TemplateError(at, `there is no condition ${JSON.stringify(name)}`);
  }
  const place = `Conditions.${name}`;
  return follow(scope, place, at, () => truth(scope, scope.template.Conditions[name], place));
}

/** The physical name of a resource: its name property, or one made of the stack name and the logical id. */
export function nameOf(scope: Scope, logicalId: string, at: string): string {
  return identity(scope, logicalId, at).values.name;
}

const intrinsics: Readonly<Record<string, Intrinsic>> = {
  Ref: reference,
  'Fn::GetAtt': (scope, argument, at) => {
    const [logicalId, ...name] =
      typeof argument === 'string' ? argument.split('.') : list(scope, argument, at);
    return attribute(scope, String(logicalId), name.join('.'), at);
  },
  'Fn::Sub': (scope, argument, at) => {
    const [pattern, variables = {}] = Array.isArray(argument) ? argument : [argument];
    if (typeof pattern !== 'string' || !isJsonObject(variables)) {
      throw new TemplateError(at, 'expected a string, or a string and an object');
    }
    return substitute(scope, pattern, variables, at);
  },
  'Fn::Join': (scope, argument, at) => {
    const [delimiter, items] = tuple(argument, 2, at);
    const parts = list(scope, items, `${at}[1]`);
    return parts
      .map((part, index) => text(scope, part, `${at}[1][${index}]`))
      .join(text(scope, delimiter, `${at}[0]`));
  },
  'Fn::Split': (scope, argument, at) => {
    const [delimiter, source] = tuple(argument, 2, at);
    return text(scope, source, `${at}[1]`).split(text(scope, delimiter, `${at}[0]`));
  },
  'Fn::Select': (scope, argument, at) => {
    const [index, items] = tuple(argument, 2, at);
    const found = list(scope, items, `${at}[1]`)[Number(text(scope, index, `${at}[0]`))];
    if (found === undefined) throw new TemplateError(at, 'there is no such element');
    return found;
  },
  'Fn::FindInMap': (scope, argument, at) => {
    const [map = '', top = '', second = ''] = texts(scope, argument, 3, at);
    const found = scope.template.Mappings[map]?.[top]?.[second];
    if (found === undefined) throw new TemplateError(at, `Mappings.${map}.${top}.${second} does not exist`);
    return found;
  },
  'Fn::If': (scope, argument, at) => {
    const [name, whenTrue, whenFalse] = tuple(argument, 3, at);
    return conditionHolds(scope, name, at)
      ? resolve(scope, whenTrue, `${at}[1]`)
      : resolve(scope, whenFalse, `${at}[2]`);
  },
  'Fn::Equals': (scope, argument, at) => {
    const [one, other] = texts(scope, argument, 2, at);
    return one === other;
  },
  'Fn::And': (scope, argument, at) => truths(scope, argument, at).every(Boolean),
  'Fn::Or': (scope, argument, at) => truths(scope, argument, at).some(Boolean),
  'Fn::Not': (scope, argument, at) => !truth(scope, tuple(argument, 1, at)[0], at),
};

function reference(scope: Scope, name: unknown, at: string): unknown {
  if (typeof name !== 'string') throw new TemplateError(at, 'expected a logical id');
  if (name === 'AWS::NoValue') return undefined;
  if (Object.hasOwn(scope.values, name)) return scope.values[name];
  if (Object.hasOwn(scope.template.Parameters, name)) {
    throw new TemplateError(at, `parameter ${name} has no value that is known locally`);
  }
  const { kind, type, values } = identity(scope, name, at);
  if (kind.ref === undefined) throw new TemplateError(at, `Ref of ${name} (${type}) is not known locally`);
  return fill(kind.ref, values);
}

function attribute(scope: Scope, logicalId: string, name: string, at: string): string {
  const { kind, type, values } = identity(scope, logicalId, at);
  const pattern = Object.hasOwn(kind.attributes, name) ? kind.attributes[name] : undefined;
  if (pattern === undefined) {
    throw new TemplateError(at, `attribute ${name} of ${logicalId} (${type}) is not known locally`);
  }
  return fill(pattern, values);
}

function identity(scope: Scope, logicalId: string, at: string) {
  const { Resources } = scope.template;
  const resource = Object.hasOwn(Resources, logicalId) ? Resources[logicalId] : undefined;
  if (!resource) throw new TemplateError(at, `there is no parameter or resource ${logicalId}`);
  const { Type: type, Properties } = resource;
  const kind = kindOf(type);
  if (!kind) throw new TemplateError(at, `${logicalId} is of type ${type}, which is not known locally`);

  const property = `Resources.${logicalId}.Properties.${kind.nameProperty}`;
  const given = follow(scope, property, at, () => resolve(scope, Properties[kind.nameProperty], property));
  const name = given === undefined ? `${scope.stackName}-${logicalId}` : text(scope, given, property);
  return { kind, type, values: { ...scope.place, name } };
}

/** Follows a reference, and refuses circles. */
function follow<T>(scope: Scope, target: string, at: string, find: () => T): T {
  if (scope.underway.has(target)) throw new TemplateError(at, `${target} refers to itself`);
  scope.underway.add(target);
  try {
    return find();
  } finally {
    scope.underway.delete(target);
  }
}

function substitute(scope: Scope, pattern: string, variables: JsonObject, at: string): string {
  return pattern.replace(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    if (Object.hasOwn(variables, name)) return text(scope, variables[name], `${at}[1].${name}`);
    const [logicalId = '', ...attributeName] = name.split('.');
    if (attributeName.length > 0) return attribute(scope, logicalId, attributeName.join('.'), at);
    return text(scope, { Ref: name }, at);
  });
}

/** A condition: a function, or the name of another one as `{"Condition": name}`. */
function truth(scope: Scope, value: unknown, at: string): boolean {
  const isNamed = isJsonObject(value) && Object.hasOwn(value, 'Condition');
  const result = isNamed ? conditionHolds(scope, value.Condition, at) : resolve(scope, value, at);
  if (typeof result === 'boolean') return result;
  throw new TemplateError(at, `expected a condition, found ${JSON.stringify(value)}`);
}

function truths(scope: Scope, argument: unknown, at: string): readonly boolean[] {
  if (!Array.isArray(argument)) throw new TemplateError(at, 'expected a list of conditions');
  return argument.map((member, index) => truth(scope, member, `${at}[${index}]`));
}

function text(scope: Scope, value: unknown, at: string): string {
  const resolved = resolve(scope, value, at);
  if (typeof resolved === 'string') return resolved;
  if (typeof resolved === 'number' || typeof resolved === 'boolean') return String(resolved);
  throw new TemplateError(at, `expected a string, found ${JSON.stringify(resolved)}`);
}

function texts(scope: Scope, argument: unknown, length: number, at: string): readonly string[] {
  return tuple(argument, length, at).map((value, index) => text(scope, value, `${at}[${index}]`));
}

function list(scope: Scope, value: unknown, at: string): readonly unknown[] {
  const resolved = resolve(scope, value, at);
  if (Array.isArray(resolved)) return resolved;
  throw new TemplateError(at, `expected a list, found ${JSON.stringify(resolved)}`);
}

function tuple(argument: unknown, length: number, at: string): readonly unknown[] {
  if (Array.isArray(argument) && argument.length === length) return argument;
  throw new TemplateError(at, `expected a list of ${length}`);
}
