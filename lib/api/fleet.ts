import type { TaskStore } from '../ports.ts';
import type { Fleet } from './ports.ts';
import { remembered } from './remembered.ts';

/**
 * The `tasks` table, scanned at most once in a while whoever asks.
 *
 * @param now epoch milliseconds
 * @param maxAgeMs from the beginning of a scan
 */
export function createFleet(
  store: Pick<TaskStore, 'readAll' | 'read'>,
  now: () => number,
  maxAgeMs: number,
): Fleet {
  const scan = remembered(() => store.readAll(), { now, keepMs: () => maxAgeMs, maxKeys: 1 });
  return { all: () => scan('all'), one: (taskId) => store.read(taskId) };
}
