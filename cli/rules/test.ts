import { parseArgs } from 'node:util';
import { createClients } from '../../lib/aws/clients.ts';
import { historyReader } from '../../lib/aws/history-table.ts';
import { otaService } from '../../lib/aws/managed-integrations.ts';
import { readConfig } from '../../lib/config.ts';
import type { RuleSubject } from '../../lib/domain/rules/match.ts';
import { resolveRules } from '../../lib/domain/rules/resolve.ts';
import { parseScheduleTime } from '../../lib/domain/schedule.ts';
import { readHistory } from '../../lib/recorded-history.ts';
import type { Recording } from '../../lib/recording.ts';
import { type ReplayedEvent, replayTask } from '../../lib/replay.ts';
import { withDefaults } from '../../lib/rule-file/defaults.ts';
import { chooseStack, UsageError, usage } from '../connect.ts';
import { printEvents, printReplay } from './print-replay.ts';
import { readRecording } from './read-recording.ts';
import { readRuleFile } from './read-rule-file.ts';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 30;

/** What is replayed, and from when to when it is told. Epoch milliseconds. */
interface Recorded {
  readonly recording: Recording;
  readonly since: number;
  readonly until: number;
}

/**
 * Says what a rule file would have told of recorded rollouts.
 *
 * @throws UsageError, RuleFileError, UnreadableRuleFileError, RecordingError, UnreadableRecordingError, ConfigurationError, and
 *   what the database answers
 */
export async function test(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  const rules = withDefaults(readRuleFile(options.file));
  const { discoveryTag, pollPeriodSeconds } = readConfig(process.env);
  const ignoredTags = discoveryTag === undefined ? [] : [discoveryTag.key];
  const periodMs = (options.period ?? pollPeriodSeconds) * 1_000;
  const { recording, since, until } = await record(options);
  const ruleIds = new Set<string>();
  const rulesFor = (subject: RuleSubject) => {
    const resolved = resolveRules(rules, { ...subject, ignoredTags }).rules;
    for (const { id } of resolved) ruleIds.add(id);
    return resolved;
  };
  const events: ReplayedEvent[] = [];
  for (const observations of recording.values())
    for (const event of replayTask(observations, { rulesFor, periodMs, until }))
      if (event.at >= since) events.push(event);
  events.sort((a, b) => a.at - b.at);
  if (options.json) printEvents(events);
  else printReplay(events, { ruleIds, recording, until });
}

type Options = ReturnType<typeof parseOptions>;

/** @throws UsageError for a command line that makes no sense */
function parseOptions(args: readonly string[]) {
  const { values, positionals } = usage(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        recording: { type: 'string' },
        history: { type: 'boolean', default: false },
        task: { type: 'string', multiple: true },
        since: { type: 'string' },
        until: { type: 'string' },
        stage: { type: 'string' },
        region: { type: 'string' },
        period: { type: 'string' },
        json: { type: 'boolean', default: false },
      },
    }),
  );
  const [file, ...others] = positionals;
  if (file === undefined || others.length > 0) throw new UsageError('test needs one rule file');
  if ((values.recording === undefined) !== values.history)
    throw new UsageError('test needs a recording: either --recording FILE or --history');
  const { task, since, until, stage, region } = values;
  const misplaced = Object.entries({ task, since, until, stage, region }).find(
    ([, value]) => value !== undefined,
  );
  if (!values.history && misplaced !== undefined)
    throw new UsageError(`--${misplaced[0]} goes with --history only`);
  return { ...values, file, period: parsePeriod(values.period) };
}

function parsePeriod(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seconds = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (seconds < 1 || seconds > 86_400) throw new UsageError('--period takes seconds, from 1 to 86400');
  return seconds;
}

async function record(options: Options): Promise<Recorded> {
  if (options.recording === undefined) return recordHistory(options);
  const recording = await readRecording(options.recording);
  const instants = [...recording.values()].flatMap((observations) => observations.map(({ at }) => at));
  return { recording, since: 0, until: instants.reduce((latest, at) => Math.max(latest, at), 0) };
}

async function recordHistory({ task: taskIds = [], stage, region, ...options }: Options): Promise<Recorded> {
  // A day counts to its end.
  const until = parseTime('until', options.until, DAY_MS - 1) ?? Date.now();
  const since =
    parseTime('since', options.since, 0) ?? (taskIds.length > 0 ? 0 : until - DEFAULT_DAYS * DAY_MS);
  if (since > until) throw new UsageError('--since is after --until');
  const stack = await chooseStack(stage, region, process.env);
  const { managedIntegrations, dynamodb } = createClients(10);
  const account = { partition: 'aws', region: stack.region ?? '', accountId: '' };
  const { recording, warnings } = await readHistory(
    { taskIds, since, until },
    {
      history: historyReader(dynamodb, stack.historyTable),
      service: otaService(managedIntegrations, account),
    },
  );
  for (const warning of warnings) console.error(warning);
  return { recording, since, until };
}

function parseTime(name: string, text: string | undefined, ofDay: number): number | undefined {
  if (text === undefined) return undefined;
  const instant = parseScheduleTime(text);
  if (instant === undefined)
    throw new UsageError(`--${name} takes a day or a time, such as 2026-11-22 or 2026-11-22T12:00Z`);
  return Date.parse(instant) + (/^\d{4}-\d{2}-\d{2}$/.test(text.trim()) ? ofDay : 0);
}
