import { parseArgs } from 'node:util';
import { z } from 'zod';

export const USAGE = `Usage: npm start -- [options]

Runs ota-watch whole on this machine, and shows what it makes of a few scripted rollouts.

  --every SECONDS    time between polls, in each of which a simulated minute passes (default: 2)
  --seed N           what everything random in the rollouts follows from (default: 1)
  --fan-out-above N  let workers share each poll that has more looks than N (default: fanOutAbove of serverless.yml)
  --until-done       end when the scripted rollouts are over: with status 0 if every event came, else with 1
  --help             show this text`;

/** A command line that cannot be understood. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export interface Options {
  readonly everyMs: number;
  readonly seed: number;
  /** Looks of a poll above which workers share it. */
  readonly fanOutAbove?: number;
  readonly untilDone: boolean;
}

const number = (range: z.ZodNumber) =>
  z
    .string()
    .regex(/^\d+(\.\d+)?$/, 'must be a number')
    .transform(Number)
    .pipe(range);

const optionsSchema = z.object({
  every: number(z.number().max(3_600, 'must be 3600 at most')).default(2),
  seed: number(z.int('must be a whole number')).default(1),
  'fan-out-above': number(
    z.int('must be a whole number').min(1, 'must be 1 at least').max(1_000_000, 'must be 1000000 at most'),
  ).optional(),
  'until-done': z.boolean().default(false),
});

/**
 * Reads the arguments of `npm start`.
 *
 * @returns undefined when they ask for help
 * @throws UsageError that names the option at fault
 */
export function readOptions(args: readonly string[]): Options | undefined {
  const { help, ...values } = parseOptions(args);
  if (help) return undefined;
  const parsed = optionsSchema.safeParse(values);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `--${path.join('.')} ${message}`);
    throw new UsageError(problems.join('\n'), { cause: parsed.error });
  }
  const { every, seed, 'fan-out-above': fanOutAbove, 'until-done': untilDone } = parsed.data;
  return { everyMs: every * 1_000, seed, untilDone, ...(fanOutAbove !== undefined && { fanOutAbove }) };
}

function parseOptions(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        every: { type: 'string' },
        seed: { type: 'string' },
        'fan-out-above': { type: 'string' },
        'until-done': { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values;
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error), { cause: error });
  }
}
