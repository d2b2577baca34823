// Writes schemas/rules.schema.json from lib/rule-file. With --check it only compares, and exits 1 on a difference.
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { ruleFileSchema } from '../lib/rule-file/json-schema.ts';

const root = path.resolve(import.meta.dirname, '..');
const output = path.join(root, 'schemas/rules.schema.json');

const { values } = parseArgs({ options: { check: { type: 'boolean', default: false } } });

const generated = execFileSync(
  path.join(root, 'node_modules/.bin/biome'),
  ['format', `--stdin-file-path=${path.relative(root, output)}`],
  { cwd: root, input: JSON.stringify(ruleFileSchema(), undefined, 2), encoding: 'utf8' },
);

if (!values.check) writeFileSync(output, generated);
else if (readFileSync(output, 'utf8') !== generated) {
  console.error(`${path.relative(root, output)} does not match lib/rule-file: run "npm run generate"`);
  process.exitCode = 1;
}
