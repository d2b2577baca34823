import type { Fleet } from './fleet.ts';
import type { Priced, PriceList } from './prices.ts';
import { type Use, usageOf } from './usage.ts';

/** A line of the bill. */
export interface Item extends Use {
  readonly service: string;
  readonly usd: number;
}

export interface Estimate {
  /** Dearest first. */
  readonly items: readonly Item[];
  /** A month. */
  readonly usd: number;
}

const SERVICES: Readonly<Record<Priced, string>> = {
  lambdaRequest: 'Lambda',
  lambdaGbSecond: 'Lambda',
  dynamodbWrite: 'DynamoDB',
  dynamodbRead: 'DynamoDB',
  dynamodbStorage: 'DynamoDB',
  dynamodbRecovery: 'DynamoDB',
  schedulerInvocation: 'EventBridge',
  customEvent: 'EventBridge',
  sqsRequest: 'SQS',
  kmsRequest: 'KMS',
  logsIngested: 'CloudWatch',
  logsStored: 'CloudWatch',
  customMetric: 'CloudWatch',
  alarm: 'CloudWatch',
  secret: 'Secrets Manager',
};

export interface EstimateOptions {
  /** Takes off what every account has for nothing, as if nothing else ran in it. */
  readonly freeTier?: boolean;
}

/** What a month costs, item by item. */
export function estimate(
  fleet: Fleet,
  { prices }: PriceList,
  { freeTier = false }: EstimateOptions = {},
): Estimate {
  const uses = usageOf(fleet);
  const total = (of: Priced) => uses.reduce((sum, use) => sum + (use.of === of ? use.quantity : 0), 0);
  const items = uses.map((use): Item => {
    const { usd, per, free } = prices[use.of];
    const charged = freeTier ? Math.max(0, 1 - free / total(use.of)) : 1;
    return { ...use, service: SERVICES[use.of], usd: (use.quantity * charged * usd) / per };
  });
  return {
    items: items.toSorted((a, b) => b.usd - a.usd),
    usd: items.reduce((sum, item) => sum + item.usd, 0),
  };
}

/** What another setting would change. */
export interface Alternative {
  readonly setting: string;
  /** A month; less than nothing is saved. */
  readonly usd: number;
}

const ALTERNATIVES: readonly (readonly [setting: string, change: Partial<Fleet>])[] = [
  ['a round every 60 s', { pollIntervalSeconds: 60 }],
  ['a round every 10 s', { pollIntervalSeconds: 10 }],
  ['trustLastUpdated on', { trust: true }],
  ['fanOutAbove off', { fanOutAbove: 'off' }],
  ['progressEvents all', { progressEvents: 'all' }],
  ['progressEvents milestones', { progressEvents: 'milestones' }],
  ['Slack on', { slack: true }],
  ['PagerDuty on', { pagerduty: true }],
  ['API on', { api: true }],
];
const WORTH_TELLING_USD = 0.005;

/** What each of a few other settings would cost, or save. */
export function alternativesTo(
  fleet: Fleet,
  prices: PriceList,
  options: EstimateOptions = {},
): Alternative[] {
  const { usd } = estimate(fleet, prices, options);
  return ALTERNATIVES.map(([setting, change]) => ({
    setting,
    usd: estimate({ ...fleet, ...change }, prices, options).usd - usd,
  })).filter((alternative) => Math.abs(alternative.usd) >= WORTH_TELLING_USD);
}
