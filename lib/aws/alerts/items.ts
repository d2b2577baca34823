import { z } from 'zod';
import type { Addressee, GroupMember } from '../../alerts/ports.ts';
import type { Ledger } from '../../domain/alerts/ledger.ts';
import type { RolloutView } from '../../domain/alerts/rollout-view.ts';
import { SEVERITIES } from '../../domain/rules/rule-set.ts';
import { Counts, parseStored } from '../task-items.ts';

const OpenBreach = z.object({
  ruleId: z.string(),
  sequence: z.int(),
  severity: z.enum(SEVERITIES),
  summary: z.string(),
  breachedAt: z.string(),
});

const View: z.ZodType<RolloutView> = z.object({
  taskId: z.string(),
  sequence: z.int(),
  observedAt: z.string(),
  status: z.string(),
  counts: Counts,
  taskArn: z.exactOptional(z.string()),
  accountId: z.exactOptional(z.string()),
  region: z.exactOptional(z.string()),
  configurationId: z.exactOptional(z.string()),
  otaType: z.exactOptional(z.string()),
  description: z.exactOptional(z.string()),
  inferredCause: z.exactOptional(z.enum(['abort-criteria', 'end-time', 'operator'])),
  ratePerMinute: z.exactOptional(z.number()),
  estimatedCompletionAt: z.exactOptional(z.string()),
  stopped: z.exactOptional(z.enum(['completed', 'canceled', 'deleted', 'requested'])),
  open: z.array(OpenBreach),
  recovered: z.record(z.string(), z.int()),
  newest: z.object({
    statusChanged: z.int(),
    progressed: z.int(),
    stopped: z.int(),
    over: z.int(),
  }),
});

const LedgerItem: z.ZodType<Ledger> = z.object({
  target: z.string(),
  taskId: z.string(),
  version: z.int(),
  applied: z.int(),
  appliedAt: z.exactOptional(z.number()),
  gaps: z.array(z.tuple([z.int(), z.int()])),
  held: z.exactOptional(z.object({ sequence: z.int(), from: z.number(), until: z.number() })),
  view: z.exactOptional(View),
  message: z.exactOptional(z.object({ channel: z.string(), ts: z.string(), shown: z.int() })),
  sent: z.exactOptional(z.array(z.int())),
  incidents: z.record(z.string(), z.object({ dedupKey: z.string(), sequence: z.int() })),
  claim: z.exactOptional(
    z.object({
      by: z.string(),
      since: z.number(),
      until: z.number(),
      posts: z.array(z.object({ id: z.string(), sequences: z.array(z.int()) })),
    }),
  ),
});

/** A set of strings cannot be empty. */
const Targets = z
  .set(z.string())
  .optional()
  .transform((targets = new Set()) => [...targets].sort());

const AddresseeItem: z.ZodType<Addressee> = z.object({
  taskId: z.string(),
  tags: z.record(z.string(), z.string()),
  // Earlier versions did not say.
  decidingTags: z.array(z.string()).default([]),
  readAt: z.number(),
  targets: Targets,
});

const Members = z.record(
  z.string(),
  z.object({
    taskId: z.string(),
    ruleId: z.string(),
    severity: z.enum(SEVERITIES),
    summary: z.string(),
    name: z.exactOptional(z.string()),
  }),
);

/** @throws UnreadableItemError that names the attributes that are wrong */
export function parseLedger(item: Readonly<Record<string, unknown>>): Ledger {
  return parseStored(LedgerItem, item);
}

/** @throws UnreadableItemError that names the attributes that are wrong */
export function parseAddressee(item: Readonly<Record<string, unknown>>): Addressee {
  return parseStored(AddresseeItem, item);
}

/** @throws UnreadableItemError that names the attributes that are wrong */
export function parseMembers(item: Readonly<Record<string, unknown>>): readonly GroupMember[] {
  return Object.values(parseStored(z.object({ members: Members }), item).members);
}
