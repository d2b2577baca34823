import { z } from 'zod';
import { parseMute } from '../domain/rules/tags.ts';
import { unknownFields } from './nearest.ts';

const UNITS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const;
const DURATION = /^(?=\d)(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m)?(?:(\d{1,9})s)?$/;
const DURATION_EXPECTED = 'expected a duration such as 90s, 10m, 1h30m or 1d';

/** @returns milliseconds of a text that is a duration */
function parseDuration(text: string): number {
  const [, days = 0, hours = 0, minutes = 0, seconds = 0] = DURATION.exec(text) ?? [];
  return (
    Number(days) * UNITS.d + Number(hours) * UNITS.h + Number(minutes) * UNITS.m + Number(seconds) * UNITS.s
  );
}

/** A duration as text, read as milliseconds. */
export function duration(min: string, max = '365d') {
  const atLeast = parseDuration(min);
  const atMost = parseDuration(max);
  return z
    .string({
      error: ({ input }) =>
        typeof input === 'number' ? `${DURATION_EXPECTED}: a number alone has no unit` : DURATION_EXPECTED,
    })
    .regex(DURATION, { error: DURATION_EXPECTED, abort: true })
    .transform(parseDuration)
    .refine((ms) => ms >= atLeast && ms <= atMost, `expected a duration from ${min} to ${max}`);
}

const MUTE_EXPECTED = 'expected "until" and a time such as 2026-12-01T00:00Z';

/** Until when alerts are held back, read as epoch milliseconds. */
export const mute = z
  .string({ error: MUTE_EXPECTED })
  .regex(
    /^(until +)?\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/,
    MUTE_EXPECTED,
  )
  .transform((text) => parseMute(text) ?? Number.NaN)
  .refine((until) => !Number.isNaN(until), 'there is no such time');

export function numberFrom(min: number, max: number) {
  const expected = `expected a number from ${min} to ${max}`;
  return z.number({ error: expected }).gte(min, expected).lte(max, expected);
}

/** A percentage: fractions of one are fine, 0 is none. */
export const percentage = z
  .number({ error: 'expected a number above 0, up to 100' })
  .gt(0, 'expected a number above 0, up to 100')
  .lte(100, 'expected a number above 0, up to 100');

export const positiveNumber = z
  .number({ error: 'expected a number above 0' })
  .gt(0, 'expected a number above 0');

export function wholeNumberFrom(min: number) {
  const expected = `expected a whole number, ${min} or more`;
  return z.int({ error: expected }).gte(min, expected);
}

export const TEXT_EXPECTED = 'expected a text: put it in quotes if it looks like something else';

export const flag = z.boolean({ error: 'expected true or false' });

export function oneOf<const Names extends readonly string[]>(names: Names) {
  return z.enum(names, { error: `expected ${names.length === 1 ? '' : 'one of '}${names.join(', ')}` });
}

/** A list without repetitions, of which `key` tells what counts as one. */
export function list<Item extends z.ZodType>(
  item: Item,
  max: number,
  key: (one: z.output<Item>) => unknown = (one) => one,
) {
  const expected = `expected a list of 1 to ${max}`;
  return distinct(z.array(item, { error: expected }).min(1, expected).max(max, expected), key);
}

/** A list without repetitions that may be empty. */
export function listOrNone<Item extends z.ZodType>(item: Item, max: number) {
  const expected = `expected a list of at most ${max}, [] for none`;
  return distinct(z.array(item, { error: expected }).max(max, expected), (one) => one);
}

function distinct<Item extends z.ZodType>(items: z.ZodArray<Item>, key: (one: z.output<Item>) => unknown) {
  return items
    .refine((all) => new Set(all.map(key)).size === all.length, 'expected each only once')
    .meta({ uniqueItems: true });
}

const NOTHING_REFUSED: ReadonlyMap<string, string> = new Map();

/**
 * An object that has only these fields: another is an error that names those that are like it.
 *
 * @param refused what to say of fields that are known elsewhere, by name
 */
export function strict<Shape extends z.core.$ZodShape>(shape: Shape, refused = NOTHING_REFUSED) {
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? unknownFields(issue.keys, Object.keys(shape), refused)
        : `expected an object with fields such as ${Object.keys(shape).slice(0, 2).join(' and ')}`,
  });
}
