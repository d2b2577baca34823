import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { tablesOf } from '../../../../local/template/tables.ts';
import { readTemplate } from '../../../../local/template/template.ts';

const template = await readTemplate(
  new URL('../../../unit/local/template/packaged-template.json', import.meta.url).pathname,
  { region: 'eu-west-1', accountId: '123456789012', stackName: 'ota-watch-dev' },
);

export const tables = tablesOf(template);
export const TASKS = 'ota-watch-dev-tasks';
export const HISTORY = 'ota-watch-dev-HistoryTable';

/** A client that does not try again. */
export function clientOf(endpoint: string): DynamoDBClient {
  return new DynamoDBClient({
    endpoint,
    region: 'eu-west-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
}

/** What a promise is rejected with. */
export async function failure(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => undefined,
    (error: unknown) => error,
  );
}
