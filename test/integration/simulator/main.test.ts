import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { AUTHORIZATION, startWorld } from './world.ts';

const MAIN = new URL('../../../local/simulator/main.ts', import.meta.url).pathname;

function start(...args: string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  return child;
}

async function endOf(child: ChildProcess): Promise<readonly [code: number | null, signal: string | null]> {
  const [code, signal] = await once(child, 'exit');
  return [code, signal];
}

describe('the command line', () => {
  it.each(['SIGINT', 'SIGTERM'] as const)(
    'says where it listens, serves, and stops at once on %s',
    async (signal) => {
      const child = start(
        '--seed',
        '7',
        '--speed',
        '60',
        '--region',
        'eu-west-1',
        '--latency',
        '3600000',
        '--throttle',
        '0',
      );
      const [line] = await once(child.stdout, 'data');
      const url = /listens at (http:\/\/127\.0\.0\.1:\d+)/.exec(String(line))?.[1];
      const denied = await fetch(`${url}/ota-tasks`);
      expect(denied.status).toBe(403);
      const waiting = fetch(`${url}/ota-tasks`, { headers: { authorization: AUTHORIZATION } }).catch(
        () => 'cut',
      );
      child.kill(signal);
      expect(await endOf(child)).toEqual([0, null]);
      expect(await waiting).toBe('cut');
    },
  );

  it('refuses an option that it does not understand', async () => {
    const child = start('--port', 'http');
    const [errors, end] = await Promise.all([text(child.stderr), endOf(child)]);
    expect([errors, end]).toEqual(['--port: must be a number\n', [1, null]]);
  });

  it('says when the port is taken', async () => {
    const { url } = await startWorld();
    const { port } = new URL(url);
    const child = start('--port', port);
    const [errors, end] = await Promise.all([text(child.stderr), endOf(child)]);
    expect([errors, end]).toEqual([
      `listen EADDRINUSE: address already in use 127.0.0.1:${port}\n`,
      [1, null],
    ]);
  });

  it('explains itself', async () => {
    const child = start('--help');
    const [output, end] = await Promise.all([text(child.stdout), endOf(child)]);
    expect(end).toEqual([0, null]);
    expect(output).toMatch(/^Usage: node local\/simulator\/main\.ts \[options\]/);
  });
});
