// Shows and tries out alerts: npm run alert -- preview EVENT.json, test --to slack|pagerduty
import { preview } from './alert/preview.ts';
import { test } from './alert/test.ts';
import { runCommands } from './run-commands.ts';

const USAGE = `Usage: npm run alert -- preview FILE            print what Slack and PagerDuty would be sent of an event
       npm run alert -- test --to DESTINATION   send alerts of each kind, of a rollout that does not exist

preview reads an event as EventBridge hands it over, or a row of the history; - is the standard input. It takes:
  --mode bot|webhook    how Slack is told: by a bot unless given
  --rules FILE          the rule file with the routes, rules.yml by default
  --tag KEY=VALUE …     tags that the OTA task is taken to have

test takes:
  --to DESTINATION      slack or pagerduty
  --channel CHANNEL     the Slack channel, if not the default one
  --service NAME        the PagerDuty service, if not the default one
  --keep                leave the incidents open; the next test without it resolves them
Its secrets are those of ota-watch.local.yml, else those of the stack that "npm start" runs on this machine; or, from the
Parameter Store, those of a deployed one:
  --stage STAGE         the stage that was deployed
  --region REGION       its region, where AWS_REGION does not say
  --mode bot|webhook    how it tells Slack: by a bot unless given
SLACK_API_URL and PAGERDUTY_EVENTS_URL say where that is, if not where it is for everybody.
  --help                this text
docs/alerts.md tells what to create in Slack and in PagerDuty.`;

await runCommands(
  new Map([
    ['preview', preview],
    ['test', test],
  ]),
  USAGE,
);
