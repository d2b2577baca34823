import { z } from 'zod';

/** The failure of a whole batch: the function's answer is not what SQS event sources take. */
export class BatchAnswerError extends Error {
  override readonly name = 'BatchAnswerError';
}

const answerSchema = z
  .object({
    batchItemFailures: z.array(z.object({ itemIdentifier: z.string().min(1) })).nullish(),
  })
  .nullable();

/**
 * Reads the answer of a function that reports batch item failures (Lambda developer guide, "Implementing partial batch
 * responses").
 *
 * @returns the ids of the messages that failed
 * @throws BatchAnswerError where the whole batch counts as failed
 */
export function readBatchAnswer(answer: string, messageIds: ReadonlySet<string>): ReadonlySet<string> {
  const parsed = answerSchema.safeParse(parseJson(answer));
  if (!parsed.success) {
    const problem = z.prettifyError(parsed.error);
    throw new BatchAnswerError(`The answer is no partial batch response: ${problem}`, {
      cause: parsed.error,
    });
  }
  const failed = (parsed.data?.batchItemFailures ?? []).map(({ itemIdentifier }) => itemIdentifier);
  const unknown = failed.find((id) => !messageIds.has(id));
  if (unknown !== undefined)
    throw new BatchAnswerError(`The answer names a message that is not in the batch: ${unknown}`);
  return new Set(failed);
}

/** A function that gives nothing answers with an empty text. */
function parseJson(text: string): unknown {
  try {
    return text === '' ? null : JSON.parse(text);
  } catch (cause) {
    throw new BatchAnswerError('The answer is no JSON', { cause });
  }
}
