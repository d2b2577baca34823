// Proves that the history is what was recorded: npm run audit -- verify
import { verify } from './audit/verify.ts';
import { runCommands } from './run-commands.ts';

const USAGE = `Usage: npm run audit -- verify   check that nobody changed, removed, moved or added rows of the history

verify takes:
  --task ID …         these tasks, by default all
  --since TIME        only rows observed since: a day, a time such as 2026-11-22T12:00Z, or a duration such as 12h
  --events PATH …     hold the rows against published events that were kept: a file or a folder of JSON Lines or JSON arrays,
                      as an archive exports them; .gz is unpacked
  --json              the result as JSON

It works on the stack that "npm start" runs on this machine, or on a deployed one:
  --stage STAGE       the stage that was deployed
  --region REGION     its region, where AWS_REGION does not say
  --help              this text
Status: 0 all is intact, 1 something is broken, 2 the command makes no sense, 3 not all could be checked.
docs/audit.md tells what the findings mean.`;

await runCommands(new Map([['verify', verify]]), USAGE);
