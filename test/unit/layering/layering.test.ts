import { globSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { checkLayering } from './imports.ts';

const root = path.resolve(import.meta.dirname, '../../..');

/** A project with these files, until the test is over. */
function plant(files: Readonly<Record<string, string>>): string {
  const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'layering-')));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const tsconfig = { compilerOptions: { module: 'nodenext', noEmit: true, noLib: true, types: [] } };
  for (const [name, text] of Object.entries({ ...files, 'tsconfig.json': JSON.stringify(tsconfig) })) {
    mkdirSync(path.join(folder, path.dirname(name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}

it('holds in this repository', () => {
  const { files, violations } = checkLayering(root);
  expect(violations).toEqual([]);
  const layers = [
    'lib/**/*.ts',
    'functions/**/*.ts',
    'packages/*/{src,test}/**/*.ts',
    'web/src/**/*.{ts,tsx}',
  ];
  const all = globSync(layers, { cwd: root });
  expect([...files].sort()).toEqual(all.sort());
});

it('takes what it allows', () => {
  const folder = plant({
    'lib/domain/task.ts': `import type { Counts } from './counts.ts';\nimport { Type } from './generated/events.ts';`,
    'lib/domain/generated/events.ts': `export * from '../task.ts';`,
    'lib/aws/table.ts': `import '@aws-sdk/client-dynamodb';\nimport 'zod';\nimport '../ports.ts';\nimport '../domain/task.ts';`,
    'lib/compose.ts': `import 'node:crypto';\nimport './aws/table.ts';\nimport './poll.ts';`,
    'lib/compose-notifier.ts': `import './aws/table.ts';\nimport './alerts/read.ts';`,
    'lib/compose-api.ts': `import './aws/table.ts';`,
    'lib/alerts/read.ts': `import 'ajv';\nimport common from '../../events/schemas/common.schema.json' with { type: 'json' };`,
    'lib/poll.ts': `import 'p-map';\nimport 'node:crypto';\nimport './ports.ts';\nimport './domain/task.ts';`,
    'functions/poll.ts': `import '@middy/core';\nimport '../lib/compose.ts';\nimport '../lib/aws/account.ts';\nimport './common.ts';\nimport text from '../api/openapi.yml';`,
    'web/src/app.tsx': `import 'preact/hooks';\nimport './app.css';\nimport type { Task } from '../../lib/api/generated/api.ts';`,
    'packages/client-one/src/index.ts': `import '@aws-sdk/core';\nimport '../test/harness.ts';`,
    'local/start.ts': `import '../lib/aws/table.ts';\nimport '@aws-sdk/client-dynamodb';\nimport '../test/world.ts';`,
  });
  const { files, violations } = checkLayering(folder);
  expect(violations).toEqual([]);
  expect(files).toHaveLength(11);
});

const DOMAIN = 'lib/domain imports nothing outside itself';
const LIB = 'lib imports itself and the schemas of events, neither lib/aws nor the SDK';
const COMPOSE = 'lib/compose*.ts import lib, and not the SDK';
const FUNCTIONS = 'functions import lib, the rule file and the description of the API, and not the SDK';
const WEB = 'web/src imports itself, five packages, and types of the API';

const PLANTED: readonly (readonly [file: string, text: string, violations: readonly string[]])[] = [
  ['lib/domain/use-case.ts', `\n\nimport { poll } from '../poll.ts';`, [`:3 imports ../poll.ts: ${DOMAIN}`]],
  ['lib/domain/detour.ts', `import './../poll.ts';`, [`:1 imports ./../poll.ts: ${DOMAIN}`]],
  ['lib/domain/node.ts', `import { createHash } from 'node:crypto';`, [`:1 imports node:crypto: ${DOMAIN}`]],
  ['lib/domain/package.ts', `import { z } from 'zod';`, [`:1 imports zod: ${DOMAIN}`]],
  ['lib/domain/type.ts', `import type { Log } from '../ports.ts';`, [`:1 imports ../ports.ts: ${DOMAIN}`]],
  [
    'lib/domain/inline-type.ts',
    `import { type Log } from '../ports.ts';`,
    [`:1 imports ../ports.ts: ${DOMAIN}`],
  ],
  [
    'lib/domain/type-expression.ts',
    `type A = 1;\ntype Log = import('../ports.ts').Log;`,
    [`:2 imports ../ports.ts: ${DOMAIN}`],
  ],
  ['lib/domain/re-export.ts', `export { z } from 'zod';`, [`:1 imports zod: ${DOMAIN}`]],
  ['lib/domain/type-re-export.ts', `export type { Z } from 'zod';`, [`:1 imports zod: ${DOMAIN}`]],
  ['lib/domain/star.ts', `export * from 'zod';`, [`:1 imports zod: ${DOMAIN}`]],
  ['lib/domain/dynamic.ts', `export const z = () => import('zod');`, [`:1 imports zod: ${DOMAIN}`]],
  ['lib/domain/template.ts', 'export const z = () =>\n  import(`zod`);', [`:2 imports zod: ${DOMAIN}`]],
  [
    'lib/domain/computed.ts',
    'const name = "zod";\nexport const z = () => import(name);',
    [':2 imports what it computes: nobody can tell what'],
  ],
  ['lib/domain/deep/er.ts', `import '../../poll.ts';`, [`:1 imports ../../poll.ts: ${DOMAIN}`]],
  ['lib/domain/text.ts', `// import 'zod'\nexport const text = "import 'zod'";`, []],
  ['lib/errors.ts', `import { x } from './aws/table.ts';`, [`:1 imports ./aws/table.ts: ${LIB}`]],
  [
    'lib/ports.ts',
    `import type { A } from '@aws-sdk/client-dynamodb';\nimport type { B } from '@smithy/core';`,
    [`:1 imports @aws-sdk/client-dynamodb: ${LIB}`, `:2 imports @smithy/core: ${LIB}`],
  ],
  ['lib/config.ts', `import '../functions/poll.ts';`, [`:1 imports ../functions/poll.ts: ${LIB}`]],
  ['lib/new/part.ts', `import '../aws/table.ts';`, [`:1 imports ../aws/table.ts: ${LIB}`]],
  ['lib/absolute.ts', `import '/lib/aws/table.ts';`, [`:1 imports /lib/aws/table.ts: ${LIB}`]],
  ['lib/local.ts', `import '../local/bus.ts';`, [`:1 imports ../local/bus.ts: ${LIB}`]],
  [
    'lib/compose.ts',
    `import './aws/table.ts';\nimport '@aws-sdk/client-dynamodb';`,
    [`:2 imports @aws-sdk/client-dynamodb: ${COMPOSE}`],
  ],
  [
    'lib/compose-notifier.ts',
    `import './aws/table.ts';\nimport '@aws-sdk/client-ssm';`,
    [`:2 imports @aws-sdk/client-ssm: ${COMPOSE}`],
  ],
  [
    'lib/alerts/read.ts',
    `import '../../events/schemas/common.schema.json';\nimport '../../events/samples/started.json';`,
    [`:2 imports ../../events/samples/started.json: ${LIB}`],
  ],
  [
    'lib/aws/bus.ts',
    `import '../compose.ts';\nimport '../../scripts/generate.ts';`,
    [
      ':1 imports ../compose.ts: lib/aws imports lib, and packages',
      ':2 imports ../../scripts/generate.ts: lib/aws imports lib, and packages',
    ],
  ],
  [
    'functions/poll.ts',
    `import '@aws-sdk/client-dynamodb';\nimport '../local/bus.ts';\nimport '../test/world.ts';\nimport '../scripts/generate.ts';`,
    [
      `:1 imports @aws-sdk/client-dynamodb: ${FUNCTIONS}`,
      `:2 imports ../local/bus.ts: ${FUNCTIONS}`,
      `:3 imports ../test/world.ts: ${FUNCTIONS}`,
      `:4 imports ../scripts/generate.ts: ${FUNCTIONS}`,
    ],
  ],
  [
    'lib/compose-api.ts',
    `import '@aws-sdk/client-cloudwatch';`,
    [`:1 imports @aws-sdk/client-cloudwatch: ${COMPOSE}`],
  ],
  [
    'web/src/app.tsx',
    `import { z } from 'zod';\nimport { type Task } from '../../lib/api/generated/api.ts';\nimport type { Fleet } from '../../lib/api/ports.ts';\nimport 'preactive';`,
    [
      `:1 imports zod: ${WEB}`,
      `:2 imports ../../lib/api/generated/api.ts: ${WEB}`,
      `:3 imports ../../lib/api/ports.ts: ${WEB}`,
      `:4 imports preactive: ${WEB}`,
    ],
  ],
  [
    'packages/client-one/src/index.ts',
    `import type { Task } from '../../../lib/domain/task.ts';\nimport '../../client-two/src/index.ts';`,
    [
      ':1 imports ../../../lib/domain/task.ts: packages/client-one/ imports nothing else of the repository',
      ':2 imports ../../client-two/src/index.ts: packages/client-one/ imports nothing else of the repository',
    ],
  ],
];

it('reports every violation with its file and line', () => {
  const folder = plant(Object.fromEntries(PLANTED.map(([file, text]) => [file, text])));
  const { files, violations } = checkLayering(folder);
  expect([...files].sort()).toEqual(PLANTED.map(([file]) => file).sort());
  expect([...violations].sort()).toEqual(
    PLANTED.flatMap(([file, , lines]) => lines.map((line) => `${file}${line}`)).sort(),
  );
});
