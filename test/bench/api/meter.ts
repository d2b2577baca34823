import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';

/** What requests to DynamoDB came to. */
export interface Reading {
  readonly requests: number;
  /** Items that were read, whether a filter let them through or not. */
  readonly items: number;
}

/** Counts what a client reads from now on. */
export function meter(client: DynamoDBDocumentClient): { take(): Reading } {
  let reading = { requests: 0, items: 0 };
  client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      reading = { requests: reading.requests + 1, items: reading.items + itemsOf(result.output) };
      return result;
    },
    { step: 'deserialize', priority: 'high', name: 'benchMeter' },
  );
  return {
    take() {
      const taken = reading;
      reading = { requests: 0, items: 0 };
      return taken;
    },
  };
}

function itemsOf(output: object = {}): number {
  if ('ScannedCount' in output) return Number(output.ScannedCount);
  if ('Responses' in output && typeof output.Responses === 'object' && output.Responses !== null)
    return Object.values(output.Responses).reduce((sum: number, items: unknown[]) => sum + items.length, 0);
  return 'Item' in output && output.Item !== undefined ? 1 : 0;
}
