import type { Api } from '../../lib/api/generated/api.ts';

export type Severity = Api['Severity'];

/** From the worst on. */
export const SEVERITIES: readonly Severity[] = ['critical', 'error', 'warning', 'info'];
