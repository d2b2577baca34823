import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { findRunningStack, type RunningStack } from '../../local/stack/running-stack.ts';
import { EVENTS, SUMMARY } from './start/expected.ts';
import { childrenOf, isGroupAlive, Project } from './start/project.ts';

const TIMEOUT = 120_000;
const EVENT = /^\d\d:\d\d:\d\d {2}(\S+) +([A-Z]+) +(.*)$/;

let project: Project;
beforeEach(async () => {
  project = await Project.copy();
});
afterEach(() => project.remove());

/** How long a breach lasted, in a sentence: it depends on the machine. */
const DURATION = /(?<=Over after |The breach lasted )\d+ \w+( \d+ \w+)?/;

/** Kinds and texts of the lines of events, by what they are about. */
function linesIn(stdout: string): Record<string, string[]> {
  const lines = stdout.split('\n').flatMap((line) => {
    const [, about = '', kind, text] = EVENT.exec(line.replace(DURATION, 'a while')) ?? [];
    return kind === undefined ? [] : [{ about, line: `${kind} ${text}` }];
  });
  const byRollout = Object.groupBy(lines, ({ about }) => about);
  return Object.fromEntries(
    Object.entries(byRollout).map(([about, some = []]) => [about, some.map(({ line }) => line)]),
  );
}

/** Waits until a stack runs in the project. */
async function untilRunning(): Promise<RunningStack> {
  return vi.waitUntil(() => findRunningStack(project.folder), { timeout: 60_000, interval: 50 });
}

/** Waits until a process has started another. */
async function untilChild(pid: number): Promise<number> {
  return vi.waitUntil(() => childrenOf(pid)[0], { timeout: 30_000, interval: 50 });
}

const isListening = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );

/** Whatever is left of a stack that has ended. */
async function remainsOf(stack: RunningStack, functions: number) {
  const listening = await Promise.all(
    Object.entries(stack.endpoints).map(async ([name, url]) => ((await isListening(url)) ? [name] : [])),
  );
  return {
    listening: listening.flat(),
    processes: isGroupAlive(functions),
    announced: existsSync(path.join(project.folder, '.local/stack.json')),
    builds: await readdir(path.join(project.folder, '.local/builds')),
  };
}

const NOTHING = { listening: [], processes: false, announced: false, builds: [] };

describe('npm start -- --until-done', () => {
  it('shows the scripted rollouts, and that every event came', { timeout: TIMEOUT }, async () => {
    const { status, stdout, stderr } = await project.npmStart('--until-done', '--every', '0').ended;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(linesIn(stdout)).toEqual(EVENTS);
    expect(stdout.slice(-SUMMARY.length)).toBe(SUMMARY);
    for (const what of ['managed integrations', 'DynamoDB', 'EventBridge', 'Lambda']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${what} +http://127\\.0\\.0\\.1:\\d+ `, 'm'));
    }
    expect(stdout).toMatch(/^\S+ {2}poll 10, simulated time \d\d:\d\d:\d\d: .*garden-sprinklers 80 %/m);
    expect(stdout).not.toContain('\u001b');
  });

  it('fails when a promised event does not come; and invokes functions by rules', {
    timeout: TIMEOUT,
  }, async () => {
    await project.replace('local/demo/rollouts.ts', "['started COMPLETED',", "['started SCHEDULED',");
    await project.replace('serverless.yml', '\nresources:\n', `${OWN_FUNCTIONS}\nresources:\n`);
    await project.write('functions/own.ts', ownFunctions(path.join(project.folder, 'noticed.jsonl')));

    const { status, stdout, stderr } = await project.start('--until-done', '--every', '0').ended;
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout.slice(stdout.indexOf('Not as promised'))).toBe(
      [
        'Not as promised:',
        '  doorbell-hotfix: "started SCHEDULED" did not come',
        '  doorbell-hotfix: "started COMPLETED" came without being promised',
        '',
      ].join('\n'),
    );

    const noticed = (await project.read('noticed.jsonl')).trimEnd().split('\n');
    expect(noticed.map((line) => JSON.parse(line))).toEqual([
      {
        version: '0',
        id: expect.stringMatching(/^[\da-f-]{36}$/),
        'detail-type': 'OTA Task Threshold Breached',
        source: 'ota-watch',
        account: '123456789012',
        time: expect.stringMatching(/Z$/),
        region: 'us-east-1',
        resources: ['arn:aws:iotmanagedintegrations:us-east-1:123456789012:ota-task/doorLocks'],
        detail: expect.objectContaining({ eventId: 'doorLocks:10', description: 'door-locks' }),
      },
    ]);
    const lines = linesIn(stdout);
    expect(lines['ota-watch-dev-notify']).toEqual(['INVOKED by a rule']);
    expect(lines['ota-watch-dev-refus…']).toEqual([
      expect.stringMatching(/^TROUBLE Invoking ota-watch-dev-refuse was answered with 200: .*not today/),
    ]);
    expect(stdout).toContain('rules ota-watch-dev-notify-rule-1, ota-watch-dev-refuse-rule-1');
  });
});

describe('npm start', () => {
  it('ends at once with a signal, in the middle of a poll', { timeout: TIMEOUT }, async () => {
    const { pid, ended } = project.start('--every', '0');
    const stack = await untilRunning();
    const functions = await untilChild(pid);
    expect(isGroupAlive(functions)).toBe(true);
    const stoppedAt = performance.now();
    process.kill(pid, 'SIGINT');
    expect(await ended).toMatchObject({ status: 130, stderr: '' });
    expect(performance.now() - stoppedAt).toBeLessThan(2_000);
    expect(await remainsOf(stack, functions)).toEqual(NOTHING);
  });

  it('ends at once with a signal, while it packages', { timeout: TIMEOUT }, async () => {
    const { pid, ended } = project.start();
    const packaging = await untilChild(pid);
    process.kill(pid, 'SIGTERM');
    expect(await ended).toMatchObject({ status: 143, stderr: '' });
    expect(isGroupAlive(packaging)).toBe(false);
  });

  it('leaves no process behind, even when it is killed', { timeout: TIMEOUT }, async () => {
    const { pid, ended } = project.start();
    const packaging = await untilChild(pid);
    process.kill(pid, 'SIGKILL');
    await ended;
    await expect.poll(() => isGroupAlive(packaging), { timeout: 5_000 }).toBe(false);
  });

  it('says so and ends when the functions crash', { timeout: TIMEOUT }, async () => {
    const { pid, ended } = project.start('--every', '0.2');
    const stack = await untilRunning();
    const functions = await untilChild(pid);
    process.kill(functions, 'SIGKILL');
    expect(await ended).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^serverless offline ended with SIGKILL:\n/),
    });
    expect(await remainsOf(stack, functions)).toEqual(NOTHING);
  });

  it('refuses wrong arguments', async () => {
    expect(await project.start('--every', 'soon').ended).toEqual({
      status: 2,
      stdout: '',
      stderr: expect.stringMatching(/^--every must be a number\n\nUsage: npm start/),
    });
  });
});

const OWN_FUNCTIONS = `
  - notify:
      handler: functions/own.notify
      events:
        - eventBridge:
            eventBus: \${self:custom.eventBus}
            pattern:
              source: [ota-watch]
              detail-type: [OTA Task Threshold Breached]
              detail: { rule: { severity: [critical] } }
  - refuse:
      handler: functions/own.refuse
      events:
        - eventBridge:
            eventBus: \${self:custom.eventBus}
            pattern:
              detail-type: [OTA Task Configuration Changed]
`;

const ownFunctions = (file: string) => `
import { appendFile } from 'node:fs/promises';
export const notify = (event: unknown) => appendFile(${JSON.stringify(file)}, JSON.stringify(event) + '\\n');
export const refuse = async () => {
  throw new Error('not today');
};
`;
