import type { HeldUpBy, WaitingRow } from '../../lib/outbox/held-up.ts';
import type { OutboxReport } from '../../lib/outbox/list.ts';
import { columns, count, printable } from '../lines.ts';

const HELD_UP_BY: Readonly<Record<HeldUpBy, string>> = {
  unrecorded: 'not in the history yet',
  conflict: 'another row has its place in the history: the next poll numbers it anew',
  earlier: 'waits for the one before it',
  size: 'larger than EventBridge takes',
  bus: 'recorded, and not taken by the bus yet',
};

/** Whether everything is delivered that can be. What was set aside is, as far as outboxes go. */
export function isNothingWaiting({ waiting, full, unreadable }: OutboxReport): boolean {
  return waiting.length + full.length + unreadable.length === 0;
}

/** A report for people. */
export function sentences(report: OutboxReport, now: number, stack: string): string[] {
  const { waiting, full, unreadable, setAside, unknownTask } = report;
  const lines = [
    ...columns(
      waiting.map((one) => [one.row.eventId, one.row.detailType, ageOf(one, now), HELD_UP_BY[one.heldUpBy]]),
    ),
    ...full.map((taskId) => `Task ${taskId}: the outbox is full, so its next difference is held back`),
    ...unreadable.map(({ taskId, problem }) => `The item of task ${taskId} cannot be understood. ${problem}`),
  ];
  if (unknownTask !== undefined) lines.push(`No poll knows a task ${unknownTask} (${stack})`);
  else if (lines.length === 0) lines.push(`Nothing waits (${stack})`);
  if (setAside.length === 0) return lines.map(printable);
  const rows = setAside.map(({ eventId, at, code, message }) => [eventId, at, code, message]);
  return [...lines.map(printable), '', 'Set aside:', ...columns(rows)];
}

/** How long a row waits, in the largest unit that it fills. */
function ageOf({ row }: WaitingRow, now: number): string {
  const seconds = secondsOf(row.observedAt, now);
  if (seconds < 120) return count(seconds, 'second');
  return seconds < 7_200
    ? count(Math.floor(seconds / 60), 'minute')
    : count(Math.floor(seconds / 3_600), 'hour');
}

const secondsOf = (observedAt: string, now: number) =>
  Math.max(0, Math.floor((now - Date.parse(observedAt)) / 1_000));

/** A report for scripts: an object a line, told apart by `kind`. */
export function jsonLines(
  { waiting, full, unreadable, setAside, unknownTask }: OutboxReport,
  now: number,
): string[] {
  const objects = [
    ...waiting.map(({ row, recorded, heldUpBy }) => ({
      kind: 'waiting',
      taskId: row.taskId,
      eventId: row.eventId,
      detailType: row.detailType,
      observedAt: row.observedAt,
      waitingSeconds: secondsOf(row.observedAt, now),
      recorded,
      heldUpBy,
    })),
    ...full.map((taskId) => ({ kind: 'full', taskId })),
    ...unreadable.map((item) => ({ kind: 'unreadable', ...item })),
    ...setAside.map((note) => ({ kind: 'set-aside', ...note })),
    ...(unknownTask === undefined ? [] : [{ kind: 'unknown', taskId: unknownTask }]),
  ];
  return objects.map((object) => JSON.stringify(object));
}
