import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type {
  CommonDetail,
  Counts,
  ProgressedDetail,
  StatusChangedDetail,
} from '../../lib/domain/generated/events.ts';

/** An event as a subscriber of the bus gets it. */
export interface BusEvent {
  readonly source: string;
  readonly detailType: string;
  readonly resources: readonly string[];
  /** The bus keeps whole seconds. */
  readonly time: string | Date;
  readonly detail: unknown;
}

type Fields = CommonDetail & Partial<Omit<ProgressedDetail & StatusChangedDetail, keyof CommonDetail>>;
type Validators = ReadonlyMap<string, ValidateFunction<Fields>>;

const SCHEMAS = path.resolve(import.meta.dirname, '../../events/schemas');
const SET_ASIDE = 'OTA Task Event Set Aside';
const PROGRESSED = 'OTA Task Progressed';
/** Progress by the setting, breaches by mutes. */
const MAY_BE_UNPUBLISHED: ReadonlySet<string> = new Set([
  PROGRESSED,
  'OTA Task Threshold Breached',
  'OTA Task Threshold Recovered',
]);
const MAX_DETAIL_BYTES = 64 * 1024;

const files = readdirSync(SCHEMAS);
const fileOf = new Map(
  files.filter((file) => file !== 'common.schema.json').map((file) => [detailTypeOf(file), file]),
);

/** The detail-types of the history, and those that may go on the bus. */
export const ROW_TYPES: readonly string[] = [...fileOf.keys()];
export const EVENT_TYPES: readonly string[] = ROW_TYPES.filter((type) => type !== SET_ASIDE);

const ajv = new Ajv2020({ allErrors: true });
for (const file of files) ajv.addSchema(readClosed(file));

const details: Validators = new Map(EVENT_TYPES.map((type) => [type, compile(type, {})]));
const rows: Validators = new Map(
  ROW_TYPES.map((type) => [
    type,
    compile(type, {
      required: ['detailType', 'published', 'day'],
      properties: {
        detailType: { const: type },
        published: MAY_BE_UNPUBLISHED.has(type) ? { type: 'boolean' } : { const: type !== SET_ASIDE },
        previousHash: { type: 'string', pattern: '^[0-9a-f]{64}$' },
        day: { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$' },
        expiresAt: { type: 'integer', minimum: 1 },
      },
    }),
  ]),
);

/** What the contract says of every detail and a schema cannot. */
const RULES: readonly (readonly [problem: string, holds: (fields: Fields) => boolean])[] = [
  ['eventId is not taskId:sequence', ({ eventId, taskId, sequence }) => eventId === `${taskId}:${sequence}`],
  [
    'previousSequence is not below sequence',
    ({ previousSequence = 0, sequence }) => previousSequence < sequence,
  ],
  ['counts.total is not the sum of the eight', ({ counts }) => isSummed(counts)],
  [
    'previousCounts.total is not the sum of the eight',
    ({ previousCounts }) => previousCounts === undefined || isSummed(previousCounts),
  ],
  [
    'terminal does not fit status',
    ({ terminal, status }) =>
      terminal === undefined || terminal === ['COMPLETED', 'CANCELED', 'DELETED'].includes(status),
  ],
  [
    'inferredCause is there on CANCELED only, and always',
    ({ previousStatus, inferredCause, status }) =>
      previousStatus === undefined || (inferredCause !== undefined) === (status === 'CANCELED'),
  ],
  ['the detail has 64 KB or more', (fields) => Buffer.byteLength(JSON.stringify(fields)) < MAX_DETAIL_BYTES],
];

function isSummed({ total, ...eight }: Counts): boolean {
  return total === Object.values(eight).reduce((sum, count) => sum + count, 0);
}

/** @returns what is wrong with the detail of an event; empty for nothing */
export function validateDetail(detailType: string, detail: unknown): string[] {
  return validate(details, detailType, detail, () => []);
}

/** @returns what is wrong with an event; empty for nothing */
export function validateEvent({ source, detailType, resources, time, detail }: BusEvent): string[] {
  return validate(details, detailType, detail, ({ taskArn, observedAt }) => {
    const at = new Date(time).getTime();
    const observed = Date.parse(observedAt);
    const problems = [
      source !== 'ota-watch' && `source is ${source}`,
      !(resources.length === 1 && resources[0] === taskArn) && 'resources is not the task ARN alone',
      at !== observed && at !== Math.floor(observed / 1000) * 1000 && 'time is not observedAt',
    ];
    return problems.filter((problem) => problem !== false);
  });
}

/** @returns what is wrong with a row of the history table; empty for nothing */
export function validateRow(row: Readonly<Record<string, unknown>>): string[] {
  return validate(rows, String(row.detailType), row, ({ observedAt }) =>
    row.day === observedAt.slice(0, 10) ? [] : ['day is not that of observedAt'],
  );
}

/** @throws if the event is not as the contract says, or has anything that it does not mention */
export function expectValidEvent(event: BusEvent): void {
  report(`${event.detailType} on the bus`, validateEvent(event), event);
}

/** @throws if the row is not as the contract says, or has anything that it does not mention */
export function expectValidRow(row: Readonly<Record<string, unknown>>): void {
  report(`${row.detailType} in the history`, validateRow(row), row);
}

function report(what: string, problems: readonly string[], value: unknown): void {
  if (problems.length === 0) return;
  throw new Error(
    `${what}:\n${problems.map((problem) => `- ${problem}`).join('\n')}\n${JSON.stringify(value, null, 2)}`,
  );
}

function validate(
  validators: Validators,
  detailType: string,
  value: unknown,
  further: (fields: Fields) => string[],
): string[] {
  const isValid = validators.get(detailType);
  if (isValid === undefined) return [`no detail-type here: ${detailType}`];
  if (isValid(value)) {
    return [...RULES.filter(([, holds]) => !holds(value)).map(([problem]) => problem), ...further(value)];
  }
  return (isValid.errors ?? []).map(
    ({ instancePath, message, params }) => `${instancePath || '/'} ${message} ${JSON.stringify(params)}`,
  );
}

/** status-changed.schema.json → OTA Task Status Changed */
function detailTypeOf(file: string): string {
  const words = file.replace('.schema.json', '').split('-');
  return ['OTA', 'Task', ...words.map((word) => word.charAt(0).toUpperCase() + word.slice(1))].join(' ');
}

/** A schema whose nested objects take no other fields: subscribers have to bear additions, our own tests must not. */
function readClosed(file: string) {
  return JSON.parse(readFileSync(path.join(SCHEMAS, file), 'utf8'), (key, value) =>
    key !== '' && value?.type === 'object' ? { ...value, additionalProperties: false } : value,
  );
}

/** Closes the object itself, which a schema that others refer to cannot do. */
function compile(detailType: string, further: object): ValidateFunction<Fields> {
  const allOf = [{ $ref: fileOf.get(detailType) }];
  return ajv.compile<Fields>({ type: 'object', allOf, ...further, unevaluatedProperties: false });
}
