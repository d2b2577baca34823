import { z } from 'zod';

/** What one poll took. */
export const Measured = z.object({
  wallMs: z.number(),
  /** Of all threads of the process. */
  cpuMs: z.number(),
  /** The most memory that the process ever had. */
  peakMb: z.number(),
  polled: z.number(),
  changes: z.number(),
  failures: z.number().default(0),
});
export type Measured = z.infer<typeof Measured>;

/** Measures a poll in the process that runs it. */
export async function measured<Report extends object>(
  poll: () => Promise<Report>,
): Promise<Report & Omit<Measured, 'polled' | 'changes' | 'failures'>> {
  const cpuBefore = process.cpuUsage();
  const startedAt = performance.now();
  const report = await poll();
  const wallMs = performance.now() - startedAt;
  const { user, system } = process.cpuUsage(cpuBefore);
  const { maxRSS } = process.resourceUsage();
  return { ...report, wallMs, cpuMs: (user + system) / 1_000, peakMb: maxRSS / 1_024 };
}
