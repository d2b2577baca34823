// Looks after rules: npm run rules -- check FILE, explain TASK, test FILE

import { check } from './rules/check.ts';
import { explain } from './rules/explain.ts';
import { test } from './rules/test.ts';
import { runCommands } from './run-commands.ts';

const USAGE = `Usage: npm run rules -- check FILE   say what is wrong with a rule file
       npm run rules -- explain TASK say which rules apply to a task, and how far each is from a breach
       npm run rules -- test FILE    say what a rule file would have told of recorded rollouts

explain:
  --rules FILE          the rule file, rules.yml by default
test needs one of:
  --recording FILE      observations in JSON Lines
  --history             the history table; today's tags, schedules and configurations are held against it
and takes:
  --task ID …           these tasks of the history; by default all that changed in the last 30 days
  --since, --until TIME a part of it: a day, or a time such as 2026-11-22T12:00Z
  --period SECONDS      from poll to poll, 60 by default
  --json                breaches and recoveries as JSON Lines

explain and test --history work on the stack that "npm start" runs on this machine, or on a deployed one:
  --stage STAGE         the stage that was deployed
  --region REGION       its region, where AWS_REGION does not say
  --help                this text
docs/rules.md tells what rules mean, and what a recording is.`;

await runCommands(
  new Map([
    ['check', check],
    ['explain', explain],
    ['test', test],
  ]),
  USAGE,
);
