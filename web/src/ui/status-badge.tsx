import './badge.css';

const KNOWN: ReadonlySet<string> = new Set([
  'SCHEDULED',
  'IN_PROGRESS',
  'COMPLETED',
  'CANCELED',
  'DELETION_IN_PROGRESS',
  'DELETED',
]);

/** `IN_PROGRESS` as `in progress`; a status of later versions likewise. */
export function statusName(status: string): string {
  return status.toLowerCase().replaceAll('_', ' ');
}

export function StatusBadge({ status }: { status: string }) {
  const kind = KNOWN.has(status) ? status.toLowerCase().replaceAll('_', '-') : 'other';
  return <span class={`status status-${kind}`}>{statusName(status)}</span>;
}
