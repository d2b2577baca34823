import type { Counts } from '../counts.ts';
import type { ProgressSample } from '../progress.ts';
import type { TaskConfiguration } from '../task.ts';

/** Where a task stands in its maintenance windows. Instants are epoch milliseconds. */
export type MaintenanceWindow =
  | { readonly open: true; readonly since: number }
  /** `opensAt` is left out when no window ever opens again. */
  | { readonly open: false; readonly opensAt?: number };

/** What rules are held against. Instants are epoch milliseconds. */
export interface TaskLook {
  readonly status: string;
  readonly counts: Counts;
  readonly previousCounts: Counts;
  /** Up to and with this look. */
  readonly samples: readonly ProgressSample[];
  readonly isContinuous: boolean;
  readonly startTime?: number;
  readonly endTime?: number;
  readonly configuration?: TaskConfiguration;
  /** Left out for a task without maintenance windows. */
  readonly window?: MaintenanceWindow;
}
