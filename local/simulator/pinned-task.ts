import { z } from 'zod';
import { COUNTERS, processingDetails } from './counters.ts';
import { epochSeconds, type Owner, taskArn, type WireDocument } from './document.ts';
import { THING_STATUSES, type ThingStatus } from './rollout/things.ts';
import { executionSummary, type SimulatedTask, thingId } from './task.ts';
import type { UpdateOtaTaskInput } from './wire.ts';

export interface FriendlyCounts {
  readonly queued?: number;
  readonly inProgress?: number;
  readonly succeeded?: number;
  readonly failed?: number;
  readonly rejected?: number;
  readonly timedOut?: number;
  readonly removed?: number;
  readonly canceled?: number;
}

export interface PinnedTaskOptions extends Partial<Owner> {
  readonly taskId?: string;
  readonly status?: string;
  /** Those left out are zero. */
  readonly counts?: FriendlyCounts;
  /** Epoch milliseconds. */
  readonly createdAt?: number;
  readonly updatedAt?: number;
  readonly configurationId?: string;
  readonly otaType?: string;
  /** Further members of the document, or others in place of these. */
  readonly members?: WireDocument;
}

/** Builds the GetOtaTask answer of a task with these counts, for `account.putTask`. */
export function pinnedTask(options: PinnedTaskOptions = {}): WireDocument {
  const {
    taskId = 'pinned',
    status = 'IN_PROGRESS',
    counts = {},
    otaType = 'ONE_TIME',
    members = {},
  } = options;
  const { createdAt = Date.UTC(2025, 5, 2, 3), updatedAt = createdAt, configurationId } = options;
  const { accountId = '123456789012', region = 'us-east-1' } = options;
  const byStatus = {
    QUEUED: counts.queued ?? 0,
    IN_PROGRESS: counts.inProgress ?? 0,
    SUCCEEDED: counts.succeeded ?? 0,
    FAILED: counts.failed ?? 0,
    REJECTED: counts.rejected ?? 0,
    TIMED_OUT: counts.timedOut ?? 0,
    REMOVED: counts.removed ?? 0,
    CANCELED: counts.canceled ?? 0,
  };
  return {
    TaskId: taskId,
    TaskArn: taskArn({ accountId, region }, taskId),
    S3Url: 's3://firmware/image.bin',
    Protocol: 'HTTP',
    OtaType: otaType,
    OtaMechanism: 'PUSH',
    CreatedAt: epochSeconds(createdAt),
    LastUpdatedAt: epochSeconds(updatedAt),
    ...(configurationId === undefined ? {} : { TaskConfigurationId: configurationId }),
    TaskProcessingDetails: processingDetails(byStatus, []),
    Status: status,
    ...members,
  };
}

/** A task that stands exactly as its document says, until the document is replaced. */
export class PinnedTask implements SimulatedTask {
  #document: WireDocument;

  constructor(document: WireDocument) {
    this.#document = document;
  }

  isGone(): boolean {
    return false;
  }

  document(): WireDocument {
    return this.#document;
  }

  /** Executions that agree with the counters of the document. */
  executions(_now: number, from: number, limit: number): readonly WireDocument[] {
    const { CreatedAt } = this.#document;
    const at = typeof CreatedAt === 'number' ? CreatedAt * 1_000 : 0;
    return this.#statuses(from, limit).map((status, offset) =>
      executionSummary(thingId(from + offset), {
        status,
        queuedAt: at,
        startedAt: undefined,
        updatedAt: at,
        retryAttempt: 0,
      }),
    );
  }

  update(_now: number, changes: UpdateOtaTaskInput): void {
    this.#document = { ...this.#document, ...changes };
  }

  cancel(): void {
    this.#document = { ...this.#document, Status: 'CANCELED' };
  }

  delete(): void {
    this.#document = { ...this.#document, Status: 'DELETION_IN_PROGRESS' };
  }

  #statuses(from: number, limit: number): ThingStatus[] {
    const details =
      z.record(z.string(), z.unknown()).safeParse(this.#document.TaskProcessingDetails).data ?? {};
    const page: ThingStatus[] = [];
    let toSkip = from;
    for (const status of THING_STATUSES) {
      const counter = Number(details[COUNTERS[status]] ?? 0);
      const length = Math.max(0, Math.min(counter - toSkip, limit - page.length));
      page.push(...Array.from({ length }, () => status));
      toSkip = Math.max(0, toSkip - counter);
    }
    return page;
  }
}
