import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { GuaranteeOptionError } from './errors.ts';
import { ENGINES, type PlanOptions } from './plan.ts';

export interface RunOptions extends PlanOptions {
  /** Module that exports them. */
  readonly guarantees: string;
  readonly workers: number;
  /** Where the summary goes. */
  readonly summary: string;
  readonly writeDocs: boolean;
  /** Where a report of vitest's form goes. */
  readonly jsonReport?: string | undefined;
}

const SEED = 20_261_122;
const SUMMARY = 'reports/guarantees.md';
const MOST_WORKERS = 2;
/** fast-check's own seeds are 32 bits. */
const MAX_SEED = 0x7fff_ffff - 100;

const wholeNumber = (min: number, max: number) => z.coerce.number().int().min(min).max(max);

const schema = z.object({
  only: z
    .string()
    .regex(/^\d+(,\d+)*$/, 'expected numbers with commas between')
    .transform((list) => list.split(',').map(Number))
    .optional(),
  seed: wholeNumber(0, MAX_SEED).default(SEED),
  path: z
    .string()
    .regex(/^\d+(:\d+)*$/, 'expected numbers with colons between')
    .optional(),
  share: z.coerce.number().gt(0).max(100).default(100),
  engine: z.enum(ENGINES).optional(),
  guarantees: z.string().default('test/guarantees/all.ts'),
  workers: wholeNumber(1, 64).default(Math.min(MOST_WORKERS, availableParallelism())),
  summary: z.string().default(SUMMARY),
  'write-docs': z.boolean().default(false),
  'json-report': z.string().optional(),
});

/** @throws GuaranteeOptionError */
export function readOptions(args: readonly string[]): RunOptions {
  const parsed = schema.safeParse(valuesOf(args));
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`);
    throw new GuaranteeOptionError(problems.join('\n'));
  }
  const { 'write-docs': writeDocs, 'json-report': jsonReport, ...options } = parsed.data;
  if (options.path !== undefined && options.only?.length !== 1)
    throw new GuaranteeOptionError('--path replays one guarantee: --only says which');
  if (writeDocs && (options.share !== 100 || options.only !== undefined))
    throw new GuaranteeOptionError('--write-docs is for all, in full: neither with --share nor with --only');
  return { ...options, writeDocs, jsonReport };
}

function valuesOf(args: readonly string[]): unknown {
  const string = { type: 'string' } as const;
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: string,
        seed: string,
        path: string,
        share: string,
        engine: string,
        guarantees: string,
        workers: string,
        summary: string,
        'json-report': string,
        'write-docs': { type: 'boolean' },
      },
    });
    return values;
  } catch (cause) {
    throw new GuaranteeOptionError(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
