import { z } from 'zod';
import { functionFinder } from './functions.ts';
import { isJsonObject } from './json.ts';
import { queueFinder } from './queues.ts';
import type { Template } from './template.ts';
import { TemplateError } from './template-error.ts';

/** A target as rules and schedules have it. `InputPath` and `InputTransformer` exist on rules only. */
export const targetProperties = z.object({
  Id: z.string().default('target'),
  Arn: z.string(),
  Input: z.string().optional(),
  InputPath: z.string().optional(),
  InputTransformer: z.unknown().optional(),
  DeadLetterConfig: z.object({ Arn: z.string() }).optional(),
});

type TargetProperties = z.infer<typeof targetProperties>;

/** What a target receives in place of the event: a constant, or the part of the event that `path` leads to. */
export type TargetInput =
  | { readonly kind: 'event' }
  | { readonly kind: 'constant'; readonly value: unknown }
  | { readonly kind: 'part'; readonly path: readonly string[] };

interface Served {
  readonly id: string;
  readonly input: TargetInput;
  /** Logical id of the queue that takes what the target did not. */
  readonly deadLetterQueue?: string;
}

export type Target =
  | (Served & { readonly kind: 'function'; readonly functionLogicalId: string })
  | (Served & { readonly kind: 'queue'; readonly queueLogicalId: string })
  /** A target that has no local counterpart. */
  | { readonly kind: 'unsupported'; readonly id: string; readonly reason: string };

const SIMPLE_PATH = /^\$((?:\.[\w-]+)*)$/;

/** A function that tells targets apart: the template's own functions and queues, and everything else. */
export function targetReader(template: Template): (target: TargetProperties, at: string) => Target {
  const functionOf = functionFinder(template);
  const queueOf = queueFinder(template);

  const serverOf = (arn: string) => {
    const functionLogicalId = functionOf(arn);
    if (functionLogicalId !== undefined) return { kind: 'function', functionLogicalId } as const;
    const queueLogicalId = queueOf(arn);
    return queueLogicalId === undefined ? undefined : ({ kind: 'queue', queueLogicalId } as const);
  };

  return (target, at) => {
    const { Id: id, Arn } = target;
    const server = serverOf(Arn);
    if (server === undefined) {
      return { kind: 'unsupported', id, reason: `a target of this kind is not run locally: ${Arn}` };
    }
    if (target.InputTransformer !== undefined) {
      return { kind: 'unsupported', id, reason: 'InputTransformer is not supported locally' };
    }
    const deadLetterQueue = queueOf(target.DeadLetterConfig?.Arn ?? '');
    return {
      ...server,
      id,
      input: inputOf(target, at),
      ...(deadLetterQueue !== undefined && { deadLetterQueue }),
    };
  };
}

function inputOf({ Input, InputPath }: TargetProperties, at: string): TargetInput {
  if (Input !== undefined) return { kind: 'constant', value: parseInput(Input, `${at}.Input`) };
  if (InputPath === undefined || InputPath === '$') return { kind: 'event' };
  const path = SIMPLE_PATH.exec(InputPath)?.[1];
  if (path === undefined) {
    throw new TemplateError(
      `${at}.InputPath`,
      `only paths such as $.detail.status are supported: ${InputPath}`,
    );
  }
  return { kind: 'part', path: path.slice(1).split('.') };
}

function parseInput(input: string, at: string): unknown {
  try {
    return JSON.parse(input);
  } catch (cause) {
    throw new TemplateError(at, 'is not JSON', { cause });
  }
}

/** What a target receives of an event. A part that the event lacks is undefined. */
export function applyInput(input: TargetInput, event: unknown): unknown {
  if (input.kind === 'event') return event;
  if (input.kind === 'constant') return input.value;
  return input.path.reduce<unknown>((value, key) => (isJsonObject(value) ? value[key] : undefined), event);
}
