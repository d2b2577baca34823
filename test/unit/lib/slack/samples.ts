import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { readPublishedEvent } from '../../../../lib/alerts/read-event.ts';
import type { PublishedEvent } from '../../../../lib/domain/events.ts';

const SAMPLES = path.resolve(import.meta.dirname, '../../../../events/samples');

/** The sample of an event, by the name of its file without `.json`. */
export function sampleEvent(name: string): PublishedEvent {
  const { source, detail, ...envelope } = JSON.parse(
    readFileSync(path.join(SAMPLES, `${name}.json`), 'utf8'),
  );
  const event = readPublishedEvent({ source, detailType: envelope['detail-type'], detail });
  if (event === undefined) throw new Error(`${name} is no event of ota-watch`);
  return event;
}

/** Names of the samples that are events on the bus. */
export const SAMPLE_NAMES: readonly string[] = readdirSync(SAMPLES)
  .map((file) => file.replace(/\.json$/, ''))
  .filter((name) => !/^(history-row|poll\.input)/.test(name));
