import { inspect } from 'node:util';

/**
 * A value that must not come out, each different and in nothing else. It is short, since a parser quotes ten characters of what it
 * cannot read, and has nothing that another encoding would change.
 */
const canary = (number: number) => `zq${String(number).padStart(3, '0')}kx`;

/** Values that tell from which of these fields they come. */
export class Canaries<Field extends string> {
  readonly #values: ReadonlyMap<Field, string>;

  constructor(...fields: readonly Field[]) {
    this.#values = new Map(fields.map((field, index) => [field, canary(index)]));
  }

  /** @throws for a field that there is no value for */
  of(field: Field): string {
    const value = this.#values.get(field);
    if (value === undefined) throw new Error(`There is no canary of ${field}`);
    return value;
  }

  /** Which of the fields are seen in which of the places: their texts, members, keys and causes, however deep; and in Base64. */
  seenIn(places: Readonly<Record<string, unknown>>): string[] {
    return Object.entries(places).flatMap(([place, content]) => {
      const text = textOf(content);
      const seen = [...this.#values].filter(([, value]) =>
        [value, ...base64Of(value)].some((form) => text.includes(form.toLowerCase())),
      );
      return seen.map(([field]) => `${field} in ${place}`);
    });
  }
}

function textOf(content: unknown): string {
  const options = { depth: Number.POSITIVE_INFINITY, maxArrayLength: null, maxStringLength: null };
  const seen = typeof content === 'string' ? content : inspect(content, { ...options, showHidden: true });
  return seen.toLowerCase();
}

/** What the value has in common with the Base64 of any text that it is part of, wherever in it. */
function base64Of(value: string): string[] {
  return [0, 1, 2].map((offset) => {
    const encoded = Buffer.from('x'.repeat(offset) + value).toString('base64url');
    return encoded.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + value.length) * 8) / 6));
  });
}
