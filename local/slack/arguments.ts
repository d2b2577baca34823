import { z } from 'zod';
import { readBlocks, type SlackBlock } from './blocks.ts';
import { SlackRefusal } from './refusal.ts';
import type { MessageMetadata } from './types.ts';

const record = z.record(z.string(), z.unknown());

export type Arguments = Readonly<Record<string, unknown>>;

/** Reads the body of a request: a form whose structured values are JSON, or JSON. Undefined where it is neither. */
export function readArguments(contentType: string | undefined, body: string): Arguments | undefined {
  if (contentType?.startsWith('application/x-www-form-urlencoded')) {
    return Object.fromEntries(new URLSearchParams(body));
  }
  if (!contentType?.startsWith('application/json')) return undefined;
  return record.safeParse(parseJson(body)).data;
}

export function textOf(args: Arguments, name: string): string | undefined {
  const value = args[name];
  if (value === undefined || value === '') return undefined;
  if (typeof value !== 'string') throw new SlackRefusal('invalid_arguments', [`${name} is not a string`]);
  return value;
}

export function requiredText(args: Arguments, name: string): string {
  const value = textOf(args, name);
  if (value === undefined) throw new SlackRefusal('invalid_arguments', [`missing required field: ${name}`]);
  return value;
}

export function flagOf(args: Arguments, name: string): boolean {
  return args[name] === true || args[name] === 'true' || args[name] === '1';
}

export function numberOf(args: Arguments, name: string, fallback: number): number {
  const value = Number(args[name] ?? fallback);
  if (!Number.isFinite(value)) throw new SlackRefusal('invalid_arguments', [`${name} is not a number`]);
  return value;
}

export function blocksOf(args: Arguments): readonly SlackBlock[] {
  if (args.blocks === undefined) return [];
  const given = structureOf(args.blocks);
  if (!Array.isArray(given)) throw new SlackRefusal('invalid_blocks_format');
  const blocks = readBlocks(given);
  if ('error' in blocks) throw new SlackRefusal(blocks.error, blocks.problems);
  return blocks;
}

const metadataSchema = z.strictObject({
  event_type: z.string().regex(/^\w{1,255}$/),
  event_payload: record,
});

export function metadataOf(args: Arguments): MessageMetadata | undefined {
  if (args.metadata === undefined) return undefined;
  const parsed = metadataSchema.safeParse(structureOf(args.metadata));
  if (!parsed.success) throw new SlackRefusal('invalid_metadata_format', [z.prettifyError(parsed.error)]);
  return parsed.data;
}

/** Forms carry JSON as text. */
function structureOf(value: unknown): unknown {
  return typeof value === 'string' ? parseJson(value) : value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
