import { type Fleet, type Round, rhythmOf, sweepsEach } from './fleet.ts';
import { pagesOf } from './requests.ts';

/** CPU of a request to the service, milliseconds of a whole core (docs/performance.md). */
const CPU_MS_A_LOOK = 0.8;
/** What a poll takes besides its looks: reading state, its end, and what Lambda bills of both. */
const BASE_MS = 40;
/** Committing, recording, publishing and clearing, a request to AWS each. */
const DELIVERY_MS = 60;
/** Requests under way at once. */
const CONCURRENCY = 50;
/** With 1,769 MB comes a whole core (https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html). */
const CORE_MB = 1_769;
export const POLL_MB = 1_024;
export const NOTIFIER_MB = 512;

/** How long a poll takes, milliseconds: as long as its requests wait for the service, or as its CPU needs if that is longer. */
export function roundMs(fleet: Fleet, { looks, changed, begun }: Round): number {
  const pages = (pagesOf(fleet.tasks) * sweepsEach(fleet)) / rhythmOf(fleet).roundsEach;
  const waiting = Math.ceil(looks / CONCURRENCY) * fleet.latencyMs;
  const computing = (looks * CPU_MS_A_LOOK * CORE_MB) / POLL_MB;
  const delivering = Math.min(1, changed + 2 * begun) * DELIVERY_MS;
  return BASE_MS + pages * fleet.latencyMs + Math.max(waiting, computing) + delivering;
}
