import { readFileSync } from 'node:fs';
import { readWatchEvent, type WatchEvent } from '../../../local/stack/watch-event.ts';

/** Reads a sample of the contract, with some fields of the detail changed, as the bus would accept it. */
export function sample(name: string, changes: object = {}): WatchEvent {
  const file = new URL(`../../../events/samples/${name}.json`, import.meta.url);
  const { 'detail-type': detailType, detail, ...rest } = JSON.parse(readFileSync(file, 'utf8'));
  const event = readWatchEvent({ ...rest, detailType, detail: { ...detail, ...changes }, busName: 'bus' });
  if (event === undefined) throw new Error(`${name} is no event of ours`);
  return event;
}
