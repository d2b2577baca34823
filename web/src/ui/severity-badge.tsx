import type { Api } from '../../../lib/api/generated/api.ts';
import { count } from '../format.ts';
import './badge.css';

export type Severity = Api['Severity'];

/** From the worst on. */
export const SEVERITIES: readonly Severity[] = ['critical', 'error', 'warning', 'info'];

/** A severity, in words; with how many there are, where `of` is given. */
export function SeverityBadge({ severity, of }: { severity: Severity; of?: number }) {
  return (
    <span class={`badge severity-${severity}`}>
      {of === undefined ? '' : `${count(of)} `}
      {severity}
    </span>
  );
}
