import { z } from 'zod';
import { placesText, UnreadableAnswerError } from '../errors.ts';

/** Lone surrogates are no text: UTF-8, and so DynamoDB and the bus, cannot carry them. */
export const text = (max: number) =>
  z
    .string()
    .min(1)
    .max(max)
    .transform((value) => value.toWellFormed());

/** A member that a part reader reads. */
export const part = z.unknown().optional();

/** Reads parts one by one: one that is wrong is noted, and counts as missing. */
export function partReader() {
  const wrong: string[] = [];
  function read<Schema extends z.ZodType>(schema: Schema, value: unknown, name: string) {
    const { success, data } = schema.safeParse(value);
    if (!success) wrong.push(name);
    return data;
  }
  return { read, wrong };
}

/** @throws UnreadableAnswerError that names the members that are wrong, and not what they hold */
export function parseAnswer<Schema extends z.ZodType>(
  schema: Schema,
  answer: unknown,
  what: string,
): z.infer<Schema> {
  const parsed = schema.safeParse(answer);
  if (parsed.success) return parsed.data;
  // Keys of tags are as sensitive as their values.
  const where = parsed.error.issues.map(
    ({ path: [first = 'answer', ...rest], code }) =>
      `${[first, ...(first === 'Tags' ? [] : rest)].join('.')} (${code})`,
  );
  throw new UnreadableAnswerError(`${what} cannot be understood: ${placesText(where)}`);
}
