/**
 * What things of a usual rollout come to, in bytes as DynamoDB, EventBridge and CloudWatch count them: eight counts, a
 * configuration with one abort criterion, the rules that are built in, a description of 40 characters. Measured, and held
 * against what polls really write, by `vitest run test/integration/cost-sizes.test.ts`.
 */
export const BYTES = {
  /** A task in progress, with nothing to deliver. An event on its way adds its row. */
  taskItem: 1_295,
  /** A task in the index of live tasks. */
  indexEntry: 109,
  historyRow: 955,
  /** The event of such a row. */
  event: 1_110,
  /** The metrics of a poll, as a line of its log. */
  metricsLog: 1_210,
  /** A task of the list in a message to a worker. */
  sharedTask: 70,
} as const;

/** The line of the log that tells of a poll in which something changed; what Lambda logs of an invocation; about. */
export const CHANGE_LOG_BYTES = 700;
export const LAMBDA_LOG_BYTES = 350;

/** What a notifier remembers of a rollout, about. */
export const LEDGER_BYTES = 1_200;

/** A message to a worker is no larger. */
export const MESSAGE_BYTES = 200_000;

/** DynamoDB adds this to each item that it stores, in a table or an index. */
export const STORED_OVERHEAD = 100;

const KIB = 1_024;
export const GIB = KIB ** 3;

/** Write units of an item, conditional or not (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/read-write-operations.html). */
export const writeUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / KIB));

/** Read units of what one request reads, strongly consistent. Half as many otherwise. */
export const readUnits = (bytes: number): number => Math.max(1, Math.ceil(bytes / (4 * KIB)));

/** EventBridge and SQS charge for each 64 KB of what they are given. */
export const chunksOf = (bytes: number): number => Math.max(1, Math.ceil(bytes / (64 * KIB)));
