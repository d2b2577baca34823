// Shows events that are not delivered, and repairs what holds them up: npm run outbox -- list, resend, set-aside
import { list } from './outbox/list.ts';
import { resend } from './outbox/resend.ts';
import { setAside } from './outbox/set-aside.ts';
import { runCommands } from './run-commands.ts';

const USAGE = `Usage: npm run outbox -- list              show what waits and why, and what was set aside
       npm run outbox -- resend EVENT_ID …   offer events to the bus again that no poll will offer
       npm run outbox -- set-aside EVENT_ID  take the event that a task's outbox waits for out of the way

list: status 0 when nothing waits, 3 when something does
  --task ID             of one task
  --since TIME          what was set aside since then: a day, a time such as 2026-11-22T12:00Z,
                        or a duration such as 12h; the last 30 days by default
  --json                as JSON Lines
resend: status 0 when the bus took all of them
  --all-set-aside       all that were set aside
  --since TIME          of these, the ones since then, the last 30 days by default
  --bus NAME            the bus, by name or ARN; by default the one that the stack's outputs name
set-aside:
  --reason TEXT         goes into the history
  --item TASK           in place of an event: an item that this version cannot understand
  --keep FILE           where the item is kept, in DynamoDB's JSON; the file must not exist

They work on the stack that "npm start" runs on this machine, or on a deployed one:
  --stage STAGE         the stage that was deployed
  --region REGION       its region, where AWS_REGION does not say
  --help                this text
docs/operations.md tells when each is needed.`;

await runCommands(
  new Map([
    ['list', list],
    ['resend', resend],
    ['set-aside', setAside],
  ]),
  USAGE,
);
