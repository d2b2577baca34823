import type { JsonObject } from './json.ts';
import { TemplateError } from './template-error.ts';

/** What CloudFormation would know about a deployment, and the template alone does not say. */
export interface StackEnvironment {
  readonly region: string;
  readonly accountId: string;
  readonly stackName: string;
  /** `aws` where not given. */
  readonly partition?: string;
  /** Parameter values that take the place of the template's defaults. */
  readonly parameters?: Readonly<Record<string, string>>;
}

/** The parts of a template that intrinsic functions look at. */
export interface TemplateSections {
  readonly Parameters: Readonly<Record<string, { readonly Type: string; readonly Default?: unknown }>>;
  readonly Mappings: Readonly<Record<string, Readonly<Record<string, JsonObject>>>>;
  readonly Conditions: JsonObject;
  readonly Resources: Readonly<Record<string, { readonly Type: string; readonly Properties: JsonObject }>>;
}

/** Everything that a reference can find, for one template and one deployment of it. */
export interface Scope {
  readonly template: TemplateSections;
  readonly stackName: string;
  /** What the placeholders of physical ids stand for. */
  readonly place: Readonly<Record<'region' | 'accountId' | 'partition' | 'urlSuffix', string>>;
  /** Values of pseudo parameters and parameters; parameters without a value are not among them. */
  readonly values: JsonObject;
  /** References that are being followed, to find circles. */
  readonly underway: Set<string>;
}

export function createScope(template: TemplateSections, environment: StackEnvironment): Scope {
  const { region, accountId, stackName, partition = 'aws', parameters = {} } = environment;
  const urlSuffix = partition === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
  const pseudoParameters = {
    'AWS::AccountId': accountId,
    'AWS::Partition': partition,
    'AWS::Region': region,
    'AWS::StackName': stackName,
    'AWS::URLSuffix': urlSuffix,
  };
  return {
    template,
    stackName,
    place: { region, accountId, partition, urlSuffix },
    values: { ...parameterValues(template, parameters), ...pseudoParameters },
    underway: new Set(),
  };
}

function parameterValues(template: TemplateSections, given: Readonly<Record<string, string>>): JsonObject {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(template.Parameters, name));
  if (unknown !== undefined) {
    throw new TemplateError(`Parameters.${unknown}`, 'the template has no such parameter');
  }
  const values = Object.entries(template.Parameters).map(([name, { Type, Default }]) => {
    // The default of such a parameter is the name of an SSM parameter, not a value.
    const value = given[name] ?? (Type.startsWith('AWS::SSM::') ? undefined : Default);
    const isList = Type === 'CommaDelimitedList' || Type.startsWith('List<');
    return [name, isList && value !== undefined ? String(value).split(/\s*,\s*/) : value];
  });
  return Object.fromEntries(values.filter(([, value]) => value !== undefined));
}
