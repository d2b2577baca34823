import { z } from 'zod';
import type { Report } from '../guarantee.ts';

/** What a worker is told to prove. */
export const jobSchema = z.object({
  number: z.int(),
  seed: z.int(),
  scripts: z.int(),
  path: z.string().optional(),
  /** Of the DynamoDB to use; an embedded one where there is none. */
  dynamodbUrl: z.string().optional(),
});
export type Job = z.infer<typeof jobSchema>;

const reportSchema: z.ZodType<Report> = z.object({
  runs: z.number(),
  tally: z.record(z.string(), z.number()),
  failure: z.exactOptional(
    z.object({ seed: z.number(), path: z.string(), script: z.string(), problems: z.array(z.string()) }),
  ),
});

/** What a worker tells: that a script was played, or that it is done, or what it could not do. */
export const newsSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('played') }),
  z.object({ kind: z.literal('done'), report: reportSchema, seconds: z.number() }),
  z.object({ kind: z.literal('broken'), reason: z.string() }),
]);
export type News = z.infer<typeof newsSchema>;
