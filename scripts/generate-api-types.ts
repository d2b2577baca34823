// Writes lib/api/generated/api.ts from api/openapi.yml: the schemas, and the query of each operation, defaults filled in.
// With --check it only compares, and exits 1 on a difference.
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { parse } from 'yaml';
import { z } from 'zod';

const root = path.resolve(import.meta.dirname, '..');
const source = path.join(root, 'api/openapi.yml');
const output = path.join(root, 'lib/api/generated/api.ts');

const Schema = z.record(z.string(), z.unknown());
const Parameter = z.object({
  name: z.string(),
  in: z.enum(['query', 'path']),
  description: z.string().optional(),
  schema: Schema,
});
const Reference = z.object({ $ref: z.string() });
const Operation = z.object({
  operationId: z.string(),
  parameters: z.array(z.union([Parameter, Reference])).default([]),
});
const Document = z.object({
  paths: z.record(z.string(), z.object({ get: Operation })),
  components: z.object({
    schemas: z.record(z.string(), Schema),
    parameters: z.record(z.string(), Parameter),
  }),
});

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });
const { paths, components } = Document.parse(parse(readFileSync(source, 'utf8')));

function parameterOf(given: z.infer<typeof Operation>['parameters'][number]): z.infer<typeof Parameter> {
  if (!('$ref' in given)) return given;
  const parameter = components.parameters[given.$ref.replace('#/components/parameters/', '')];
  if (parameter === undefined) throw new Error(`${given.$ref} is not in the document`);
  return parameter;
}

function queryOf({ operationId, parameters }: z.infer<typeof Operation>): [string, JSONSchema] {
  const query = parameters.map(parameterOf).filter((parameter) => parameter.in === 'query');
  return [
    `${operationId.slice(0, 1).toUpperCase()}${operationId.slice(1)}Query`,
    {
      type: 'object',
      additionalProperties: false,
      required: query.filter(({ schema }) => 'default' in schema).map(({ name }) => name),
      properties: Object.fromEntries(
        query.map(({ name, description, schema }) => [
          name,
          { ...schema, ...(description && !('$ref' in schema) && { description }) },
        ]),
      ),
    },
  ];
}

const queries = Object.values(paths)
  .map(({ get }) => queryOf(get))
  .filter(([, { properties = {} }]) => Object.keys(properties).length > 0);
const schemas: Record<string, JSONSchema> = { ...components.schemas, ...Object.fromEntries(queries) };
const names = Object.keys(schemas);
const generated = await compile(
  {
    title: 'Api',
    type: 'object',
    additionalProperties: false,
    required: names,
    properties: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/schemas/${name}` }])),
    components: { schemas },
  },
  'Api',
  {
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    bannerComment: '// Generated from api/openapi.yml by `npm run generate`. Do not edit.',
    style: { singleQuote: true, printWidth: 110 },
  },
);

if (!values.check) writeFileSync(output, generated);
else if (readFileSync(output, 'utf8') !== generated) {
  console.error(`${path.relative(root, output)} does not match api/openapi.yml: run "npm run generate"`);
  process.exitCode = 1;
}
