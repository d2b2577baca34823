import { randomUUID } from 'node:crypto';
import { meterCalls } from './aws/call-meter.ts';
import type { Clients } from './aws/clients.ts';
import { distrustItem } from './aws/distrust-item.ts';
import { eventBus } from './aws/event-bus.ts';
import { historyTable } from './aws/history-table.ts';
import { otaService } from './aws/managed-integrations.ts';
import type { Account } from './aws/ota-answers.ts';
import { paceCalls } from './aws/pacing.ts';
import { taskTable } from './aws/task-table.ts';
import { canonicalHash } from './canonical-hash.ts';
import type { Config } from './config.ts';
import { ConfigurationReader } from './configurations.ts';
import { isWanted } from './domain/discovery.ts';
import type { RuleSubject } from './domain/rules/match.ts';
import { resolveRules } from './domain/rules/resolve.ts';
import type { TaskRule } from './domain/rules/rule.ts';
import type { RuleSet } from './domain/rules/rule-set.ts';
import { WHOLE } from './domain/shards.ts';
import type { FanOut, ShardPoller } from './fan-out.ts';
import { ListTrust } from './list-trust.ts';
import { LookMemory } from './look-memory.ts';
import { OddityLog } from './oddities.ts';
import { type PollDeps, poll } from './poll.ts';
import type { MeteredReport } from './poll-report.ts';
import type { Log } from './ports.ts';
import { pollInRounds } from './rounds.ts';
import { ThingSampler } from './sample-things.ts';
import { Sweeper } from './sweep.ts';
import { UnwantedTasks } from './unwanted.ts';

/** Runs polls; keeps connections and what does not change from one to the next. */
export type Poller = (remainingMs: () => number) => Promise<MeteredReport>;

/** What a poller runs in. */
export interface Surroundings {
  readonly account: Account;
  readonly clients: Clients;
  readonly log: Log;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Whom work is handed to that is too much for one function. */
  readonly fanOut?: FanOut;
}

/** Enough to tell one rule set from the next. */
const RULE_SET_DIGITS = 12;

/**
 * Puts the poll of all tasks together with AWS: as many rounds as there is time for, each shared with others where it is too much.
 *
 * @param rules those built in and those of the rule file, in order
 */
export function createPoller(config: Config, rules: RuleSet, surroundings: Surroundings): Poller {
  const { now, sleep, log, fanOut } = surroundings;
  const run = pollWith(config, rules, surroundings);
  const periodMs = config.pollPeriodSeconds * 1_000;
  const intervalMs = config.pollIntervalSeconds * 1_000;
  return (remainingMs) => {
    const pollOnce = (round: number) =>
      // Later rounds may do without the list, which others could not.
      run({ range: WHOLE, round, remainingMs, ...(fanOut !== undefined && round === 0 && { fanOut }) });
    return pollInRounds(pollOnce, { intervalMs, periodMs, remainingMs, now, sleep, log });
  };
}

/**
 * Puts the poll of parts that another one hands out together with AWS.
 *
 * @param rules those built in and those of the rule file, in order
 */
export function createShardPoller(config: Config, rules: RuleSet, surroundings: Surroundings): ShardPoller {
  const run = pollWith(config, rules, surroundings);
  return ({ range, share, sweep, state }, remainingMs) =>
    run({ range, share, given: { sweep, state }, remainingMs });
}

/** What differs from poll to poll. */
type PollOf = Pick<PollDeps, 'range' | 'remainingMs' | 'fanOut' | 'given'> &
  Partial<Pick<PollDeps, 'round'>> & { readonly share?: number };

function pollWith(
  config: Config,
  rules: RuleSet,
  { account, clients, log, now, sleep }: Surroundings,
): (which: PollOf) => Promise<MeteredReport> {
  const { managedIntegrations, dynamodb, eventBridge } = clients;
  const { requestsPerSecond } = config;
  const pacing = paceCalls(managedIntegrations, { requestsPerSecond, now, sleep });
  const takeCount = meterCalls(managedIntegrations);
  const service = otaService(managedIntegrations, account);
  // A tag that decides on discovery is no rule, whatever it is named.
  const ignoredTags = config.discoveryTag === undefined ? [] : [config.discoveryTag.key];
  const deps = {
    service,
    tasks: taskTable(dynamodb, config.tasksTable, { log }),
    history: historyTable(dynamodb, config.historyTable, { log }),
    bus: eventBus(eventBridge, config.eventBus),
    configurations: new ConfigurationReader(service, log, now),
    samples: new ThingSampler(service, log, now),
    oddities: new OddityLog(log),
    ruleSet: canonicalHash(rules).slice(0, RULE_SET_DIGITS),
    rulesFor: rulesFor(rules, ignoredTags, log),
    unwanted: new UnwantedTasks(),
    memory: new LookMemory(),
    trust: new ListTrust({
      isOn: config.trustLastUpdated,
      store: distrustItem(dynamodb, config.tasksTable),
      log,
      now,
    }),
    sweeper: new Sweeper(service, log),
    round: 0,
    roundMs: config.pollIntervalSeconds * 1_000,
    maxLatencyMs: config.maxLatencySeconds * 1_000,
    log,
    now,
    sleep,
    concurrency: config.fetchConcurrency,
    discovery: config.discovery,
    progressEvents: config.progressEvents,
    periodMs: config.pollPeriodSeconds * 1_000,
    isWanted: ({ tags }: { tags: Readonly<Record<string, string>> }) =>
      isWanted(config.discovery, config.discoveryTag, tags),
    chain: {
      hash: canonicalHash,
      ...(config.historyRetentionDays !== undefined && { retentionDays: config.historyRetentionDays }),
    },
  };
  return async ({ share = 1, ...which }) => {
    pacing.share(share);
    const report = await poll({ ...deps, ...which, writeId: randomUUID() });
    return { ...report, api: takeCount() };
  };
}

function rulesFor(rules: RuleSet, ignoredTags: readonly string[], log: Log) {
  const told = new Set<string>();
  return (subject: RuleSubject): readonly TaskRule[] => {
    const resolved = resolveRules(rules, { ...subject, ignoredTags });
    const { taskId } = subject;
    if (resolved.left > 0 && !told.has(taskId)) {
      told.add(taskId);
      log.warn('A task has more rules than are watched', { taskId, left: resolved.left });
    }
    return resolved.rules;
  };
}
