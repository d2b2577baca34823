import * as z from 'zod/mini';
import { placesText, UnreadableAnswerError } from '../errors.ts';

/** Lone surrogates are no text: UTF-8, and so DynamoDB and the bus, cannot carry them. */
export const text = (max: number) =>
  z.string().check(
    z.minLength(1),
    z.maxLength(max),
    z.overwrite((value) => value.toWellFormed()),
  );

/** A member that a part reader reads. */
export const part = z.optional(z.unknown());

/** Reads parts one by one: one that is wrong is noted, and counts as missing. */
export function partReader() {
  const wrong: string[] = [];
  function read<Schema extends z.core.$ZodType>(schema: Schema, value: unknown, name: string) {
    const { success, data } = z.safeParse(schema, value);
    if (!success) wrong.push(name);
    return data;
  }
  return { read, wrong };
}

/** @throws UnreadableAnswerError that names the members that are wrong, and not what they hold */
export function parseAnswer<Schema extends z.core.$ZodType>(
  schema: Schema,
  answer: unknown,
  what: string,
): z.infer<Schema> {
  const parsed = z.safeParse(schema, answer);
  if (parsed.success) return parsed.data;
  // Keys of tags are as sensitive as their values.
  const where = parsed.error.issues.map(
    ({ path: [first = 'answer', ...rest], code }) =>
      `${[first, ...(first === 'Tags' ? [] : rest)].join('.')} (${code})`,
  );
  throw new UnreadableAnswerError(`${what} cannot be understood: ${placesText(where)}`);
}
