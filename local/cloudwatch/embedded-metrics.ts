import { z } from 'zod';

/** A value of a metric, as a function reported it. */
export interface Datum {
  readonly namespace: string;
  readonly name: string;
  /** Values by name. */
  readonly dimensions: Readonly<Record<string, string>>;
  /** Epoch milliseconds. */
  readonly timestamp: number;
  readonly value: number;
}

const envelopeSchema = z.looseObject({
  _aws: z.object({
    Timestamp: z.number(),
    CloudWatchMetrics: z.array(
      z.object({
        Namespace: z.string(),
        Dimensions: z.array(z.array(z.string())),
        Metrics: z.array(z.object({ Name: z.string() })),
      }),
    ),
  }),
});
const valuesSchema = z.union([z.number().transform((value) => [value]), z.array(z.number())]);

/**
 * Reads a line that a function logged in CloudWatch's embedded metric format; nothing for any other line. Metrics without a value
 * in the line, and sets of dimensions of which one has no value, are passed over.
 *
 * @see https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/CloudWatch_Embedded_Metric_Format_Specification.html
 */
export function readEmbeddedMetrics(line: string): Datum[] {
  if (!line.startsWith('{') || !line.includes('"_aws"')) return [];
  const { data: envelope } = envelopeSchema.safeParse(parseJson(line));
  if (envelope === undefined) return [];
  const { _aws, ...root } = envelope;
  const { Timestamp: timestamp, CloudWatchMetrics: directives } = _aws;
  return directives.flatMap(({ Namespace: namespace, Dimensions, Metrics }) => {
    const sets = Dimensions.map((names) => dimensionsOf(names, root)).filter((set) => set !== undefined);
    return Metrics.flatMap(({ Name: name }) => {
      const values = valuesSchema.safeParse(root[name]).data ?? [];
      return sets.flatMap((dimensions) =>
        values.map((value) => ({ namespace, name, dimensions, timestamp, value })),
      );
    });
  });
}

function dimensionsOf(
  names: readonly string[],
  root: Readonly<Record<string, unknown>>,
): Datum['dimensions'] | undefined {
  const entries = names.map((name) => [name, root[name]] as const);
  return z.record(z.string(), z.string()).safeParse(Object.fromEntries(entries)).data;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
