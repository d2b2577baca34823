// Publishes events of the history again: npm run replay -- --since TIME

import { describeError } from '../lib/errors.ts';
import { UsageError } from './connect.ts';
import { replay } from './replay/replay.ts';

const USAGE = `Usage: npm run replay -- --since TIME   publish events of the history again, marked "replay": true

  --since, --until TIME  which: observed in this time, until now where it has no end; a day, a time such as
                         2026-11-22T12:00Z, or a duration before now such as 12h
  --task ID …            of these tasks only
  --type TYPE …          of these types only, such as "Status Changed"
  --unpublished          also those that were recorded and not published
  --dry-run              say what would be published, and publish nothing
  --rate N               events a second, 50 by default
  --bus NAME             name or ARN of the bus, by default that of the stack
  --state FILE           where the run keeps what it has done, by default in .ota-watch/
  --in-doubt resend      publish only the events of which it is not known whether the bus took them
  --in-doubt forget      take it that the bus took them

The same command goes on with a run that was broken off. It works on the stack that "npm start" runs on this machine, or on a
deployed one:
  --stage STAGE          the stage that was deployed
  --region REGION        its region, where AWS_REGION does not say
  --help                 this text
Status: 0 all is published, 1 the bus refused something, 2 the command makes no sense, 3 events are in doubt.
docs/replay.md tells what consumers see, and what happens when it is broken off.`;

try {
  const args = process.argv.slice(2);
  if (args.includes('--help')) console.log(USAGE);
  else await replay(args);
} catch (error) {
  console.error(describeError(error));
  if (error instanceof UsageError) console.error(`\n${USAGE}`);
  process.exitCode = error instanceof UsageError ? 2 : 1;
}
