import type { TableDefinition } from '../../../local/template/tables.ts';
import { Item, sizeOf, sortable } from './values.ts';

/** An answer of Query or Scan holds this much. */
const PAGE_BYTES = 1_048_576;

/** A part of an answer, and the key of its last item where there is more. */
export interface Page {
  /** JSON. */
  readonly items: readonly string[];
  readonly lastKey?: Item;
}

/** What of a partition is read. */
export interface Span {
  readonly limit?: number | undefined;
  /** Where the page before ended. */
  readonly startKey?: Item | undefined;
  readonly backward?: boolean | undefined;
  /** Whether the row of a range key, sortable, belongs to it. */
  readonly isWanted?: (range: string) => boolean;
  /** Attributes that are asked for; all of them if it is left out. */
  readonly names?: readonly string[] | undefined;
}

/** Items are kept as text, which is what is asked for, and takes a fraction of the memory. */
interface Row {
  readonly range: string;
  readonly text: string;
  readonly size: number;
  /** What was last asked for of it. */
  projection?: { readonly names: string; readonly text: string };
}

interface Partition {
  readonly rows: Map<string, Row>;
  order?: readonly string[] | undefined;
}

interface Place {
  readonly partition: string;
  /** Tells the rows of a partition apart, in order. */
  readonly row: string;
  readonly range: string;
}

type NamedKeys = readonly { AttributeName?: string | undefined; KeyType?: string | undefined }[];

/** The one partition of a table without a range key. */
export const WHOLE_TABLE = '';

/** A table, or an index of it, with what it keeps of each item: rows in the order of their keys. */
class View {
  readonly hash: string;
  readonly range: string | undefined;
  readonly #keys: readonly string[];
  readonly #project: (item: Item) => Item;
  readonly #partitions = new Map<string, Partition>();

  constructor(schema: NamedKeys, tableKeys: readonly string[], project: (item: Item) => Item) {
    this.hash = schema.find(({ KeyType }) => KeyType === 'HASH')?.AttributeName ?? '';
    this.range = schema.find(({ KeyType }) => KeyType === 'RANGE')?.AttributeName;
    this.#keys = [...new Set([this.hash, ...(this.range === undefined ? [] : [this.range]), ...tableKeys])];
    this.#project = project;
  }

  /** @param before the item as it was */
  put(item: Item, before?: Item): void {
    const place = this.#placeOf(item);
    const old = before && this.#placeOf(before);
    if (old !== undefined && (place?.partition !== old.partition || place.row !== old.row)) this.#delete(old);
    if (place === undefined) return;
    const kept = this.#project(item);
    const row: Row = { range: place.range, text: JSON.stringify(kept), size: sizeOf(kept) };
    const partition: Partition = this.#partitions.get(place.partition) ?? { rows: new Map() };
    this.#partitions.set(place.partition, partition);
    if (!partition.rows.has(place.row)) partition.order = undefined;
    partition.rows.set(place.row, row);
  }

  #delete({ partition, row }: Place): void {
    const rows = this.#partitions.get(partition);
    if (rows?.rows.delete(row)) rows.order = undefined;
  }

  get(key: Item): string | undefined {
    const place = this.#placeOf(key);
    return place && this.#partitions.get(place.partition)?.rows.get(place.row)?.text;
  }

  page(partition: string, span: Span): Page {
    const { limit, isWanted = () => true, names } = span;
    const rows: Row[] = [];
    let bytes = 0;
    for (const row of this.#rows(partition, span)) {
      if (!isWanted(row.range)) continue;
      bytes += row.size;
      if (rows.length === limit || bytes > PAGE_BYTES)
        return { ...answerOf(rows, names), lastKey: this.#keyOf(rows) };
      rows.push(row);
    }
    return answerOf(rows, names);
  }

  *#rows(partitionKey: string, { startKey, backward = false }: Span): Iterable<Row> {
    const partition = this.#partitions.get(partitionKey);
    if (partition === undefined) return;
    partition.order ??= [...partition.rows.keys()].sort();
    const order = backward ? partition.order.toReversed() : partition.order;
    const start = startKey === undefined ? 0 : order.indexOf(this.#placeOf(startKey)?.row ?? '') + 1;
    for (let index = start; index < order.length; index += 1) {
      const row = partition.rows.get(order[index] ?? '');
      if (row !== undefined) yield row;
    }
  }

  #keyOf(rows: readonly Row[]): Item {
    const item = Item.parse(JSON.parse(rows.at(-1)?.text ?? '{}'));
    return Object.fromEntries(this.#keys.flatMap((name) => (item[name] ? [[name, item[name]]] : [])));
  }

  /** A table without a range key is one partition, ordered by what it is hashed by. Undefined for what an index lacks. */
  #placeOf(item: Item): Place | undefined {
    const [hash, ...rest] = this.#keys.map((name) => sortable(item[name]));
    if (hash === undefined || rest.includes(undefined)) return undefined;
    if (this.#keys.length === 1) return { partition: WHOLE_TABLE, row: hash, range: hash };
    return { partition: hash, row: rest.join('\0'), range: rest[0] ?? '' };
  }
}

/** A table in memory with the indexes that are asked for. */
export class Table {
  readonly #table: View;
  readonly #indexes: ReadonlyMap<string, View>;

  /** @param indexes names of those that are kept: others cost time and nobody asks for them */
  constructor({ createTable }: TableDefinition, indexes: readonly string[] = []) {
    const { KeySchema = [], GlobalSecondaryIndexes = [] } = createTable;
    const keys = KeySchema.map(({ AttributeName = '' }) => AttributeName);
    this.#table = new View(KeySchema, keys, (item) => item);
    const kept = GlobalSecondaryIndexes.filter(({ IndexName = '' }) => indexes.includes(IndexName));
    this.#indexes = new Map(
      kept.map(({ IndexName = '', KeySchema: schema = [], Projection }) => {
        const indexKeys = schema.map(({ AttributeName = '' }) => AttributeName);
        const names = [...keys, ...indexKeys, ...(Projection?.NonKeyAttributes ?? [])];
        return [IndexName, new View(schema, keys, (item) => pick(item, names))];
      }),
    );
  }

  get(key: Item): Item | undefined {
    const text = this.#table.get(key);
    return text === undefined ? undefined : Item.parse(JSON.parse(text));
  }

  /** An item as JSON. */
  getText(key: Item): string | undefined {
    return this.#table.get(key);
  }

  put(item: Item): void {
    const before = this.#indexes.size > 0 ? this.get(item) : undefined;
    for (const index of this.#indexes.values()) index.put(item, before);
    this.#table.put(item);
  }

  /**
   * The table itself, or an index.
   *
   * @throws RangeError for an index that is not kept
   */
  view(indexName?: string): View {
    const view = indexName === undefined ? this.#table : this.#indexes.get(indexName);
    if (view === undefined) throw new RangeError(`No stand-in for the index ${indexName}`);
    return view;
  }
}

function pick(item: Item, names: readonly string[]): Item {
  return Object.fromEntries(names.flatMap((name) => (item[name] === undefined ? [] : [[name, item[name]]])));
}

function answerOf(rows: readonly Row[], names: readonly string[] | undefined): Page {
  return { items: rows.map((row) => (names === undefined ? row.text : projected(row, names))) };
}

function projected(row: Row, names: readonly string[]): string {
  const wanted = names.join();
  if (row.projection?.names !== wanted) {
    const item = pick(Item.parse(JSON.parse(row.text)), names);
    row.projection = { names: wanted, text: JSON.stringify(item) };
  }
  return row.projection.text;
}
