import { count } from '../format.ts';
import type { Severity } from '../severity.ts';
import './badge.css';

/** A severity, in words; with how many there are, where `of` is given. */
export function SeverityBadge({ severity, of }: { severity: Severity; of?: number }) {
  return (
    <span class={`badge severity-${severity}`}>
      {of === undefined ? '' : `${count(of)} `}
      {severity}
    </span>
  );
}
