import { type Signal, signal } from '@preact/signals';
import type { Health } from '../../lib/api/generated/api.ts';
import type { Live } from './live.ts';

/** What `/health` says; the shell keeps it fresh. */
export const health: Signal<Live<Health>> = signal({ loading: true });

/** Whether the caller may export. Not known yet: no. */
export function mayExport(): boolean {
  return health.value.data?.caller.roles.includes('exporter') ?? false;
}
