import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { SOURCE } from '../../lib/domain/events.ts';
import type {
  ConfigurationChangedDetail,
  ProgressedDetail,
  StatusChangedDetail,
  ThresholdBreachedDetail,
  ThresholdRecoveredDetail,
  TrackingStartedDetail,
  TrackingStoppedDetail,
} from '../../lib/domain/generated/events.ts';
import type { AcceptedEvent } from '../bus/bus.ts';

interface Details {
  'OTA Task Tracking Started': TrackingStartedDetail;
  'OTA Task Status Changed': StatusChangedDetail;
  'OTA Task Configuration Changed': ConfigurationChangedDetail;
  'OTA Task Progressed': ProgressedDetail;
  'OTA Task Threshold Breached': ThresholdBreachedDetail;
  'OTA Task Threshold Recovered': ThresholdRecoveredDetail;
  'OTA Task Tracking Stopped': TrackingStoppedDetail;
}

interface EventOf<Type extends keyof Details> {
  readonly detailType: Type;
  readonly detail: Readonly<Details[Type]>;
}

/** An event of ota-watch as the bus hands it on. */
export type WatchEvent = { [Type in keyof Details]: EventOf<Type> }[keyof Details];

/** An event in the name of ota-watch that is not as the contract says. */
export class EventContractError extends Error {
  override readonly name = 'EventContractError';
}

const ajv = new Ajv2020();
ajv.addSchema(readSchema('common'));

const readers = new Map<string, (detail: unknown) => WatchEvent>([
  readerOf('OTA Task Tracking Started', 'tracking-started'),
  readerOf('OTA Task Status Changed', 'status-changed'),
  readerOf('OTA Task Configuration Changed', 'configuration-changed'),
  readerOf('OTA Task Progressed', 'progressed'),
  readerOf('OTA Task Threshold Breached', 'threshold-breached'),
  readerOf('OTA Task Threshold Recovered', 'threshold-recovered'),
  readerOf('OTA Task Tracking Stopped', 'tracking-stopped'),
]);

/**
 * Reads an event of the bus against the JSON Schemas of the contract.
 *
 * @returns undefined for an event of somebody else
 * @throws EventContractError
 */
export function readWatchEvent({ source, detailType, detail }: AcceptedEvent): WatchEvent | undefined {
  if (source !== SOURCE) return undefined;
  const read = readers.get(detailType);
  if (read === undefined) throw new EventContractError(`There is no detail-type "${detailType}"`);
  return read(detail);
}

function readerOf<Type extends keyof Details>(
  detailType: Type,
  schema: string,
): [Type, (detail: unknown) => EventOf<Type>] {
  const isValid = ajv.compile<Details[Type]>(readSchema(schema));
  const read = (detail: unknown) => {
    if (isValid(detail)) return { detailType, detail };
    throw new EventContractError(`${detailType}: ${ajv.errorsText(isValid.errors, { dataVar: 'detail' })}`);
  };
  return [detailType, read];
}

function readSchema(name: string) {
  const file = new URL(`../../events/schemas/${name}.schema.json`, import.meta.url);
  return JSON.parse(readFileSync(file, 'utf8'));
}
