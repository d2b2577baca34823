// Our poller against a naive one and against bare requests, with stand-ins for the services that take 30 ms for each request: calls
// by kind, time, processor time, memory, and how they grow. Under 15 minutes; --quick under two. Writes docs/benchmarks/ (--quick:
// nothing, unless a folder is given).
// node test/bench/bench.ts [--quick] [--out docs/benchmarks]
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import { inspect, parseArgs } from 'node:util';
import { measureLoading } from './loading.ts';
import { wallChart } from './report/chart.ts';
import { documentOf, type Report } from './report/document.ts';
import { figuresOf } from './report/figures.ts';
import { goalsOf } from './report/goals.ts';
import { callRows, figureRows, goalRows, table } from './report/text.ts';
import { bundle } from './runner/bundle.ts';
import { QUICK, WHOLE } from './runner/plan.ts';
import { run } from './runner/run.ts';

const { values } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, out: { type: 'string' } },
});
const plan = values.quick ? QUICK : WHOLE;
const out =
  values.out ?? (values.quick ? undefined : path.resolve(import.meta.dirname, '../../docs/benchmarks'));
const startedAt = performance.now();

const bundles = await bundle();
try {
  const { samples, errors } = await run(plan, bundles);
  const figures = figuresOf(samples);
  const loading = await measureLoading();
  const goals = goalsOf(figures, loading);
  const print = (text: string) => process.stdout.write(`${text}\n\n`);
  print(table(figureRows(figures)));
  print(table(callRows(figures)));
  print(table(goalRows(goals)));
  const minutes = ((performance.now() - startedAt) / 60_000).toFixed(1);
  const busy = Math.max(...figures.map(({ standInLoad }) => standInLoad)) * 100;
  print(
    `${plan.rounds} rounds in ${minutes} minutes; ${plan.latencyMs} ms a request, ${plan.concurrency} at once. The stand-ins were busy at most ${busy.toFixed(0)} % of a poll.`,
  );
  for (const error of errors) process.stderr.write(`Left out: ${inspect(error)}\n`);
  if (errors.length > 0) process.exitCode = 1;
  if (out !== undefined) {
    const { latencyMs, concurrency, rounds } = plan;
    const report: Report = {
      measuredAt: new Date().toISOString(),
      machine: { processor: cpus()[0]?.model ?? '', cores: cpus().length, node: process.version },
      plan: { latencyMs, concurrency, rounds },
      loading,
      goals,
      figures,
    };
    mkdirSync(out, { recursive: true });
    writeFileSync(path.join(out, 'poll.json'), `${JSON.stringify(report, null, 2)}\n`);
    writeFileSync(path.join(out, 'README.md'), documentOf(report));
    writeFileSync(path.join(out, 'poll.svg'), wallChart(figures));
  }
} finally {
  bundles.remove();
}
