import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it, type TestContext, vi } from 'vitest';
import { z } from 'zod';
import { ROLLOUTS } from '../../local/demo/rollouts.ts';
import { findRunningStack, type RunningStack } from '../../local/stack/running-stack.ts';
import { CHANNELS, EVENTS, SUMMARY } from './start/expected.ts';
import { childrenOf, isGroupAlive, Project, type Running } from './start/project.ts';

/** Slack takes a message a second: it takes most of a minute to tell it of the rollouts. */
const TIMEOUT = 300_000;
const EVENT = /^\d\d:\d\d:\d\d {2}(\S+) +([A-Z]+) +(.*)$/;

/** A copy of the project for one test. */
async function copyProject({ onTestFinished }: TestContext): Promise<Project> {
  const project = await Project.copy();
  onTestFinished(() => project.remove());
  return project;
}

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
async function untilRunning({ folder }: Project): Promise<RunningStack> {
  return vi.waitUntil(() => findRunningStack(folder), { timeout: 60_000, interval: 50 });
}

/** Waits until a process has started another. */
async function untilChild(pid: number): Promise<number> {
  return vi.waitUntil(() => childrenOf(pid)[0], { timeout: 30_000, interval: 50 });
}

/** Waits until the page that shows the alerts is told of. */
async function untilInbox({ printed }: Running): Promise<string> {
  const row = /^ {2}Slack, PagerDuty +(http:\/\/127\.0\.0\.1:\d+\/inbox) /m;
  return vi.waitUntil(() => row.exec(printed())?.[1], { timeout: 60_000, interval: 50 });
}

const InboxState = z.object({ slack: z.string(), pagerduty: z.string(), summary: z.string() });

/** What the page shows. */
async function readInbox(url: string): Promise<z.infer<typeof InboxState>> {
  const answer = await fetch(`${url}/state`);
  return InboxState.parse(await answer.json());
}

const isListening = (url: string): Promise<boolean> =>
  fetch(url).then(
    () => true,
    () => false,
  );

/** Whatever is left of a run that has ended. */
async function remainsOf(
  { folder }: Project,
  { stack, inbox, functions }: { stack: RunningStack; inbox: string; functions: number },
) {
  const { endpoints, alerts, api, dashboard = '' } = stack;
  const urls = { ...endpoints, ...alerts, api, dashboard, inbox };
  const listening = await Promise.all(
    Object.entries(urls).map(async ([name, url]) => ((await isListening(url)) ? [name] : [])),
  );
  return {
    listening: listening.flat(),
    processes: isGroupAlive(functions),
    announced: existsSync(path.join(folder, '.local/stack.json')),
    builds: await readdir(path.join(folder, '.local/builds')),
  };
}

const NOTHING = { listening: [], processes: false, announced: false, builds: [] };

describe('the scripted rollouts', () => {
  it('are shown, and that every event came and was told', { timeout: TIMEOUT }, async (context) => {
    const project = await copyProject(context);
    await project.hurry();
    const { status, stdout, stderr } = await project.npmStart('--until-done', '--every', '0').ended;
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(linesIn(stdout)).toEqual(EVENTS);
    expect(stdout.slice(-SUMMARY.length)).toBe(SUMMARY);
    for (const what of ['managed integrations', 'DynamoDB', 'EventBridge', 'Lambda', 'dashboard']) {
      expect(stdout).toMatch(new RegExp(`^ {2}${what} +http://127\\.0\\.0\\.1:\\d+(/open)? `, 'm'));
    }
    expect(stdout).toMatch(/^\S+ {2}poll 10, simulated time \d\d:\d\d:\d\d: .*garden-sprinklers 80 %/m);
    expect(stdout).not.toContain('\u001b');
  });

  it('can be seen in the inbox; when the functions crash then, it says so and ends', {
    timeout: TIMEOUT,
  }, async (context) => {
    const project = await copyProject(context);
    await project.hurry();
    const running = project.start('--every', '0');
    const stack = await untilRunning(project);
    const functions = await untilChild(running.pid);
    const inbox = await untilInbox(running);
    expect(await (await fetch(inbox)).text()).toContain('<title>Inbox · ota-watch</title>');

    await vi.waitUntil(() => running.printed().includes('The scripted rollouts are over.'), {
      timeout: TIMEOUT,
      interval: 100,
    });
    expect(running.printed()).toContain(SUMMARY);
    const { slack, pagerduty, summary } = await readInbox(inbox);
    const channels = [...slack.matchAll(/#<\/span>([\w-]+)<\/a>/g)].map(([, name]) => name);
    expect(channels.toSorted()).toEqual(CHANNELS);
    expect(pagerduty).toContain('Open incidents <span class="number">0</span>');
    expect(pagerduty).toContain('Resolved incidents <span class="number">5</span>');
    expect(summary).toMatch(/^\d+ messages · \d+ replies · 0 open incidents$/);

    process.kill(functions, 'SIGKILL');
    expect(await running.ended).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^serverless offline ended with SIGKILL:\n/),
    });
    expect(await remainsOf(project, { stack, inbox, functions })).toEqual(NOTHING);
  });

  it('fail, in bounded time, when an event does not come and a notifier does not work; rules invoke functions', {
    timeout: TIMEOUT,
  }, async (context) => {
    const project = await copyProject(context);
    await project.hurry();
    await project.replace('local/demo/rollouts.ts', "['started COMPLETED',", "['started SCHEDULED',");
    await project.replace('functions/notify-slack.ts', 'readSlackConfig(process.env)', 'readSlackConfig({})');
    await project.replace('local/start.ts', 'ALERTS_MS = 240_000', 'ALERTS_MS = 1_000');
    await project.replace('serverless.yml', '\nresources:\n', `${OWN_FUNCTIONS}\nresources:\n`);
    await project.write('functions/own.ts', ownFunctions(path.join(project.folder, 'noticed.jsonl')));

    const { status, stdout, stderr } = await project.start('--until-done', '--every', '0').ended;
    expect({ status, stderr }).toEqual({ status: 1, stderr: '' });
    expect(stdout).toMatch(
      /ota-watch-dev-slack +ERROR +The notifier failed .*ALERTS_QUEUE_URL: expected a URL/,
    );
    const problems = stdout.slice(stdout.indexOf('\n\nNot as promised:\n')).trim().split('\n');
    expect(problems.slice(0, 4)).toEqual([
      'Not as promised:',
      '  doorbell-hotfix: "started SCHEDULED" did not come',
      '  doorbell-hotfix: "started COMPLETED" came without being promised',
      '  57 messages wait in SlackQueue',
    ]);
    expect(problems.filter((line) => line.startsWith('  slack ')).toSorted()).toEqual(
      ROLLOUTS.map(({ taskId }) => `  slack has not heard of ${taskId}`).toSorted(),
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
    expect(stdout).toContain('ota-watch-dev-notify-rule-1, ota-watch-dev-refuse-rule-1');
  });
});

describe('npm start', () => {
  it('ends at once with a signal, in the middle of polls and alerts', {
    timeout: TIMEOUT,
  }, async (context) => {
    const project = await copyProject(context);
    const running = project.start('--every', '0');
    const stack = await untilRunning(project);
    const functions = await untilChild(running.pid);
    const inbox = await untilInbox(running);
    await vi.waitUntil(async () => /^[1-9]\d* messages?/.test((await readInbox(inbox)).summary), {
      timeout: 60_000,
      interval: 50,
    });
    expect(isGroupAlive(functions)).toBe(true);
    const stoppedAt = performance.now();
    process.kill(running.pid, 'SIGINT');
    expect(await running.ended).toMatchObject({ status: 130, stderr: '' });
    expect(performance.now() - stoppedAt).toBeLessThan(2_000);
    expect(await remainsOf(project, { stack, inbox, functions })).toEqual(NOTHING);
  });

  it('ends at once with a signal, while it packages', { timeout: TIMEOUT }, async (context) => {
    const project = await copyProject(context);
    const { pid, ended } = project.start();
    const packaging = await untilChild(pid);
    process.kill(pid, 'SIGTERM');
    expect(await ended).toMatchObject({ status: 143, stderr: '' });
    expect(isGroupAlive(packaging)).toBe(false);
  });

  it('leaves no process behind, even when it is killed', { timeout: TIMEOUT }, async (context) => {
    const project = await copyProject(context);
    const { pid, ended } = project.start();
    const packaging = await untilChild(pid);
    process.kill(pid, 'SIGKILL');
    await ended;
    await expect.poll(() => isGroupAlive(packaging), { timeout: 5_000 }).toBe(false);
  });

  it('refuses wrong arguments', async (context) => {
    const project = await copyProject(context);
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
