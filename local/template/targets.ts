import { z } from 'zod';
import { isJsonObject } from './json.ts';
import type { Template } from './template.ts';
import { TemplateError } from './template-error.ts';

/** A target as rules and schedules have it. `InputPath` and `InputTransformer` exist on rules only. */
export const targetProperties = z.object({
  Id: z.string().default('target'),
  Arn: z.string(),
  Input: z.string().optional(),
  InputPath: z.string().optional(),
  InputTransformer: z.unknown().optional(),
});

type TargetProperties = z.infer<typeof targetProperties>;

/** What a target receives in place of the event: a constant, or the part of the event that `path` leads to. */
export type TargetInput =
  | { readonly kind: 'event' }
  | { readonly kind: 'constant'; readonly value: unknown }
  | { readonly kind: 'part'; readonly path: readonly string[] };

export type Target =
  | {
      readonly kind: 'function';
      readonly id: string;
      readonly functionLogicalId: string;
      readonly input: TargetInput;
    }
  /** A target that has no local counterpart. */
  | { readonly kind: 'unsupported'; readonly id: string; readonly reason: string };

const SIMPLE_PATH = /^\$((?:\.[\w-]+)*)$/;

/** A function that tells targets apart: the template's own functions, and everything else. */
export function targetReader(template: Template): (target: TargetProperties, at: string) => Target {
  const functions = template.resourcesOf('AWS::Lambda::Function', z.object({}));
  const logicalIds = new Map(functions.map(({ name, logicalId }) => [name, logicalId]));

  return (target, at) => {
    const id = target.Id;
    const functionName = /^arn:[^:]+:lambda:[^:]*:\d*:function:([^:]+)/.exec(target.Arn)?.[1];
    const functionLogicalId = logicalIds.get(functionName ?? '');
    if (functionLogicalId === undefined) {
      return { kind: 'unsupported', id, reason: `a target of this kind is not run locally: ${target.Arn}` };
    }
    if (target.InputTransformer !== undefined) {
      return { kind: 'unsupported', id, reason: 'InputTransformer is not supported locally' };
    }
    return { kind: 'function', id, functionLogicalId, input: inputOf(target, at) };
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
