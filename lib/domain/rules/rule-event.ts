import type { TaskEvent } from '../events.ts';
import { describe, GONE, summarizeBreach, summarizeRecovery, type Telling } from './sentences.ts';
import type { Breached, Recovered, Told } from './step.ts';

/** The event that tells of a breach or a recovery. */
export function ruleEvent(told: Told, telling: Telling): TaskEvent {
  return told.type === 'breached' ? breachEvent(told, telling) : recoveryEvent(told, telling);
}

function breachEvent(told: Breached, telling: Telling): TaskEvent {
  const { rule, observed, published, breachedAt, reminder, flapping } = told;
  const { id, kind, severity } = rule;
  return {
    detailType: 'OTA Task Threshold Breached',
    published,
    body: {
      rule: { id, kind, severity, description: describe(rule) },
      observed,
      summary: summarizeBreach(told, telling),
      ...(breachedAt !== undefined && { breachedAt: instant(breachedAt) }),
      ...(reminder !== undefined && { reminder }),
      ...(flapping && { flapping }),
    },
  };
}

function recoveryEvent(told: Recovered, telling: Telling): TaskEvent {
  const { id, rule, open, observed, reason, published } = told;
  const description = rule === undefined ? GONE : describe(rule);
  return {
    detailType: 'OTA Task Threshold Recovered',
    published,
    body: {
      rule: { id, kind: open.kind, severity: open.severity, description },
      observed,
      breachedAt: instant(open.at),
      reason,
      summary: summarizeRecovery(told, telling),
      durationSeconds: Math.max(0, telling.now - open.at) / 1_000,
    },
  };
}

const instant = (epochMs: number) => new Date(epochMs).toISOString();
