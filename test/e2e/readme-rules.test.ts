import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { recordBadBatch } from '../../examples/bad-batch.ts';
import { MINUTE } from '../support/builders.ts';
import { World } from '../support/world.ts';

const root = path.resolve(import.meta.dirname, '../..');
const read = (file: string) => readFileSync(path.join(root, file), 'utf8');

const PAGES = {
  'README.md':
    read('README.md')
      .split('\n## ')
      .find((section) => section.startsWith('Rules\n')) ?? '',
  'docs/rules.md': read('docs/rules.md'),
};

function blocks(page: string, language: string): string[] {
  return Array.from(page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)).flatMap(([, name, text]) =>
    name === language && text !== undefined ? [text] : [],
  );
}

interface Shown {
  readonly page: string;
  readonly args: readonly string[];
  readonly output: readonly string[];
}

/** Commands of a page, each with what is shown of its output. */
function shown(page: keyof typeof PAGES): Shown[] {
  return blocks(PAGES[page], '').flatMap((block) =>
    block
      .split(/^\$ npm run -s rules -- /m)
      .slice(1)
      .map((text) => {
        const [command = '', ...output] = text.trimEnd().split('\n');
        return { page, args: command.split(' '), output };
      }),
  );
}

/** Runs a command as the page says, in a clone. */
function rules(args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  return new Promise<{ status: number | string; stdout: string; stderr: string }>((resolve) => {
    const command = ['run', '-s', 'rules', '--', ...args];
    execFile('npm', command, { cwd: root, env }, (error, stdout, stderr) => {
      resolve({ status: error?.code ?? 0, stdout, stderr });
    });
  });
}

/** Times differ from run to run. */
const stable = (line: string) =>
  line.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME').replaceAll(/\b(\d+ min )?\d+ s(?= more|,)/g, 'TIME');

/** Lines that are shown, and that the output does not have. One that ends in an ellipsis is cut. */
function missing(output: readonly string[], stdout: string, map: (line: string) => string): string[] {
  const lines = stdout.split('\n').map(map);
  return output.filter((text) => {
    const line = map(text);
    return line.endsWith('…')
      ? !lines.some((one) => one.startsWith(line.slice(0, -1)))
      : !lines.includes(line);
  });
}

const COMMANDS = [...shown('README.md'), ...shown('docs/rules.md')];
const same = (line: string) => line;

describe('what the pages show', () => {
  it('is something of every command', () => {
    const names = (page: string) => COMMANDS.filter((one) => one.page === page).map(({ args }) => args[0]);
    expect(names('README.md')).toEqual(['check', 'test', 'test', 'explain']);
    expect(names('docs/rules.md')).toEqual(['check', 'explain', 'test']);
  });

  it.each(COMMANDS.filter(({ args }) => args[0] !== 'explain'))('$page: $args', async ({ args, output }) => {
    const { status, stdout, stderr } = await rules(args);
    expect({ status, stderr, missing: missing(output, stdout, same) }).toEqual({
      status: 0,
      stderr: '',
      missing: [],
    });
  });

  it.each(COMMANDS.filter(({ args }) => args[0] === 'explain'))('$page: $args', async ({ args, output }) => {
    const world = await World.start();
    onTestFinished(() => world.close());
    await doorLocks(world);
    const { status, stdout, stderr } = await rules([...args, '--stage', 'dev'], world.environment());
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    const local = stdout.replace('(stage dev)', '(the local stack)');
    expect(missing(output, local, stable)).toEqual([]);
  });

  it.each(Object.entries(PAGES))('%s: rule files are right', async (_, page) => {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'readme-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const files = blocks(page, 'yaml');
    expect(files).toHaveLength(1);
    const file = path.join(folder, 'rules.yml');
    writeFileSync(file, files.join(''));
    expect(await rules(['check', file])).toMatchObject({ status: 0, stderr: '' });
  });
});

it('a recording is what docs/rules.md says', async () => {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'readme-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = path.join(folder, 'recording.jsonl');
  writeFileSync(file, blocks(PAGES['docs/rules.md'], 'json').join(''));
  const { status, stdout } = await rules(['test', 'rules.yml', '--recording', file]);
  expect({ status, last: stdout.trimEnd().split('\n').at(-1) }).toEqual({
    status: 0,
    last: '2 observations of 1 task, from 2026-11-22T12:00:00Z to 2026-11-22T12:07:00Z',
  });
});

/** A rollout that has passed half of the threshold at which AWS cancels it. */
async function doorLocks(world: World): Promise<void> {
  world.now = Date.now() - 2.5 * MINUTE;
  world.configuration('locks');
  const options = { configurationId: 'locks', members: { Tags: { 'ota-watch:failed-percent': '15' } } };
  world.task('doorLocks', { queued: 60, inProgress: 10, succeeded: 27, failed: 3 }, options);
  await world.poll();
  world.task('doorLocks', { queued: 59, inProgress: 9, succeeded: 27, failed: 5 }, options);
  await world.poll();
}

describe('examples', () => {
  it('are what README.md shows, and what the script records', () => {
    expect(blocks(PAGES['README.md'], 'yaml')).toEqual([read('examples/rules.yml')]);
    expect(read('examples/bad-batch.jsonl')).toBe(recordBadBatch());
  });
});
