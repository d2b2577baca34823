import {
  GetOtaTaskCommand,
  GetOtaTaskConfigurationCommand,
  type IoTManagedIntegrationsClient,
  paginateListOtaTaskExecutions,
  paginateListOtaTasks,
  ResourceNotFoundException,
} from '@aws-sdk/client-iot-managed-integrations';
import { UnreadableAnswerError } from '../errors.ts';
import type { OtaService, TaskPage, ThingExecution } from '../ports.ts';
import { parseConfiguration } from './configuration-answers.ts';
import { type Account, parseExecution, parseTask, parseTaskSummary } from './ota-answers.ts';

/** The largest page that the API gives. */
const PAGE_SIZE = 1_000;

/**
 * The managed integrations API.
 *
 * @param account whose tasks these are: for answers without an ARN
 */
export function otaService(client: IoTManagedIntegrationsClient, account: Account): OtaService {
  return {
    async *listTasks(abortSignal): AsyncIterable<TaskPage> {
      const pages = paginateListOtaTasks({ client, pageSize: PAGE_SIZE }, {}, { abortSignal });
      for await (const page of pages) {
        const tasks = entriesOf(page.Tasks, 'ListOtaTasks').map(parseTaskSummary);
        const readable = tasks.filter((task) => task !== undefined);
        yield { tasks: readable, unreadable: tasks.length - readable.length };
      }
    },

    async getTask(taskId, abortSignal) {
      const answer = await orUndefinedIfNotFound(
        client.send(new GetOtaTaskCommand({ Identifier: taskId }), { abortSignal }),
      );
      return answer && parseTask(taskId, answer, account);
    },

    async getConfiguration(configurationId, abortSignal) {
      const command = new GetOtaTaskConfigurationCommand({ Identifier: configurationId });
      const answer = await orUndefinedIfNotFound(client.send(command, { abortSignal }));
      return answer && parseConfiguration(configurationId, answer);
    },

    async *listExecutions(taskId, abortSignal): AsyncIterable<readonly ThingExecution[]> {
      const input = { Identifier: taskId };
      const pages = paginateListOtaTaskExecutions({ client, pageSize: PAGE_SIZE }, input, { abortSignal });
      for await (const { ExecutionSummaries } of pages) {
        const entries = entriesOf(ExecutionSummaries, 'ListOtaTaskExecutions');
        yield entries.map(parseExecution).filter((execution) => execution !== undefined);
      }
    },
  };
}

/** @throws UnreadableAnswerError for more than was asked for */
function entriesOf<Entry>(entries: readonly Entry[] = [], operation: string): readonly Entry[] {
  if (entries.length <= PAGE_SIZE) return entries;
  throw new UnreadableAnswerError(
    `${operation}: a page has ${entries.length} entries, and at most ${PAGE_SIZE} were asked for`,
  );
}

async function orUndefinedIfNotFound<Answer>(sending: Promise<Answer>): Promise<Answer | undefined> {
  try {
    return await sending;
  } catch (error) {
    if (error instanceof ResourceNotFoundException) return undefined;
    // The SDK could not read the answer; its message quotes it, tags and all.
    if (error instanceof SyntaxError || error instanceof TypeError) {
      throw new UnreadableAnswerError('The answer is not JSON of the right form', { cause: error });
    }
    throw error;
  }
}
