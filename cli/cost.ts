// Estimates what a month costs: npm run cost -- --tasks 1000 --in-progress 50

import { describeError } from '../lib/errors.ts';
import { UsageError } from './connect.ts';
import { cost } from './cost/cost.ts';

const USAGE = `Usage: npm run cost -- --tasks N --in-progress N   estimate what a month costs, item by item

  --tasks N            tasks of the account, whatever their status (1,000)
  --in-progress N      those in progress (50, or all of fewer)
  --changes N          looks that find other counts, an hour, or a day as in 4800/day (4 an hour for each in progress)
  --ended-per-day N    rollouts that begin, and end, in a day (a fifth of those in progress)
  --hot N              those in progress that are looked at in every round (a tenth)
  --poll-interval S    seconds from round to round, from 5 (60)
  --max-latency S      a quiet task is looked at so often at least (60)
  --trust              trustLastUpdated is on
  --fan-out-above N    looks past which a poll is shared, or off (5,000)
  --progress-events P  milestones, all or none (milestones)
  --slack, --pagerduty the notifier is on
  --api                the API is on; what is asked of it is not counted
  --latency MS         how long a request to the service takes (30)
  --history-months N   how long the history has been kept (12)

  --prices FILE        prices in place of lib/cost/prices.json, in the same form
  --region NAME        what to call the region of those prices
  --free-tier          take off what every account has for nothing, as if nothing else ran in it
  --json               all of it as JSON
  --help               this text
docs/cost.md tells where the numbers come from, and what is left out.`;

try {
  const args = process.argv.slice(2);
  if (args.includes('--help')) console.log(USAGE);
  else await cost(args);
} catch (error) {
  console.error(describeError(error));
  if (error instanceof UsageError) console.error(`\n${USAGE}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
