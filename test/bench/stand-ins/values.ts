import { z } from 'zod';

/** A value as DynamoDB has it on the wire, for example `{ S: 'text' }`. */
const Value = z.record(z.string(), z.unknown());
export type Value = z.infer<typeof Value>;
export const Item = z.record(z.string(), Value);
export type Item = z.infer<typeof Item>;

/** Digits that a whole number may have. */
const DIGITS = 16;

/** A string or a whole number, as text that is in the same order; undefined for what can be no key. */
export function sortable({ S: text, N: number }: Value = {}): string | undefined {
  if (number !== undefined) return String(number).padStart(DIGITS, '0');
  return text === undefined ? undefined : String(text);
}

/**
 * Bytes of an item as DynamoDB counts them, which decides how many a page has
 * (https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/CapacityUnitCalculations.html).
 */
export function sizeOf(item: Item): number {
  return Object.entries(item).reduce(
    (sum, [name, value]) => sum + Buffer.byteLength(name) + valueSize(value),
    0,
  );
}

function valueSize(value: Value): number {
  const [type, content] = Object.entries(value)[0] ?? [];
  switch (type) {
    case 'S':
      return Buffer.byteLength(String(content));
    case 'N':
      return Math.ceil(String(content).length / 2) + 1;
    case 'M':
      return 3 + Object.keys(Item.parse(content)).length + sizeOf(Item.parse(content));
    case 'L':
      return z
        .array(Value)
        .parse(content)
        .reduce((sum, element) => sum + 1 + valueSize(element), 3);
    default:
      return 1;
  }
}

const Expressions = z.object({
  ExpressionAttributeNames: z.record(z.string(), z.string()).default({}),
  ExpressionAttributeValues: Item.default({}),
});
type Expressions = z.input<typeof Expressions>;

/** One comparison of an expression. Operands are texts in the order of their values. */
export interface Comparison {
  readonly name: string;
  readonly operator: string;
  readonly operands: readonly string[];
}

const FORMS = [
  /^(?<operator>attribute_not_exists)\s*\(\s*(?<name>[#\w]+)\s*\)$/,
  /^(?<name>[#\w]+)\s+(?<operator>BETWEEN)\s+(?<first>:\w+)\s+AND\s+(?<last>:\w+)$/,
  /^(?<name>[#\w]+)\s*(?<operator>=|<=|>=|<|>)\s*(?<first>:\w+)$/,
];

/**
 * The comparisons that an expression joins with AND.
 *
 * @throws RangeError for a form that the pollers do not use
 */
export function comparisonsOf(expression: string, given: Expressions): Comparison[] {
  const { ExpressionAttributeNames: names, ExpressionAttributeValues: values } = Expressions.parse(given);
  return expression.split(/\sAND\s(?!\s*:)/).map((text) => {
    const groups = FORMS.map((form) => form.exec(text.trim())?.groups).find((found) => found !== undefined);
    if (groups === undefined) throw new RangeError(`No stand-in for the expression ${text}`);
    const { name = '', operator = '', first, last } = groups;
    const operands = [first, last].flatMap((operand = '') => sortable(values[operand]) ?? []);
    return { name: names[name] ?? name, operator, operands };
  });
}

/** Whether a value, undefined where there is none, is as a comparison says. */
export function holds({ operator, operands: [first = '', last = ''] }: Comparison, value?: string): boolean {
  if (operator === 'attribute_not_exists') return value === undefined;
  if (value === undefined) return false;
  switch (operator) {
    case '=':
      return value === first;
    case '<':
      return value < first;
    case '<=':
      return value <= first;
    case '>':
      return value > first;
    case '>=':
      return value >= first;
    default:
      return value >= first && value <= last;
  }
}
