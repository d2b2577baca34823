import { OutboxError } from './ports.ts';

/**
 * Splits `<taskId>:<sequence>`.
 *
 * @throws OutboxError
 */
export function parseEventId(eventId: string): { readonly taskId: string; readonly sequence: number } {
  const [, taskId, sequence] = /^([^:]+):([1-9]\d{0,14})$/.exec(eventId) ?? [];
  if (taskId === undefined) throw new OutboxError(`Not an event id (TASK:SEQUENCE): ${eventId}`);
  return { taskId, sequence: Number(sequence) };
}
