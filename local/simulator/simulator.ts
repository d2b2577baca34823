import { once } from 'node:events';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Account } from './account.ts';
import { Faults } from './faults.ts';
import { RequestLog } from './request-log.ts';
import { type Profile, profileSchema } from './rollout/profile.ts';
import { createApiServer } from './server.ts';

export type { Account, ScriptedTask } from './account.ts';
export { acceleratedClock } from './clock.ts';
export type { Fault, FaultContext, FaultHook, FaultRates } from './faults.ts';
export { type FriendlyCounts, type PinnedTaskOptions, pinnedTask } from './pinned-task.ts';
export type { Profile } from './rollout/profile.ts';

export interface SimulatorOptions {
  /** Everything random follows from it. */
  readonly seed: number;
  /** The simulated time, epoch milliseconds. */
  readonly now: () => number;
  readonly accountId?: string;
  readonly region?: string;
  /** Of 127.0.0.1; a free one by default. */
  readonly port?: number;
  /** How things behave where a task does not say. */
  readonly profile?: Profile;
  /** How many things a target query string finds. */
  readonly fleetSize?: number;
  /** How long a deleted task is in DELETION_IN_PROGRESS, in simulated milliseconds. */
  readonly deletionMs?: number;
}

export interface Simulator {
  readonly url: string;
  readonly server: Server;
  readonly account: Account;
  readonly faults: Faults;
  readonly requests: RequestLog;
  /** Stops at once; connections and requests under way are cut. */
  close(): Promise<void>;
}

/**
 * Starts a simulated AWS IoT managed integrations account behind the OTA operations of its API, on 127.0.0.1.
 * Rejects when the port is taken.
 */
export async function startSimulator(options: SimulatorOptions): Promise<Simulator> {
  const { seed, now, accountId = '123456789012', region = 'us-east-1', port = 0 } = options;
  const { profile = {}, fleetSize = 100, deletionMs = 60_000 } = options;
  const checked = { profile: profileSchema.parse(profile), fleetSize, deletionMs };
  const account = new Account({ seed, now, accountId, region, ...checked });
  const faults = new Faults(seed);
  const requests = new RequestLog();
  const closing = new AbortController();
  const server = createApiServer({ account, faults, requests, signal: closing.signal });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${portOf(server.address())}`,
    server,
    account,
    faults,
    requests,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      closing.abort();
      server.closeAllConnections();
      await closed;
    },
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (typeof address === 'object' && address !== null) return address.port;
  throw new TypeError(`The simulator does not listen on a port but on ${address}`);
}
