import { readFile } from 'node:fs/promises';
import { alternativesTo, estimate } from '../../lib/cost/estimate.ts';
import { countsOf } from '../../lib/cost/monthly-requests.ts';
import ownPrices from '../../lib/cost/prices.json' with { type: 'json' };
import { type PriceList, PriceListError, parsePriceList } from '../../lib/cost/prices.ts';
import { UsageError } from '../connect.ts';
import { parseCostOptions } from './options.ts';
import { type CostReport, printCost } from './print.ts';

/** Prints what a month costs. @throws UsageError, also for a price list that makes no sense */
export async function cost(args: readonly string[]): Promise<void> {
  const { fleet, prices: file, region, freeTier, json } = parseCostOptions(args);
  const prices = await readPrices(file);
  const report: CostReport = {
    fleet,
    prices: { date: prices.date, region: region ?? prices.region, currency: prices.currency, freeTier },
    ...estimate(fleet, prices, { freeTier }),
    requests: countsOf(fleet),
    alternatives: alternativesTo(fleet, prices, { freeTier }),
  };
  console.log(json ? JSON.stringify(report, undefined, 2) : printCost(report).join('\n'));
}

async function readPrices(file: string | undefined): Promise<PriceList> {
  if (file === undefined) return parsePriceList(ownPrices);
  try {
    return parsePriceList(JSON.parse(await readFile(file, 'utf8')));
  } catch (error) {
    if (error instanceof PriceListError) throw new UsageError(`--prices: ${error.message}`, { cause: error });
    throw new UsageError(`--prices: ${file} cannot be read as JSON`, { cause: error });
  }
}
