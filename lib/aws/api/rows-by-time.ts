import { z } from 'zod';
import { readPosition } from '../../api/cursor.ts';
import type { Order, PageRequest, RowPage } from '../../api/ports.ts';
import type { StoredRow } from '../../ports.ts';
import { ALL_TIME, isEarlier, isEmpty, isInstant, restFrom, type Span, startOf, step } from './instants.ts';
import { fitting, PageBudget } from './page-budget.ts';
import { severityCondition, typesOf } from './row-filter.ts';
import type { HistoryTable } from './row-query.ts';
import { dayStream, type TimeStream, typeStream } from './time-streams.ts';

/** Through a row; or through all of an instant, where there is no row. Of a forged row, it may be any text within all time. */
const Place = z.object({
  observedAt: z.string().regex(/^[\d~-]/),
  row: z.exactOptional(z.tuple([z.string(), z.number()])),
});
type Place = z.infer<typeof Place>;

/**
 * A page of the rows of all tasks, by (observedAt, taskId, sequence). DynamoDB has the rows of one instant in an order of its
 * own, which nobody may rely on: they are read together, however many, and sorted here. Instants are milliseconds, each that of
 * a look at one task, so that they are few.
 */
export async function rowsByTime(table: HistoryTable, request: PageRequest): Promise<RowPage> {
  const { filter, order, after } = request;
  const place = after && readPosition(Place, after);
  const span = placedSpan(place, spanOf(filter), order);
  if (isEmpty(span)) return { rows: [] };
  const types = typesOf(filter);
  const condition = severityCondition(filter);
  const isOpen = place === undefined && (order === 'asc' ? filter.from : filter.to) === undefined;
  const streams = types?.map((type) =>
    typeStream(table, type, { span, order, ...(condition && { filter: condition }) }),
  ) ?? [dayStream(table, { span, order }, isOpen)];
  const search = new Search(streams, { ...request, start: startOf(span, order), place });
  return search.page();
}

function spanOf({ from = ALL_TIME.low, to }: PageRequest['filter']): Span {
  return { low: from, high: to === undefined ? ALL_TIME.high : step(to, 'desc') };
}

function placedSpan(place: Place | undefined, span: Span, order: Order): Span {
  if (place === undefined) return span;
  return restFrom(place.row === undefined ? step(place.observedAt, order) : place.observedAt, span, order);
}

interface SearchOptions extends PageRequest {
  /** The instant at which the streams begin. */
  readonly start: string;
  readonly place: Place | undefined;
}

interface Lane {
  readonly stream: TimeStream;
  reads: number;
  /** As in a batch; the start before the first one. */
  through: string | undefined;
}

/** Merges streams until a page is full, all are at their end, or the page has cost enough. */
class Search {
  readonly #options: SearchOptions;
  readonly #lanes: readonly Lane[];
  readonly #budget = new PageBudget();
  #found: StoredRow[] = [];

  constructor(streams: readonly TimeStream[], options: SearchOptions) {
    this.#options = options;
    this.#lanes = streams.map((stream) => ({ stream, reads: 0, through: options.start }));
  }

  async page(): Promise<RowPage> {
    const { limit, start } = this.#options;
    await Promise.all(this.#lanes.map((lane) => this.#read(lane, limit + 1)));
    for (;;) {
      const slowest = this.#slowest();
      const rows = this.#complete(slowest?.through);
      const mayEnd = this.#budget.isSpent && slowest?.through !== start;
      if (slowest === undefined || rows.length >= limit || mayEnd)
        return this.#pageOf(rows, slowest?.through);
      await this.#read(slowest, limit + 1 - rows.length);
    }
  }

  async #read(lane: Lane, missing: number): Promise<void> {
    const share = Math.ceil(missing / this.#lanes.length);
    const batch = await lane.stream.read(this.#budget.readSize(share, lane.reads));
    lane.reads += 1;
    lane.through = batch.through;
    this.#budget.spend(batch);
    this.#found.push(...batch.rows.filter((row) => this.#isAhead(row)));
  }

  /** Whether a row comes after the place at which the page begins. */
  #isAhead(row: StoredRow): boolean {
    const { place, order } = this.#options;
    if (place?.row === undefined) return true;
    const [taskId, sequence] = place.row;
    return comparing(order)(row, { observedAt: place.observedAt, taskId, sequence }) > 0;
  }

  /** Up to where it has come, nothing is missing in any lane. */
  #slowest(): Lane | undefined {
    const { order } = this.#options;
    return this.#lanes
      .filter(({ through }) => through !== undefined)
      .reduce<Lane | undefined>(
        (a, b) => (a && !isEarlier(b.through ?? '', a.through ?? '', order) ? a : b),
        undefined,
      );
  }

  #complete(through: string | undefined): StoredRow[] {
    const { order } = this.#options;
    return this.#found
      .filter(({ observedAt }) => through === undefined || isEarlier(String(observedAt), through, order))
      .sort(comparing(order));
  }

  #pageOf(complete: readonly StoredRow[], through: string | undefined): RowPage {
    const { limit, order } = this.#options;
    const rows = complete.slice(0, fitting(complete, limit));
    const [last, following] = [rows.at(-1), complete[rows.length]];
    if (last !== undefined && following !== undefined)
      return { rows, ...next(placeBetween(last, following, order)) };
    if (through === undefined) return { rows };
    const observedAt = step(through, order, -1);
    return { rows, ...next(last?.observedAt === observedAt ? placeOf(last) : { observedAt }) };
  }
}

/** Somebody may have put a row where text is no instant: between two of them, which are a millisecond apart. */
function placeBetween(last: StoredRow, following: StoredRow, order: Order): Place {
  const { observedAt, row } = placeOf(last);
  const isInNextStep = isEarlier(String(following.observedAt), step(observedAt, order), order);
  return isInNextStep ? { observedAt, row } : { observedAt };
}

function placeOf({ observedAt, taskId, sequence }: StoredRow): Required<Place> {
  return { observedAt: String(observedAt), row: [String(taskId), Number(sequence)] };
}

function next(place: Place): Pick<RowPage, 'next' | 'searchedThrough'> {
  const { observedAt } = place;
  return { next: place, ...(isInstant(observedAt) && { searchedThrough: observedAt }) };
}

function comparing(order: Order): (a: StoredRow, b: StoredRow) => number {
  const sign = order === 'asc' ? 1 : -1;
  const compared = (a: string, b: string) => (a < b ? -1 : Number(a > b));
  return (a, b) =>
    sign *
    (compared(String(a.observedAt), String(b.observedAt)) ||
      compared(String(a.taskId), String(b.taskId)) ||
      Number(a.sequence) - Number(b.sequence));
}
