import type { Alternative, Estimate, Item } from '../../lib/cost/estimate.ts';
import type { Fleet } from '../../lib/cost/fleet.ts';
import type { RequestCounts } from '../../lib/cost/monthly-requests.ts';
import { UNITS } from '../../lib/cost/prices.ts';
import type { Requests } from '../../lib/cost/requests.ts';
import { columns } from '../lines.ts';

/** What `npm run cost` tells. */
export interface CostReport extends Estimate {
  readonly fleet: Fleet;
  readonly prices: {
    readonly date: string;
    readonly region: string;
    readonly currency: string;
    readonly freeTier: boolean;
  };
  readonly requests: RequestCounts;
  readonly alternatives: readonly Alternative[];
}

const LARGEST = 3;

/** The lines of a report. */
export function printCost(report: CostReport): string[] {
  const { items, usd, requests, alternatives, prices } = report;
  const largest = items.slice(0, LARGEST);
  const share = largest.reduce((sum, item) => sum + item.usd, 0) / (usd || 1);
  return [
    ...printFleet(report),
    '',
    ...columns([
      ['service', 'item', 'a month', `  ${prices.currency}`, 'share'],
      ...items.map((item) => printItem(item, usd)),
      ['', '', 'total', dollars(usd), ''],
    ]),
    '',
    `The ${LARGEST} largest are ${percent(share)}: ${largest.map(({ what }) => what).join('; ')}.`,
    ...printAlternatives(alternatives),
    '',
    ...printRequests(requests),
  ];
}

function printFleet({ fleet, prices }: CostReport): string[] {
  const { tasks, inProgress, changesPerHour, endedPerDay, pollIntervalSeconds } = fleet;
  const free = prices.freeTier ? ', less what every account has for nothing' : '';
  return [
    `${counted(tasks, 'task')}, ${number(inProgress)} in progress; ${counted(Math.round(changesPerHour), 'change')} an hour; ` +
      `${counted(endedPerDay, 'rollout')} begin and end in a day; a round every ${pollIntervalSeconds} s`,
    `Prices of ${prices.date}, ${prices.region}${free}; a month of 30 days`,
  ];
}

function printItem({ service, what, of, quantity, usd }: Item, total: number): string[] {
  return [service, what, `${number(quantity)} ${UNITS[of]}`, dollars(usd), percent(usd / (total || 1))];
}

function printAlternatives(alternatives: readonly Alternative[]): string[] {
  if (alternatives.length === 0) return [];
  const change = ({ setting, usd }: Alternative) => [
    `  ${setting}`,
    `${usd < 0 ? '−' : '+'}${dollars(Math.abs(usd)).trim()}`,
  ];
  return ['', 'Other settings:', ...columns(alternatives.map(change))];
}

function printRequests({ quiet, usual, usualChanges, month }: RequestCounts): string[] {
  const rows = OPERATIONS.map((name) => [
    name,
    ...[quiet, usual, month].map((requests) => number(requests[name])),
  ]);
  return columns([
    ['requests', 'quiet round', `round with ${counted(usualChanges, 'change')}`, 'a month'],
    ...rows,
  ]);
}

const OPERATIONS: readonly (keyof Requests)[] = [
  'ListOtaTasks',
  'GetOtaTask',
  'GetItem',
  'Query',
  'BatchExecuteStatement',
  'PutItem',
  'PutEvents',
];

/** Four digits of what is small, whole numbers else. */
function number(value: number): string {
  return value < 10 && !Number.isInteger(value)
    ? String(Number(value.toPrecision(2)))
    : Math.round(value).toLocaleString('en-US');
}

const counted = (value: number, noun: string) => `${number(value)} ${noun}${value === 1 ? '' : 's'}`;
const dollars = (usd: number) => usd.toFixed(2).padStart(6);
const percent = (share: number) => `${Math.round(share * 100)} %`;
