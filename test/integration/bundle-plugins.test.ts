import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { build } from 'esbuild';
import { describe, expect, it, onTestFinished } from 'vitest';
import { z } from 'zod';
import pluginsOf, { LAMBDA_PLUGINS } from '../../infra/bundle.js';
import { withDefaults } from '../../lib/rule-file/defaults.ts';
import { parseAlertSettings, parseRuleFile } from '../../lib/rule-file/parse.ts';
import { ROOT } from '../support/bundle-settings.ts';

const sourceMapSchema = z.object({ sources: z.array(z.string()), mappings: z.string() });

/** Bundles a program that lies beside a rule file. */
async function bundle(program: string, rules = '', plugins = LAMBDA_PLUGINS) {
  const folder = await mkdtemp(path.join(tmpdir(), 'bundle-plugins-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  await writeFile(path.join(folder, 'rules.yml'), rules);
  const outfile = path.join(folder, 'bundle.mjs');
  const { metafile } = await build({
    stdin: { contents: program, resolveDir: folder },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    mainFields: ['module', 'main'],
    nodePaths: [path.join(ROOT, 'node_modules')],
    sourcemap: 'linked',
    metafile: true,
    logLevel: 'silent',
    plugins,
  });
  const map = sourceMapSchema.parse(JSON.parse(await readFile(`${outfile}.map`, 'utf8')));
  return { outfile, map, inputs: Object.keys(metafile.inputs) };
}

const ALL = `export { rules, alerts } from './rules.yml';`;

describe('the rule file', () => {
  it.each([
    ['that is packaged', 'rules.yml'],
    ['of the examples', 'examples/rules.yml'],
  ])('%s is taken in as it is read, without what reads it', async (_, file) => {
    const text = await readFile(path.join(ROOT, file), 'utf8');
    const { outfile, inputs } = await bundle(ALL, text);
    const { rules, alerts } = await import(outfile);
    expect(rules).toEqual(withDefaults(parseRuleFile(text, 'rules.yml')));
    expect(alerts).toEqual(parseAlertSettings(text, 'rules.yml'));
    expect(inputs).toHaveLength(2);
  });

  it('that is wrong ends packaging, with the place of each problem', async () => {
    const text = 'version: 1\nrules:\n  - id: stalled\n    after: 5\n  - id: mine\n';
    await expect(bundle(ALL, text)).rejects.toMatchObject({
      errors: [
        {
          text: 'rules[0].after: expected a duration such as 90s, 10m, 1h30m or 1d: a number alone has no unit',
          location: { file: 'rules.yml', line: 4, column: 4, lineText: '    after: 5' },
        },
        {
          text: expect.stringMatching(/^rules\[1\]\.kind: missing: /),
          location: { file: 'rules.yml', line: 5, column: 4, lineText: '  - id: mine' },
        },
      ],
    });
  });
});

const CREDENTIALS = `
  import { defaultProvider } from '@aws-sdk/credential-provider-node';
  export const credentials = () => defaultProvider()();
`;

describe('credentials', () => {
  const isChain = (input: string) => /credential-provider-(ini|sso|process|http)|nested-clients/.test(input);

  it('in Lambda are those of the environment', async () => {
    const { outfile, inputs } = await bundle(CREDENTIALS);
    const { credentials } = await import(outfile);
    const before = { ...process.env };
    Object.assign(process.env, {
      AWS_ACCESS_KEY_ID: 'AKIAENV',
      AWS_SECRET_ACCESS_KEY: 'secret',
      AWS_SESSION_TOKEN: 'token',
    });
    onTestFinished(() => {
      process.env = before;
    });
    expect(await credentials()).toMatchObject({
      accessKeyId: 'AKIAENV',
      secretAccessKey: 'secret',
      sessionToken: 'token',
    });
    expect(inputs.filter(isChain)).toEqual([]);
  });

  it.each([
    [['package'], false],
    [['deploy'], false],
    [['offline'], true],
    [['offline', 'start'], true],
  ])('after serverless %j: from wherever the SDK finds them is %s', async (commands, expected) => {
    const { inputs } = await bundle(CREDENTIALS, '', pluginsOf({ processedInput: { commands } }));
    expect(inputs.some(isChain)).toBe(expected);
  });
});

it('maps our own sources, and hardly anything of others', async () => {
  const own = path.join(ROOT, 'lib/aws/answer-parts.ts');
  const { map } = await bundle(`export * from '${own}';`);
  expect(map.sources.filter((source) => source.endsWith('lib/aws/answer-parts.ts'))).toHaveLength(1);
  const others = `export * from 'zod/mini';`;
  const [ours, esbuilds] = [await bundle(others), await bundle(others, '', [])];
  expect(ours.map.mappings.length).toBeLessThan(esbuilds.map.mappings.length / 3);
});
