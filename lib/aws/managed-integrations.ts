import {
  GetOtaTaskCommand,
  GetOtaTaskConfigurationCommand,
  type IoTManagedIntegrationsClient,
  paginateListOtaTasks,
  ResourceNotFoundException,
} from '@aws-sdk/client-iot-managed-integrations';
import { UnreadableAnswerError } from '../errors.ts';
import type { OtaService, TaskPage } from '../ports.ts';
import { type Account, parseAbortCriteria, parseTask, parseTaskSummary } from './ota-answers.ts';

/** The largest page that `ListOtaTasks` gives. */
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
        const tasks = (page.Tasks ?? []).map(parseTaskSummary);
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

    async getAbortCriteria(configurationId, abortSignal) {
      const command = new GetOtaTaskConfigurationCommand({ Identifier: configurationId });
      const answer = await orUndefinedIfNotFound(client.send(command, { abortSignal }));
      return answer && parseAbortCriteria(answer);
    },
  };
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
