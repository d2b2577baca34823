import { parseArgs } from 'node:util';
import { type Addresses, addressesOf, type DefaultAddresses } from '../../lib/domain/alerts/route.ts';
import { type AlertSettings, DESTINATIONS, type Destination } from '../../lib/domain/alerts/routing.ts';
import type { PublishedEvent } from '../../lib/domain/events.ts';
import { UsageError, usage } from '../connect.ts';
import { columns, printable } from '../lines.ts';
import { readAlertSettings } from '../rules/read-rule-file.ts';
import { readMode } from './options.ts';
import { type Payload, pagerDutyPayloads, slackPayloads } from './payloads.ts';
import { readEventFile } from './read-event-file.ts';

const DEFAULT_FILE = 'rules.yml';
/** As they are shown where the deployment says which they are. */
const DEFAULTS: DefaultAddresses = { channel: 'the default channel', service: 'the default service' };

/**
 * Prints what Slack and PagerDuty would be sent of an event, and where it would go.
 *
 * @throws UsageError, EventFileError, RuleFileError, UnreadableRuleFileError
 */
export async function preview(args: readonly string[]): Promise<void> {
  const { file, mode, rules, tags } = parseOptions(args);
  const settings = readAlertSettings(rules);
  const event = await readEventFile(file);
  const where = {
    slack: placesOf('slack', event, settings, tags),
    pagerduty: placesOf('pagerduty', event, settings, tags),
  };
  const count = Object.keys(tags).length;
  const whose = count === 0 ? 'without tags' : 'with these tags';
  console.log(printable(`${event.detailType} of task ${event.detail.taskId}`));
  console.log(`\nWhere it goes by ${rules}, for a task ${whose}`);
  for (const line of columns(DESTINATIONS.map((destination) => ['', destination, where[destination].said])))
    console.log(line);
  for (const payload of [
    ...slackPayloads(event, mode, where.slack.isTold),
    ...pagerDutyPayloads(event, where.pagerduty.isTold),
  ])
    print(payload);
}

function parseOptions(args: readonly string[]) {
  const { values, positionals } = usage(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        mode: { type: 'string' },
        rules: { type: 'string', default: DEFAULT_FILE },
        tag: { type: 'string', multiple: true, default: [] },
      },
    }),
  );
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) throw new UsageError('preview needs one file');
  return { file, mode: readMode(values.mode) ?? 'bot', rules: values.rules, tags: readTags(values.tag) };
}

function readTags(texts: readonly string[]): Readonly<Record<string, string>> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.indexOf('=');
      if (at < 1) throw new UsageError('--tag takes a key and a value, such as --tag team=locks');
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}

interface Places {
  readonly said: string;
  readonly isTold: boolean;
}

function placesOf(
  destination: Destination,
  event: PublishedEvent,
  settings: AlertSettings,
  tags: Readonly<Record<string, string>>,
): Places {
  const { taskId, otaType, configurationId, counts } = event.detail;
  const subject = {
    taskId,
    tags,
    things: counts.total,
    ...(otaType !== undefined && { otaType }),
    ...(configurationId !== undefined && { configurationId }),
  };
  const { addresses, malformedTag } = addressesOf(settings, subject, destination, DEFAULTS);
  const told = addresses.filter(({ tells }) => tells(event)).map(({ name }) => name);
  return { said: `${told.join(', ') || 'nowhere'}${troubleWith(malformedTag)}`, isTold: told.length > 0 };
}

function troubleWith(tag: Addresses['malformedTag']): string {
  return tag === undefined ? '' : ` (the tag ${tag} cannot be understood)`;
}

function print({ title, text, json }: Payload): void {
  console.log(`\n${title}`);
  if (text !== undefined) console.log(`Text: ${printable(text.replaceAll(/\s*\n\s*/g, ' / '))}`);
  if (json !== undefined) console.log(escaped(JSON.stringify(json, null, 2)));
}

/** JSON leaves some control characters as they are. */
function escaped(json: string): string {
  return json.replaceAll(/[\u007f-\u009f]/g, (character) => `\\u00${character.charCodeAt(0).toString(16)}`);
}
