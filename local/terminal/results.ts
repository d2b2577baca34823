import type { Counts } from '../../lib/domain/counts.ts';

/** How things ended, without what did not happen: `38 succeeded, 2 failed`. */
export function resultsOf(counts: Counts): string {
  const results = [
    [counts.succeeded, 'succeeded'],
    [counts.failed, 'failed'],
    [counts.rejected, 'rejected'],
    [counts.timedOut, 'timed out'],
    [counts.removed, 'removed'],
    [counts.canceled, 'canceled'],
  ] as const;
  const some = results.filter(([count]) => count > 0).map(([count, what]) => `${count} ${what}`);
  return some.length === 0 ? 'none' : some.join(', ');
}
