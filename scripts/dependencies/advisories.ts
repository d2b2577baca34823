import { z } from 'zod';
import type { NpmResult } from './npm.ts';

/** What `npm audit` found, or why it could not look. */
export type AuditOutcome =
  | { readonly kind: 'checked'; readonly serious: readonly string[]; readonly others: number }
  | { readonly kind: 'not-checked'; readonly reason: string };

const SERIOUS: ReadonlySet<string> = new Set(['high', 'critical']);

const Report = z.object({
  auditReportVersion: z.literal(2),
  vulnerabilities: z.record(z.string(), z.object({ severity: z.string(), range: z.string() })),
});
/** Of a registry that answers something else, or does not answer. */
const Refusal = z.object({
  statusCode: z.int().optional(),
  error: z.object({ code: z.string().nullish(), summary: z.string().nullish() }),
});

/**
 * Reads what `npm audit --json` printed.
 *
 * @throws Error for what is neither a report nor a refusal: nobody can tell then whether anything was checked
 */
export function readAudit({ status, output }: NpmResult): AuditOutcome {
  const answer = parseJson(output);
  const report = Report.safeParse(answer);
  if (report.success) {
    const found = Object.entries(report.data.vulnerabilities);
    const serious = found.filter(([, { severity }]) => SERIOUS.has(severity));
    return {
      kind: 'checked',
      serious: serious.map(([name, { severity, range }]) => `${name} ${range}: ${severity}`),
      others: found.length - serious.length,
    };
  }
  const refusal = Refusal.safeParse(answer);
  if (!refusal.success) throw new Error(`npm audit ended with ${status}, and printed no report`);
  const { statusCode, error } = refusal.data;
  if (statusCode !== undefined)
    return { kind: 'not-checked', reason: `the registry has no advisories (HTTP ${statusCode})` };
  return { kind: 'not-checked', reason: `the registry cannot be asked (${error.code ?? error.summary})` };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
