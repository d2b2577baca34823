import { readFileSync } from 'node:fs';
import { readPublishedEvent } from '../../../lib/alerts/read-event.ts';
import type { PublishedEvent } from '../../../lib/domain/events.ts';

/** Reads a sample of the contract, with some fields of the detail changed, as the bus would accept it. */
export function sample(name: string, changes: object = {}): PublishedEvent {
  const file = new URL(`../../../events/samples/${name}.json`, import.meta.url);
  const { 'detail-type': detailType, detail, ...rest } = JSON.parse(readFileSync(file, 'utf8'));
  const event = readPublishedEvent({
    ...rest,
    detailType,
    detail: { ...detail, ...changes },
    busName: 'bus',
  });
  if (event === undefined) throw new Error(`${name} is no event of ours`);
  return event;
}
