import { execFile } from 'node:child_process';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { World } from '../support/world.ts';

let world: World;
beforeEach(async () => {
  world = await World.start();
});
afterEach(() => world.close());

const COMMAND = path.resolve(import.meta.dirname, '../../cli/track.ts');

/** Runs the command as a person would; against the world, unless told otherwise. */
function track(args: readonly string[], env: NodeJS.ProcessEnv = world.environment()) {
  return new Promise<{ status: number | string; stdout: string; stderr: string }>((resolve) => {
    execFile(process.execPath, [COMMAND, ...args], { env }, (error, stdout, stderr) => {
      resolve({ status: error?.code ?? 0, stdout, stderr });
    });
  });
}

describe('npm run track', () => {
  it('tracks, lists and untracks tasks of a deployed stage', async () => {
    const none = { config: { discovery: 'none' as const } };
    world.task('t1', { queued: 3, succeeded: 1 }, { members: { Description: 'spring \u001b[31mrelease' } });
    expect(await track(['list', '--stage', 'dev'])).toEqual({
      status: 0,
      stdout: 'Nothing is tracked (stage dev)\n',
      stderr: '',
    });
    expect(await track(['add', 't1', '--stage', 'dev'])).toEqual({
      status: 0,
      stdout: 'Task t1 will be tracked from the next poll on (stage dev)\n',
      stderr: '',
    });
    await world.poll(none);
    expect((await track(['list', '--stage', 'dev'])).stdout).toBe(
      't1  IN_PROGRESS  25 %      spring release\n',
    );
    expect((await track(['remove', 't1', '--stage', 'dev'])).stdout).toBe(
      'Task t1 will be tracked no longer from the next poll on (stage dev)\n',
    );
    await world.poll(none);
    expect(world.events('t1')).toEqual(['1 Tracking Started', '2 Tracking Stopped']);
  });

  it.each([
    [['add', 'nope', '--stage', 'dev'], 1, 'There is no OTA task nope in this account and region\n'],
    [['list', '--stage', 'other'], 1, 'Table ota-watch-other-tasks does not exist\n'],
    [['add', '--stage', 'dev'], 2, 'add needs a task id\n\nUsage:'],
    [['list', 't1', '--stage', 'dev'], 2, 'list takes no task id\n\nUsage:'],
    [['show'], 2, 'Not a command: show\n\nUsage:'],
    [[], 2, 'Not a command: (none)\n\nUsage:'],
    [['list', '--stag', 'dev'], 2, "Unknown option '--stag'"],
  ])('says what is wrong with %j', async (args, status, message) => {
    const result = await track(args);
    expect(result).toMatchObject({ status, stdout: '' });
    expect(result.stderr.startsWith(message)).toBe(true);
  });

  it('explains itself', async () => {
    const { status, stdout } = await track(['--help']);
    expect({ status, first: stdout.split('\n')[0] }).toEqual({
      status: 0,
      first: 'Usage: npm run track -- add ID …      track tasks, whatever discovery says',
    });
  });
});
