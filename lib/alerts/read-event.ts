import { Ajv2020 } from 'ajv/dist/2020.js';
import common from '../../events/schemas/common.schema.json' with { type: 'json' };
import configurationChanged from '../../events/schemas/configuration-changed.schema.json' with {
  type: 'json',
};
import progressed from '../../events/schemas/progressed.schema.json' with { type: 'json' };
import statusChanged from '../../events/schemas/status-changed.schema.json' with { type: 'json' };
import thresholdBreached from '../../events/schemas/threshold-breached.schema.json' with { type: 'json' };
import thresholdRecovered from '../../events/schemas/threshold-recovered.schema.json' with { type: 'json' };
import trackingStarted from '../../events/schemas/tracking-started.schema.json' with { type: 'json' };
import trackingStopped from '../../events/schemas/tracking-stopped.schema.json' with { type: 'json' };
import { type EventOf, type PublishedEvent, type PublishedType, SOURCE } from '../domain/events.ts';
import { OtaWatchError } from '../errors.ts';

type Reader<Type extends PublishedType> = (detail: unknown) => EventOf<Type>;

/** An event in the name of ota-watch that is not as the contract says. Nothing of the detail is quoted. */
export class EventContractError extends OtaWatchError {
  override readonly name = 'EventContractError';
}

const MAX_QUOTED = 100;

const ajv = new Ajv2020();
ajv.addSchema(common);

const READERS: { readonly [Type in PublishedType]: Reader<Type> } = {
  'OTA Task Tracking Started': reader('OTA Task Tracking Started', trackingStarted),
  'OTA Task Status Changed': reader('OTA Task Status Changed', statusChanged),
  'OTA Task Configuration Changed': reader('OTA Task Configuration Changed', configurationChanged),
  'OTA Task Progressed': reader('OTA Task Progressed', progressed),
  'OTA Task Threshold Breached': reader('OTA Task Threshold Breached', thresholdBreached),
  'OTA Task Threshold Recovered': reader('OTA Task Threshold Recovered', thresholdRecovered),
  'OTA Task Tracking Stopped': reader('OTA Task Tracking Stopped', trackingStopped),
};

/** What the bus hands to its targets, as far as it concerns us. */
export interface EventHead {
  readonly source: string;
  readonly detailType: string;
  readonly detail: unknown;
}

/**
 * Reads an event of the bus against the JSON Schemas of the contract.
 *
 * @returns undefined for an event of somebody else
 * @throws EventContractError
 */
export function readPublishedEvent({ source, detailType, detail }: EventHead): PublishedEvent | undefined {
  if (source !== SOURCE) return undefined;
  if (!isPublishedType(detailType))
    throw new EventContractError(`There is no detail-type "${detailType.slice(0, MAX_QUOTED)}"`);
  return READERS[detailType](detail);
}

function isPublishedType(text: string): text is PublishedType {
  return Object.hasOwn(READERS, text);
}

function reader<Type extends PublishedType>(detailType: Type, schema: object): Reader<Type> {
  const isValid = ajv.compile<EventOf<Type>['detail']>(schema);
  return (detail) => {
    if (isValid(detail)) return { detailType, detail };
    throw new EventContractError(`${detailType}: ${ajv.errorsText(isValid.errors, { dataVar: 'detail' })}`);
  };
}
