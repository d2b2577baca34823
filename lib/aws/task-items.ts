import * as z from 'zod/mini';
import { FAILURE_TYPES } from '../domain/abort-criteria.ts';
import type { HistoryRow } from '../domain/events.ts';
import { CONFIGURABLE_KINDS, SEVERITIES } from '../domain/rules/rule-set.ts';
import type { TrackedTask } from '../domain/tracked.ts';
import { placesText, UnreadableItemError } from '../errors.ts';
import type { PollState } from '../ports.ts';

const count = z.int().check(z.nonnegative());

export const Counts = z.object({
  queued: count,
  inProgress: count,
  succeeded: count,
  failed: count,
  rejected: count,
  timedOut: count,
  removed: count,
  canceled: count,
  total: count,
});

const severity = z.enum(SEVERITIES);

const Clock = z.union([
  z.object({ since: z.number(), told: z.exactOptional(z.literal(true)) }),
  z.object({ held: z.number() }),
]);

const OpenBreach = z.object({
  at: z.number(),
  kind: z.enum([...CONFIGURABLE_KINDS, 'malformed-tag']),
  severity,
  value: z.number(),
  limit: z.number(),
  numerator: z.exactOptional(z.number()),
  denominator: z.exactOptional(z.number()),
  muted: z.exactOptional(z.literal(true)),
  reminders: z.exactOptional(z.int()),
});

const Memory = z.object({
  clock: z.exactOptional(Clock),
  open: z.exactOptional(OpenBreach),
  recent: z.exactOptional(z.array(z.number())),
  reached: z.exactOptional(z.literal(true)),
});

const Rules = z.object({
  lastAt: z.number(),
  watchedSince: z.number(),
  dueAt: z.exactOptional(z.number()),
  runsSince: z.exactOptional(z.number()),
  measures: z.exactOptional(z.literal(true)),
  idle: z.exactOptional(Clock),
  unread: z.exactOptional(Clock),
  unreadAt: z.exactOptional(z.number()),
  rules: z.record(z.string(), Memory),
});

const UnreachableRule = z.object({
  kind: z.literal('unreachable'),
  id: z.string(),
  severity,
  forMs: z.number(),
  keepFiringForMs: z.number(),
  repeatEveryMs: z.exactOptional(z.number()),
  mutedUntil: z.exactOptional(z.number()),
  afterMs: z.number(),
});

const Facts = z.object({
  taskId: z.string(),
  taskArn: z.string(),
  accountId: z.string(),
  region: z.string(),
  status: z.string(),
  counts: Counts,
  configurationId: z.exactOptional(z.string()),
  otaType: z.exactOptional(z.string()),
  description: z.exactOptional(z.string()),
  lastUpdatedAt: z.exactOptional(z.string()),
  startTime: z.exactOptional(z.string()),
  endTime: z.exactOptional(z.string()),
  endBehavior: z.exactOptional(z.string()),
});

const Configuration = z.object({
  configurationId: z.string(),
  criteria: z.array(
    z.object({
      failureType: z.enum(FAILURE_TYPES),
      thresholdPercentage: z.number(),
      minExecutedThings: z.int(),
    }),
  ),
  pace: z.exactOptional(
    z.object({ maximumPerMinute: z.exactOptional(z.number()), basePerMinute: z.exactOptional(z.number()) }),
  ),
  inProgressTimeoutMinutes: z.exactOptional(z.number()),
});

const StoredSnapshot = z.object({
  facts: Facts,
  trackedSince: z.exactOptional(z.number()),
  configuration: z.exactOptional(Configuration),
  rules: Rules,
  ruleSet: z.exactOptional(z.string()),
  whenUnread: z.array(UnreachableRule),
  milestone: z.number(),
  samples: z.array(z.tuple([z.number(), z.number(), z.number(), z.number(), z.number(), z.number()])),
  listedLastUpdatedAt: z.exactOptional(z.string()),
});

/** Older items do not say when tracking began: only since when the rules watch, which may be later. */
const Snapshot = z.pipe(
  StoredSnapshot,
  z.transform(({ trackedSince, ...snapshot }: z.output<typeof StoredSnapshot>) => ({
    ...snapshot,
    trackedSince: trackedSince ?? snapshot.rules.watchedSince,
  })),
);

const stopReason = z.enum(['completed', 'canceled', 'deleted', 'requested']);

const LastLook = z.object({
  facts: Facts,
  trackedSince: z.number(),
  endedAt: z.number(),
  stopped: stopReason,
});

/** A row is final, whatever version of this code made it: what is checked here is what its delivery needs. */
export const StoredHistoryRow: z.ZodMiniType<HistoryRow> = z.looseObject({
  schemaVersion: z.literal('1'),
  eventId: z.string(),
  sequence: z.int().check(z.positive()),
  previousSequence: z.exactOptional(z.int()),
  observedAt: z.string(),
  taskId: z.string(),
  status: z.string(),
  counts: z.looseObject(Counts.shape),
  hash: z.string(),
  detailType: z.enum([
    'OTA Task Tracking Started',
    'OTA Task Status Changed',
    'OTA Task Configuration Changed',
    'OTA Task Progressed',
    'OTA Task Threshold Breached',
    'OTA Task Threshold Recovered',
    'OTA Task Tracking Stopped',
    'OTA Task Event Set Aside',
  ]),
  published: z.boolean(),
  previousHash: z.exactOptional(z.string()),
  day: z.string(),
  expiresAt: z.exactOptional(z.number()),
});

const item = {
  taskId: z.string(),
  version: z.int().check(z.positive()),
  head: z.exactOptional(
    z.object({ sequence: z.int(), hash: z.string(), publishedSequence: z.exactOptional(z.int()) }),
  ),
};

const Item: z.ZodMiniType<TrackedTask> = z.discriminatedUnion('state', [
  z.object({ state: z.literal('requested'), ...item }),
  z.object({ state: z.literal('excluded'), ...item }),
  z.object({ state: z.literal('ended'), ...item, expiresAt: z.int(), last: z.exactOptional(LastLook) }),
  z.object({
    state: z.literal('live'),
    ...item,
    snapshot: Snapshot,
    outbox: z.array(StoredHistoryRow),
    recordedThrough: z.int(),
    stopped: z.exactOptional(stopReason),
    untrackRequested: z.exactOptional(z.boolean()),
  }),
]);

const State = z.object({
  watchingSince: z.number(),
  /** Of earlier versions: one task id for all. */
  resumeAfter: z.exactOptional(z.string()),
  resume: z.exactOptional(
    z.object({
      turn: z.int(),
      hot: z.exactOptional(z.string()),
      warm: z.exactOptional(z.string()),
      quiet: z.exactOptional(z.string()),
    }),
  ),
  lap: z.exactOptional(z.object({ ms: z.number(), at: z.number() })),
  watched: z.exactOptional(z.object({ through: z.number(), except: z.record(z.string(), z.number()) })),
  parts: z.exactOptional(z.object({ now: z.number(), before: z.number(), changedAt: z.number() })),
  indexedAt: z.exactOptional(z.number()),
});

/** @throws UnreadableItemError that names the attributes that are wrong */
export function parseTrackedTask(stored: Readonly<Record<string, unknown>>): TrackedTask {
  return parseStored(Item, stored);
}

/** @throws UnreadableItemError that names the attributes that are wrong */
export function parsePollState(stored: Readonly<Record<string, unknown>>): PollState {
  const { resumeAfter, ...state } = parseStored(State, stored);
  if (resumeAfter === undefined || state.resume !== undefined) return state;
  return { ...state, resume: { turn: 0, hot: resumeAfter, warm: resumeAfter, quiet: resumeAfter } };
}

/** @throws UnreadableItemError that names the attributes that are wrong */
export function parseStored<Schema extends z.core.$ZodType>(
  schema: Schema,
  stored: unknown,
): z.infer<Schema> {
  const parsed = z.safeParse(schema, stored);
  if (parsed.success) return parsed.data;
  const where = parsed.error.issues.map(({ path, code }) => `${path.join('.') || 'item'} (${code})`);
  throw new UnreadableItemError(`Attributes cannot be understood: ${placesText(where)}`);
}
