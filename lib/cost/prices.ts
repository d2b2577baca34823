import { z } from 'zod';
import { OtaWatchError } from '../errors.ts';

/** What AWS charges for, and the unit in which it is counted. */
export const UNITS = {
  lambdaRequest: 'requests',
  lambdaGbSecond: 'GB-seconds',
  dynamodbWrite: 'write units',
  dynamodbRead: 'read units',
  dynamodbStorage: 'GB',
  dynamodbRecovery: 'GB',
  schedulerInvocation: 'invocations',
  customEvent: 'events',
  sqsRequest: 'requests',
  kmsRequest: 'requests',
  logsIngested: 'GB',
  logsStored: 'GB',
  customMetric: 'metrics',
  alarm: 'alarms',
  secret: 'secrets',
} as const;

export type Priced = keyof typeof UNITS;

export const PRICED: readonly Priced[] = [
  'lambdaRequest',
  'lambdaGbSecond',
  'dynamodbWrite',
  'dynamodbRead',
  'dynamodbStorage',
  'dynamodbRecovery',
  'schedulerInvocation',
  'customEvent',
  'sqsRequest',
  'kmsRequest',
  'logsIngested',
  'logsStored',
  'customMetric',
  'alarm',
  'secret',
];

const Price = z.strictObject({
  /** For `per` units. */
  usd: z.number().min(0),
  per: z.number().positive(),
  /** Units that every account has for nothing each month, for as long as it lives. */
  free: z.number().min(0),
  /** Where AWS says it. */
  page: z.url(),
  /** Where it was read. */
  readIn: z.string(),
});

export type Price = z.infer<typeof Price>;

const PriceList = z.strictObject({
  /** When the list was made. */
  date: z.iso.date(),
  region: z.string(),
  currency: z.literal('USD'),
  prices: z.record(z.enum(PRICED), Price),
});

export type PriceList = z.infer<typeof PriceList>;

/** A price list makes no sense. */
export class PriceListError extends OtaWatchError {
  override readonly name = 'PriceListError';
}

/** @throws PriceListError that names each wrong entry */
export function parsePriceList(value: unknown): PriceList {
  const parsed = PriceList.safeParse(value);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'the list'}: ${message}`,
  );
  throw new PriceListError(`Not a price list: ${problems.join('; ')}`, { cause: parsed.error });
}
