// Changes the code in small ways (mutants), and sees whether tests notice: `npm run test:mutants -- [area…] [--incremental]
// [--concurrency N]`. With --by-hand: whether the guarantees notice when a guard is taken away. Fails where too few are noticed.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { AREAS, type Area } from './mutants/areas.ts';
import { killByHand } from './mutants/by-hand.ts';
import { scoreOf, scoreTable } from './mutants/score.ts';
import { type Judged, judgeMutants, REPORTS } from './mutants/stryker.ts';

const ROOT = path.resolve(import.meta.dirname, '..');
/** Percent of the mutants of an area. */
const THRESHOLD = 90;

/** @returns the areas of these names, or all; undefined when there is none of such a name */
function chosen(names: readonly string[]): readonly Area[] | undefined {
  const areas = AREAS.filter(({ name }) => names.length === 0 || names.includes(name));
  return areas.length === (names.length || AREAS.length) ? areas : undefined;
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'by-hand': { type: 'boolean', default: false },
      incremental: { type: 'boolean', default: false },
      concurrency: { type: 'string', default: '2' },
    },
  });
  if (values['by-hand']) return killByHand(ROOT, positionals);
  const areas = chosen(positionals);
  const concurrency = Number(values.concurrency);
  if (areas === undefined || !Number.isInteger(concurrency) || concurrency < 1) {
    console.error(`Areas: ${AREAS.map(({ name }) => name).join(', ')}. Concurrency: 1 or more.`);
    return 2;
  }
  process.chdir(ROOT);
  const all: Judged[] = [];
  const failed: string[] = [];
  for (const area of areas) {
    const mutants = await judgeMutants(area, { root: ROOT, concurrency, isIncremental: values.incremental });
    all.push(...mutants);
    if (scoreOf(area.name, mutants).percent < THRESHOLD) failed.push(area.name);
  }
  const table = scoreTable(all);
  mkdirSync(REPORTS, { recursive: true });
  writeFileSync(path.join(REPORTS, 'summary.md'), `${table}\n`);
  console.log(`\n${table}\n\nReports, with every mutant: ${REPORTS}/`);
  if (failed.length > 0) console.error(`Below ${THRESHOLD} %: ${failed.join(', ')}`);
  return failed.length > 0 ? 1 : 0;
}

process.exitCode = await main();
