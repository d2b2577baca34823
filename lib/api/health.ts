import { totalsOf } from '../domain/fleet/totals.ts';
import { summarizeError } from '../errors.ts';
import type { Log } from '../ports.ts';
import type { Health } from './generated/api.ts';
import type { Fleet, Heartbeat } from './ports.ts';

export interface HealthDeps {
  readonly fleet: Pick<Fleet, 'all'>;
  readonly heartbeat: Heartbeat;
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds from poll to poll. */
  readonly periodMs: number;
  readonly log: Pick<Log, 'warn'>;
}

const SILENT_PERIODS = 3.5;
/** What is known to the minute was up to a minute later. */
const PRECISION_MS = 60_000;

/**
 * Whether polls come, and what waits to be delivered.
 *
 * @throws what the database answers
 */
export async function health(deps: HealthDeps): Promise<Omit<Health, 'caller'>> {
  const { fleet, now } = deps;
  const [poller, { tasks, unreadable }] = await Promise.all([pollerHealth(deps), fleet.all()]);
  return { poller, tasks: { ...totalsOf(tasks, now()), unreadable: unreadable.length } };
}

async function pollerHealth({ heartbeat, now, periodMs, log }: HealthDeps): Promise<Health['poller']> {
  const periodSeconds = periodMs / 1_000;
  try {
    const last = await heartbeat.last();
    if (last === undefined) return { state: 'silent', periodSeconds };
    const isSilent = now() - last - PRECISION_MS > SILENT_PERIODS * periodMs;
    const lastPollAt = new Date(last).toISOString();
    return { state: isSilent ? 'silent' : 'polling', periodSeconds, lastPollAt };
  } catch (error) {
    log.warn('It cannot be told when a poll last ended well', { error: summarizeError(error) });
    return { state: 'unknown', periodSeconds };
  }
}
