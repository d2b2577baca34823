import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { z } from 'zod';
import { OtaWatchError } from '../errors.ts';
import type { Api } from './generated/api.ts';

interface OfTask {
  readonly taskId: string;
}

/** What each operation of `api/openapi.yml` is given; defaults are filled in, instants in UTC with milliseconds. */
export interface Parameters {
  readonly listTasks: { readonly path: object; readonly query: Api['ListTasksQuery'] };
  readonly getTask: { readonly path: OfTask; readonly query: object };
  readonly getTaskHistory: { readonly path: OfTask; readonly query: Api['GetTaskHistoryQuery'] };
  readonly getTaskSeries: { readonly path: OfTask; readonly query: Api['GetTaskSeriesQuery'] };
  readonly listHistory: { readonly path: object; readonly query: Api['ListHistoryQuery'] };
  readonly exportHistory: { readonly path: object; readonly query: Api['ExportHistoryQuery'] };
  readonly auditTask: { readonly path: OfTask; readonly query: Api['AuditTaskQuery'] };
  readonly getHealth: { readonly path: object; readonly query: object };
}

export type OperationId = keyof Parameters;

/** Parameters as they came: those of the path decoded, the query not. */
export interface RawParameters {
  readonly path: Readonly<Record<string, string | undefined>>;
  readonly query: string;
}

/** Parameters of a request are wrong: all of those that are. */
export class BadParametersError extends OtaWatchError {
  override readonly name = 'BadParametersError';
  readonly parameters: readonly Api['BadParameter'][];

  constructor(parameters: readonly Api['BadParameter'][], options?: ErrorOptions) {
    super('Parameters of the request are wrong', options);
    this.parameters = parameters;
  }
}

export interface ParameterReader {
  /** Path and operation of each route, in the order of the document. */
  readonly routes: readonly { readonly path: string; readonly operationId: OperationId }[];
  /** @throws BadParametersError */
  read<Id extends OperationId>(operationId: Id, given: RawParameters): Parameters[Id];
}

const Schema = z.record(z.string(), z.unknown());
const Parameter = z.object({ name: z.string(), in: z.enum(['query', 'path']), schema: Schema });
const Reference = z.object({ $ref: z.string() });
const OPERATION_IDS = [
  'listTasks',
  'getTask',
  'getTaskHistory',
  'getTaskSeries',
  'listHistory',
  'exportHistory',
  'auditTask',
  'getHealth',
] as const satisfies readonly OperationId[];
const Operation = z.object({
  operationId: z.enum(OPERATION_IDS),
  parameters: z.array(z.union([Parameter, Reference])).default([]),
});
const Document = z.object({
  paths: z.record(z.string(), z.object({ get: Operation })),
  components: z.object({
    schemas: z.record(z.string(), Schema),
    parameters: z.record(z.string(), Parameter),
  }),
});
type Parameter = z.infer<typeof Parameter>;

const Instant = z.iso.datetime({ offset: true });
/** Of years with four digits, as the rows have them. */
const INSTANT_LENGTH = '2026-11-22T12:00:00.000Z'.length;
const WHOLE_NUMBER = /^-?\d{1,15}$/;
/** What is quoted of a request, and how much is said about it at most. */
const MAX_NAME = 64;
const MAX_PROBLEMS = 20;

/** Reads parameters by `api/openapi.yml`, whose text is given. */
export function createParameterReader(openapi: string): ParameterReader {
  const { paths, components } = Document.parse(parse(openapi));
  const ajv = new Ajv2020({
    allErrors: true,
    useDefaults: true,
    formats: { 'date-time': (text: string) => instantOf(text) !== undefined },
  });
  ajv.addVocabulary(['components']);
  const operations = Object.entries(paths).map(([path, { get }]) => ({
    path,
    operationId: get.operationId,
    parameters: get.parameters.map((parameter) => targetOf(parameter, components.parameters)),
  }));
  const parametersOf = (id: OperationId) =>
    operations.find(({ operationId }) => operationId === id)?.parameters ?? [];
  const compiled = new Map<OperationId, ValidateFunction>();

  return {
    routes: operations.map(({ path, operationId }) => ({ path, operationId })),
    read<Id extends OperationId>(operationId: Id, given: RawParameters): Parameters[Id] {
      const parameters = parametersOf(operationId);
      const isValid = compiled.get(operationId) ?? ajv.compile({ ...schemaOf(parameters), components });
      compiled.set(operationId, isValid);
      const pairs = [...new URLSearchParams(given.query)];
      const query = pairs.map(([name, text]) => {
        const schema = parameters.find((parameter) => parameter.name === name)?.schema ?? {};
        return [name, asMeant(text, targetOf(schema, components.schemas))];
      });
      const values = { path: { ...given.path }, query: Object.fromEntries(query) };
      const problems = [
        ...repetitionsOf(pairs),
        ...(isValid(values) ? [] : problemsOf(isValid.errors ?? [])),
      ];
      if (problems.length > 0) throw new BadParametersError(problems.slice(0, MAX_PROBLEMS));
      return values as Parameters[Id];
    },
  };
}

/** What a reference of the document leads to; anything else is what it is. */
function targetOf<Value extends object>(
  given: Value | z.infer<typeof Reference>,
  all: Record<string, Value>,
): Value {
  if (!isReference(given)) return given;
  const target = all[given.$ref.slice(given.$ref.lastIndexOf('/') + 1)];
  if (target === undefined) throw new OtaWatchError(`The description of the API has no ${given.$ref}`);
  return target;
}

function isReference(value: object): value is z.infer<typeof Reference> {
  return '$ref' in value;
}

function schemaOf(parameters: readonly Parameter[]) {
  const within = (place: Parameter['in'], required: readonly string[]) => ({
    type: 'object',
    additionalProperties: false,
    required,
    properties: Object.fromEntries(
      parameters.filter((parameter) => parameter.in === place).map(({ name, schema }) => [name, schema]),
    ),
  });
  const inPath = parameters.filter((parameter) => parameter.in === 'path').map(({ name }) => name);
  return { type: 'object', properties: { path: within('path', inPath), query: within('query', []) } };
}

/** A text as the value that its schema means; one that is none of these stays what it is, for the schema to refuse. */
function asMeant(text: string, { type, format }: z.infer<typeof Schema>): unknown {
  if (type === 'array') return text.split(',');
  if (type === 'integer' && WHOLE_NUMBER.test(text)) return Number(text);
  if (format === 'date-time') return instantOf(text) ?? text;
  return text;
}

function instantOf(text: string): string | undefined {
  const milliseconds = Instant.safeParse(text).success ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(milliseconds)) return undefined;
  const instant = new Date(milliseconds).toISOString();
  return instant.length === INSTANT_LENGTH ? instant : undefined;
}

type BadParameter = Api['BadParameter'];

function repetitionsOf(pairs: readonly (readonly [name: string, text: string])[]): BadParameter[] {
  const names = pairs.map(([name]) => name);
  const repeated = new Set(names.filter((name, index) => names.indexOf(name) !== index));
  return [...repeated].map((name) => ({
    name: name.slice(0, MAX_NAME),
    in: 'query',
    message: 'is given twice',
  }));
}

/** The first thing that is wrong with each parameter. */
function problemsOf(errors: readonly ErrorObject[]): BadParameter[] {
  const problems = new Map<string, BadParameter>();
  for (const error of errors) {
    const [, place, inPath] = error.instancePath.split('/');
    const { additionalProperty, missingProperty } = error.params;
    const name = String(inPath ?? additionalProperty ?? missingProperty).slice(0, MAX_NAME);
    const key = `${place} ${name}`;
    if (!problems.has(key))
      problems.set(key, { name, in: place === 'path' ? 'path' : 'query', message: wordsFor(error) });
  }
  return [...problems.values()];
}

function wordsFor({ keyword, params, message = 'is wrong' }: ErrorObject): string {
  switch (keyword) {
    case 'additionalProperties':
      return 'is no parameter of this request';
    case 'required':
      return 'is missing';
    case 'enum':
      return `has to be one of: ${params.allowedValues.join(', ')}`;
    case 'type':
      return 'has to be a whole number';
    case 'minimum':
      return `has to be ${params.limit} or more`;
    case 'maximum':
      return `has to be ${params.limit} or less`;
    case 'minLength':
      return 'is empty';
    case 'maxLength':
      return `is longer than ${params.limit} characters`;
    case 'maxItems':
      return `has more than ${params.limit} values`;
    case 'uniqueItems':
      return 'has a value twice';
    case 'pattern':
      return `has to match ${params.pattern}`;
    case 'format':
      return 'has to be an instant with a time zone, for example 2026-11-22T12:00:00Z';
    default:
      return message;
  }
}
