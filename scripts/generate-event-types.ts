// Writes lib/domain/generated/events.ts from events/schemas. With --check it only compares, and exits 1 on a difference.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { compile } from 'json-schema-to-typescript';

const root = path.resolve(import.meta.dirname, '..');
const schemas = path.join(root, 'events/schemas');
const output = path.join(root, 'lib/domain/generated/events.ts');

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

// One root that mentions every schema, so that shared definitions are declared once.
const names = readdirSync(schemas).sort();
const generated = await compile(
  {
    title: 'EventSchemas',
    type: 'object',
    required: names,
    properties: Object.fromEntries(names.map((name) => [name, { $ref: name }])),
  },
  'EventSchemas',
  {
    cwd: `${schemas}/`,
    additionalProperties: false,
    ignoreMinAndMaxItems: true,
    bannerComment: '// Generated from events/schemas by `npm run generate`. Do not edit.',
    style: { singleQuote: true, printWidth: 110 },
  },
);

if (!values.check) writeFileSync(output, generated);
else if (readFileSync(output, 'utf8') !== generated) {
  console.error(`${path.relative(root, output)} does not match events/schemas: run "npm run generate"`);
  process.exitCode = 1;
}
