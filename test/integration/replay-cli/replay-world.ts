import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { BatchWriteCommand } from '@aws-sdk/lib-dynamodb';
import { canonicalHash } from '../../../lib/canonical-hash.ts';
import { appendRows } from '../../../lib/domain/chain.ts';
import type { HistoryRow, TaskEvent } from '../../../lib/domain/events.ts';
import { counts, facts, MINUTE, NOON } from '../../support/builders.ts';
import { World } from '../../support/world.ts';
import { HISTORY } from '../api/history-database.ts';

const COMMAND = path.resolve(import.meta.dirname, '../../../cli/replay.ts');
const MAX_PUTS = 25;

/** An entry of PutEvents as it came over the wire. */
export interface SentEntry {
  readonly DetailType?: string | undefined;
  readonly Detail?: string | undefined;
  readonly Time?: unknown;
  readonly Resources?: readonly string[] | undefined;
}

export interface Ended {
  readonly status: number | string;
  readonly stdout: string;
  readonly stderr: string;
}

/** So many events of a task, one a minute from noon on. */
export function eventsOf(taskId: string, count: number, description = 'spring release'): HistoryRow[] {
  let head: Parameters<typeof appendRows>[0];
  return Array.from({ length: count }, (_, minute) => {
    const event: TaskEvent = {
      detailType: 'OTA Task Status Changed',
      published: true,
      body: { previousStatus: 'SCHEDULED', terminal: false },
    };
    const look = facts({ taskId, description, counts: counts({ queued: 100 - minute, succeeded: minute }) });
    const appended = appendRows(head, look, [event], { now: NOON + minute * MINUTE, hash: canonicalHash });
    head = appended.head;
    return appended.rows;
  }).flat();
}

/** A world with a history, and somebody who publishes it again. */
export async function startReplays() {
  const world = await World.start();
  const folder = await mkdtemp(path.join(os.tmpdir(), 'replay-'));
  const stateFile = path.join(folder, 'state.json');
  const sent: SentEntry[] = [];
  world.bus.faults.entry = (entry) => {
    sent.push(entry);
    return undefined;
  };
  const env = { ...world.environment(), AWS_ENDPOINT_URL_EVENTBRIDGE: world.bus.url };
  const withDefaults = (args: readonly string[]) => [
    COMMAND,
    ...['--stage', 'dev', '--bus', 'ota-watch-dev', '--state', stateFile],
    ...args,
  ];
  return {
    world,
    stateFile,
    /** All that was offered to the bus. */
    sent,

    async record(rows: readonly HistoryRow[]): Promise<void> {
      for (let start = 0; start < rows.length; start += MAX_PUTS) {
        const puts = rows
          .slice(start, start + MAX_PUTS)
          .map((Item) => ({ PutRequest: { Item: { ...Item } } }));
        await world.dynamodb.send(new BatchWriteCommand({ RequestItems: { [HISTORY]: puts } }));
      }
    },

    /** Runs the command as a person would. */
    replay(...args: readonly string[]): Promise<Ended> {
      return new Promise((resolve) => {
        execFile(process.execPath, withDefaults(args), { env }, (error, stdout, stderr) => {
          resolve({ status: error?.code ?? 0, stdout, stderr });
        });
      });
    },

    /** Starts the command, for somebody to kill it. */
    start(...args: readonly string[]): { readonly process: ChildProcess; readonly ended: Promise<unknown> } {
      const child = spawn(process.execPath, withDefaults(args), { env, stdio: 'ignore' });
      return { process: child, ended: once(child, 'exit') };
    },

    async close(): Promise<void> {
      await world.close();
      await rm(folder, { recursive: true });
    },
  };
}

export type ReplayWorld = Awaited<ReturnType<typeof startReplays>>;
