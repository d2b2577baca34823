import { parseEventId } from '../../lib/outbox/event-id.ts';
import { OutboxError } from '../../lib/outbox/ports.ts';
import { readInstant } from '../audit/since.ts';
import { UsageError } from '../connect.ts';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;

/**
 * Epoch milliseconds of `--since`: 30 days before `now` where it is not given.
 *
 * @throws UsageError
 */
export function parseSince(text: string | undefined, now: number): number {
  return text === undefined ? now - DEFAULT_DAYS * DAY_MS : readInstant('since', text, now);
}

/** @throws UsageError for what is no event id */
export function expectEventId(text: string): void {
  try {
    parseEventId(text);
  } catch (error) {
    throw error instanceof OutboxError ? new UsageError(error.message, { cause: error }) : error;
  }
}
