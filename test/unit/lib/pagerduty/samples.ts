import { readFileSync } from 'node:fs';
import { readPublishedEvent } from '../../../../lib/alerts/read-event.ts';
import type { EventOf, PublishedEvent, PublishedType } from '../../../../lib/domain/events.ts';

/** A sample of the documentation, such as `progressed`, of the detail-type that it is to have. */
export function sample<Type extends PublishedType>(name: string, detailType: Type): EventOf<Type> {
  const event = read(name);
  if (!isOf(event, detailType)) throw new Error(`${name} is no ${detailType}`);
  return event;
}

export const breach = (name: string) => sample(`threshold-breached.${name}`, 'OTA Task Threshold Breached');

function read(name: string): PublishedEvent {
  const url = new URL(`../../../../events/samples/${name}.json`, import.meta.url);
  const { source, detail, 'detail-type': detailType } = JSON.parse(readFileSync(url, 'utf8'));
  const event = readPublishedEvent({ source, detailType, detail });
  if (event === undefined) throw new Error(`${name} is no event of ours`);
  return event;
}

function isOf<Type extends PublishedType>(
  event: PublishedEvent | EventOf<Type>,
  detailType: Type,
): event is EventOf<Type> {
  return event.detailType === detailType;
}
