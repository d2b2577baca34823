import { parseArgs } from 'node:util';
import { createClients } from '../../lib/aws/clients.ts';
import { otaService } from '../../lib/aws/managed-integrations.ts';
import { taskTable } from '../../lib/aws/task-table.ts';
import { readConfig } from '../../lib/config.ts';
import type { TaskConfiguration, TaskFacts } from '../../lib/domain/task.ts';
import { describeError, OtaWatchError, summarizeError } from '../../lib/errors.ts';
import { explainTask } from '../../lib/explain-rules.ts';
import type { ObservedTask, OtaService } from '../../lib/ports.ts';
import { withDefaults } from '../../lib/rule-file/defaults.ts';
import { chooseStack, UsageError, usage } from '../connect.ts';
import { printExplanation } from './print-explanation.ts';
import { readRuleFile } from './read-rule-file.ts';

const REQUEST_TIMEOUT_MS = 10_000;
const DEFAULT_FILE = 'rules.yml';

/** There is no such task, or the service does not show it. */
class UnknownTaskError extends OtaWatchError {
  override readonly name = 'UnknownTaskError';
}

/**
 * Says which rules apply to a task, where they come from, and how far each is from a breach.
 *
 * @throws UsageError, RuleFileError, UnreadableRuleFileError, ConfigurationError, UnknownTaskError, and what the database answers
 */
export async function explain(args: readonly string[]): Promise<void> {
  const { taskId, rules: file = DEFAULT_FILE, stage, region } = parseOptions(args);
  const rules = withDefaults(readRuleFile(file));
  const { discoveryTag, pollPeriodSeconds } = readConfig(process.env);
  const stack = await chooseStack(stage, region, process.env);
  const { managedIntegrations, dynamodb } = createClients(1);
  const account = { partition: 'aws', region: stack.region ?? '', accountId: '' };
  const service = otaService(managedIntegrations, account);
  const observed = await readTask(taskId, service);
  const item = await taskTable(dynamodb, stack.tasksTable).read(taskId);
  const snapshot = item?.state === 'live' ? item.snapshot : undefined;
  const configuration = await readConfiguration(observed.facts, service);
  const now = Date.now();
  const explanation = explainTask(
    { observed, ...(configuration && { configuration }), ...(snapshot && { snapshot }) },
    {
      rules,
      now,
      periodMs: pollPeriodSeconds * 1_000,
      ignoredTags: discoveryTag === undefined ? [] : [discoveryTag.key],
    },
  );
  const tracked = item?.state === 'requested' ? 'requested' : snapshot?.rules.lastAt;
  printExplanation(explanation, { facts: observed.facts, now, file, tracked, stack: stack.name });
}

/** @throws UsageError for a command line that makes no sense */
function parseOptions(args: readonly string[]) {
  const { values, positionals } = usage(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { rules: { type: 'string' }, stage: { type: 'string' }, region: { type: 'string' } },
    }),
  );
  const [taskId, ...others] = positionals;
  if (!taskId || others.length > 0) throw new UsageError('explain needs one task id');
  return { ...values, taskId };
}

async function readTask(taskId: string, service: Pick<OtaService, 'getTask'>): Promise<ObservedTask> {
  let task: ObservedTask | undefined;
  try {
    task = await service.getTask(taskId, AbortSignal.timeout(REQUEST_TIMEOUT_MS));
  } catch (error) {
    throw new UnknownTaskError(`OTA task ${taskId} cannot be read: ${describeError(error)}`, {
      cause: error,
    });
  }
  if (task === undefined)
    throw new UnknownTaskError(`There is no OTA task ${taskId} in this account and region`);
  return task;
}

async function readConfiguration(
  { configurationId }: TaskFacts,
  service: Pick<OtaService, 'getConfiguration'>,
): Promise<TaskConfiguration | undefined> {
  if (configurationId === undefined) return undefined;
  try {
    const signal = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
    const read = await service.getConfiguration(configurationId, signal);
    if (read === undefined) console.error(`Configuration ${configurationId} is gone`);
    return read?.configuration;
  } catch (error) {
    console.error(`Configuration ${configurationId} cannot be read: ${summarizeError(error).name}`);
    return undefined;
  }
}
