import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { z } from 'zod';

const FILE = path.resolve(import.meta.dirname, '../../api/openapi.yml');

const Answer = z.object({
  content: z.record(z.string(), z.object({ schema: z.record(z.string(), z.unknown()) })).default({}),
});
const Answers = z.record(z.string(), z.union([z.object({ $ref: z.string() }), Answer]));
const Document = z.object({
  paths: z.record(z.string(), z.object({ get: z.object({ operationId: z.string(), responses: Answers }) })),
  components: z.object({
    responses: z.record(z.string(), Answer),
    schemas: z.record(z.string(), z.unknown()),
  }),
});

const { paths, components } = Document.parse(parse(readFileSync(FILE, 'utf8')));
const operations = new Map(Object.values(paths).map(({ get }) => [get.operationId, get.responses]));

/** What the API says of itself: every instant has milliseconds, and is in UTC. */
const INSTANT = /^\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d\.\d{3}Z$/;

const ajv = new Ajv2020({ allErrors: true, formats: { 'date-time': INSTANT } });
ajv.addVocabulary(['components']);
const compiled = new Map<string, ValidateFunction>();

/** What is wrong with an answer of the API by `api/openapi.yml`; empty for nothing. A body of JSON is given parsed. */
export function responseProblems(
  operationId: string,
  status: number,
  contentType: string | undefined,
  body: unknown,
): string[] {
  const answer = answerOf(operationId, status);
  if (answer === undefined) return [`${operationId} does not answer ${status}`];
  const type = contentType?.split(';')[0]?.trim();
  const schema = type === undefined ? undefined : answer.content[type]?.schema;
  if (schema !== undefined) return problemsOf(`${operationId} ${status} ${type}`, schema, body);
  const isEmpty = body === undefined || body === '';
  if (type === undefined && isEmpty && Object.keys(answer.content).length === 0) return [];
  return [`${operationId} does not answer ${status} with ${type ?? 'no content type'}`];
}

function answerOf(operationId: string, status: number) {
  const answer = operations.get(operationId)?.[String(status)];
  if (answer === undefined || !('$ref' in answer)) return answer;
  return components.responses[answer.$ref.replace('#/components/responses/', '')];
}

function problemsOf(what: string, schema: object, body: unknown): string[] {
  const isValid = compiled.get(what) ?? ajv.compile({ ...schema, components });
  compiled.set(what, isValid);
  if (isValid(body)) return [];
  return (isValid.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
  );
}
