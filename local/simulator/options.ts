import { parseArgs } from 'node:util';
import { z } from 'zod';

/** The text of `--help`. */
export const USAGE = `Usage: node local/simulator/main.ts [options]

Simulates the OTA operations of AWS IoT managed integrations on 127.0.0.1.

  --port N             port to listen on (default: a free one)
  --seed N             what everything random follows from (default: 1)
  --speed N            simulated seconds in a real one (default: 1)
  --account ID         AWS account (default: 123456789012)
  --region NAME        AWS region (default: us-east-1)
  --throttle FRACTION  of requests that are throttled
  --internal FRACTION  of requests that fail with 500
  --drop FRACTION      of requests that lose their connection
  --latency MS         that each request waits at most
  --help               show this text`;

const number = (text: z.ZodNumber) =>
  z
    .string()
    .regex(/^-?\d+(\.\d+)?$/, 'must be a number')
    .transform(Number)
    .pipe(text);
const fraction = number(z.number().min(0).max(1));

const optionsSchema = z.object({
  port: number(z.int().min(0).max(65_535)).default(0),
  seed: number(z.int()).default(1),
  speed: number(z.number().positive()).default(1),
  account: z
    .string()
    .regex(/^\d{12}$/, 'must have 12 digits')
    .default('123456789012'),
  region: z
    .string()
    .regex(/^[a-z0-9-]+$/, 'must be the name of a region')
    .default('us-east-1'),
  throttle: fraction.default(0),
  internal: fraction.default(0),
  drop: fraction.default(0),
  latency: number(z.number().min(0)).default(0),
});

/** Reads the command line; `undefined` when it asks for help. Throws an error that names the option at fault. */
export function readOptions(args: string[]): z.output<typeof optionsSchema> | undefined {
  const options = Object.keys(optionsSchema.shape).map((name) => [name, { type: 'string' }] as const);
  const { values } = parseArgs({
    args,
    options: { ...Object.fromEntries(options), help: { type: 'boolean' } },
  });
  if (values.help) return undefined;
  const { data, error } = optionsSchema.safeParse(values);
  if (data) return data;
  throw new TypeError(error.issues.map(({ path, message }) => `--${path.join()}: ${message}`).join('\n'), {
    cause: error,
  });
}
