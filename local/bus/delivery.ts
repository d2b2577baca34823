import { setTimeout as sleepFor } from 'node:timers/promises';
import type { EventRule } from '../template/events.ts';
import type { JsonObject } from '../template/json.ts';
import { applyInput, type Target } from '../template/targets.ts';
import { compilePattern, type EventMatcher } from './pattern.ts';

/** An event as targets receive it (EventBridge user guide, "Event structure reference"). */
export interface EventEnvelope {
  readonly version: '0';
  readonly id: string;
  readonly 'detail-type': string;
  readonly source: string;
  readonly account: string;
  /** ISO 8601, second precision. */
  readonly time: string;
  readonly region: string;
  readonly resources: readonly string[];
  readonly detail: JsonObject;
}

/** Hands a payload to a function, by its logical id; rejects where the function did not take it. */
export type Invoke = (functionLogicalId: string, payload: unknown, signal: AbortSignal) => Promise<unknown>;

/** Puts a message into a queue, by its logical id, with attributes if any; rejects where the queue did not take it. */
export type Send = (
  queueLogicalId: string,
  body: string,
  signal: AbortSignal,
  attributes?: Readonly<Record<string, string>>,
) => Promise<unknown>;

export interface DeliveryFailure {
  readonly rule: EventRule;
  readonly target: Target;
  readonly event: EventEnvelope;
  /** Deliveries that were tried; 0 for a target that cannot be run locally. */
  readonly attempts: number;
  readonly error: Error;
}

/** A target that the local bus does not serve. Reported once for each target. */
export class UnsupportedTargetError extends Error {
  override readonly name = 'UnsupportedTargetError';
}

/** A rule whose event pattern is not valid. */
export class InvalidRuleError extends Error {
  override readonly name = 'InvalidRuleError';
  readonly ruleName: string;

  constructor(ruleName: string, cause: unknown) {
    super(`Rule ${ruleName}: ${cause instanceof Error ? cause.message : cause}`, { cause });
    this.ruleName = ruleName;
  }
}

export interface DeliveryOptions {
  /** Rules of all buses. */
  readonly rules: readonly EventRule[];
  readonly invoke: Invoke;
  /** Without it, targets that are queues are not served, and there are no dead-letter queues. */
  readonly send?: Send;
  /** Pauses before the second and later attempts at one target, in milliseconds. */
  readonly retryDelaysMs?: readonly number[];
  readonly sleep?: (milliseconds: number, signal: AbortSignal) => Promise<unknown>;
  readonly onDeliveryFailure?: (failure: DeliveryFailure) => void;
}

export interface Delivery {
  /** Starts the deliveries of an event; never throws, and does not wait for them. */
  deliver(busName: string, event: EventEnvelope): void;
  /** Resolves when no delivery is underway. */
  idle(): Promise<void>;
  /** Gives up all deliveries underway, unreported. */
  stop(): void;
}

interface CompiledRule {
  readonly rule: EventRule;
  readonly matches: EventMatcher;
}

const RETRY_DELAYS_MS = [100, 500, 2000];

/** Matches events against rules, and invokes the targets. Throws InvalidRuleError. */
export function createDelivery(options: DeliveryOptions): Delivery {
  const rules = options.rules.filter(({ enabled }) => enabled).map(compileRule);
  const reported = new Set<Target>();
  const underway = new Set<Promise<void>>();
  const stopped = new AbortController();

  async function deliverTo(rule: EventRule, target: Target, event: EventEnvelope): Promise<void> {
    const deliverOnce = deliveryTo(target, event, options, stopped.signal);
    if (typeof deliverOnce === 'string') {
      if (reported.has(target)) return;
      reported.add(target);
      const error = new UnsupportedTargetError(`Rule ${rule.name}, target ${target.id}: ${deliverOnce}`);
      options.onDeliveryFailure?.({ rule, target, event, attempts: 0, error });
      return;
    }
    const { attempts, error } = await withRetries(deliverOnce, options, stopped.signal);
    if (!error || stopped.signal.aborted) return;
    const isSetAside = await setAside(target, event, { attempts, error }, options, stopped.signal);
    if (isSetAside || stopped.signal.aborted) return;
    options.onDeliveryFailure?.({ rule, target, event, attempts, error });
  }

  return {
    deliver: (busName, event) => {
      const matching = rules.filter(({ rule, matches }) => rule.busName === busName && matches(event));
      for (const { rule } of matching) {
        for (const target of rule.targets) {
          const delivery = deliverTo(rule, target, event).finally(() => underway.delete(delivery));
          underway.add(delivery);
        }
      }
    },
    idle: async () => {
      while (underway.size > 0) await Promise.all(underway);
    },
    stop: () => stopped.abort(),
  };
}

/** What delivers an event to a target once; the reason where that is not done here. */
function deliveryTo(
  target: Target,
  event: EventEnvelope,
  { invoke, send }: DeliveryOptions,
  signal: AbortSignal,
): (() => Promise<unknown>) | string {
  if (target.kind === 'unsupported') return target.reason;
  const payload = applyInput(target.input, event);
  if (target.kind === 'function') return () => invoke(target.functionLogicalId, payload, signal);
  if (send === undefined) return 'queues are not run here';
  return () => send(target.queueLogicalId, JSON.stringify(payload), signal);
}

/**
 * Puts an event that was not delivered into the target's dead-letter queue (EventBridge user guide, "Using dead-letter
 * queues to process undelivered events").
 *
 * @returns whether there is one, and it took it
 */
function setAside(
  target: Target,
  event: EventEnvelope,
  { attempts, error }: { readonly attempts: number; readonly error: Error },
  { send }: DeliveryOptions,
  signal: AbortSignal,
): Promise<boolean> {
  if (target.kind === 'unsupported' || target.deadLetterQueue === undefined || send === undefined) {
    return Promise.resolve(false);
  }
  const attributes = { ERROR_MESSAGE: error.message, RETRY_ATTEMPTS: String(attempts - 1) };
  return send(target.deadLetterQueue, JSON.stringify(event), signal, attributes).then(
    () => true,
    () => false,
  );
}

function compileRule(rule: EventRule): CompiledRule {
  try {
    return { rule, matches: compilePattern(rule.pattern) };
  } catch (cause) {
    throw new InvalidRuleError(rule.name, cause);
  }
}

async function withRetries(
  call: () => Promise<unknown>,
  { retryDelaysMs = RETRY_DELAYS_MS, sleep = abortableSleep }: DeliveryOptions,
  signal: AbortSignal,
): Promise<{ readonly attempts: number; readonly error?: Error }> {
  for (let attempts = 1; ; attempts++) {
    try {
      await call();
      return { attempts };
    } catch (cause) {
      const delay = retryDelaysMs[attempts - 1];
      if (delay !== undefined) await sleep(delay, signal).catch(() => undefined);
      if (delay === undefined || signal.aborted) return { attempts, error: asError(cause) };
    }
  }
}

function abortableSleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  return sleepFor(milliseconds, undefined, { signal });
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Error(String(cause), { cause });
}
