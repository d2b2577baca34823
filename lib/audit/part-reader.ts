import type { StoredRow } from '../ports.ts';

/** Reads a part of the table task by task. */
export class PartReader {
  readonly #pages: AsyncIterator<readonly StoredRow[]>;
  #page: readonly StoredRow[] = [];
  #at = 0;
  #taskId: unknown;
  #failure: { readonly error: unknown } | undefined;

  constructor(pages: AsyncIterable<readonly StoredRow[]>) {
    this.#pages = pages[Symbol.asyncIterator]();
  }

  /** Goes to the next task, behind what is left of this one. @returns undefined at the end */
  async next(): Promise<string | undefined> {
    while ((await this.rows()) !== undefined);
    const row = await this.#peek();
    this.#taskId = row?.taskId;
    return row && String(row.taskId);
  }

  /** Some of the next rows of the task; undefined behind its last one. */
  async rows(): Promise<readonly StoredRow[] | undefined> {
    if (this.#taskId === undefined || (await this.#peek())?.taskId !== this.#taskId) return undefined;
    const start = this.#at;
    const end = this.#page.findIndex(({ taskId }, index) => index > start && taskId !== this.#taskId);
    this.#at = end === -1 ? this.#page.length : end;
    return this.#page.slice(start, this.#at);
  }

  async #peek(): Promise<StoredRow | undefined> {
    while (this.#at >= this.#page.length) {
      const { done, value } = await this.#nextPage();
      if (done === true) return undefined;
      this.#page = value;
      this.#at = 0;
    }
    return this.#page[this.#at];
  }

  /** Pages that have failed seem to be at their end when they are asked again. */
  async #nextPage(): Promise<IteratorResult<readonly StoredRow[]>> {
    if (this.#failure !== undefined) throw this.#failure.error;
    try {
      return await this.#pages.next();
    } catch (error) {
      this.#failure = { error };
      throw error;
    }
  }
}
