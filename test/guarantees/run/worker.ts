/** A process that proves what it is told to on its channel, one job after the other; the argument names the module with the guarantees. */
import { pathToFileURL } from 'node:url';
import { type Guarantee, prove } from '../guarantee.ts';
import { Rig } from '../rig.ts';
import { type Job, jobSchema, type News } from './messages.ts';

const [module = ''] = process.argv.slice(2);
const { GUARANTEES }: { GUARANTEES: readonly Guarantee[] } = await import(pathToFileURL(module).href);

function tell(news: News): void {
  process.send?.(news);
}

async function work({ number, seed, scripts, path, dynamodbUrl }: Job): Promise<News> {
  const guarantee = GUARANTEES.find((candidate) => candidate.number === number);
  if (guarantee === undefined) return { kind: 'broken', reason: `There is no guarantee ${number}` };
  if (dynamodbUrl === undefined) delete process.env.TEST_DYNAMODB_URL;
  else process.env.TEST_DYNAMODB_URL = dynamodbUrl;
  const rig = await Rig.start();
  const startedAt = performance.now();
  try {
    const onPlayed = () => tell({ kind: 'played' });
    const report = await prove(guarantee, rig, {
      seed,
      scripts,
      onPlayed,
      ...(path !== undefined && { path }),
    });
    return { kind: 'done', report, seconds: (performance.now() - startedAt) / 1_000 };
  } finally {
    await rig.close();
  }
}

process.on('message', async (message) => {
  try {
    tell(await work(jobSchema.parse(message)));
  } catch (error) {
    tell({ kind: 'broken', reason: error instanceof Error ? (error.stack ?? error.message) : String(error) });
  }
});
process.on('disconnect', () => process.exit());
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));
