import { type Addresses, addressesOf, type DefaultAddresses } from '../domain/alerts/route.ts';
import type { AlertSettings, Destination } from '../domain/alerts/routing.ts';
import type { PublishedEvent } from '../domain/events.ts';
import { OtaWatchError, summarizeError } from '../errors.ts';
import type { Log, OtaService } from '../ports.ts';
import type { Target } from './lane.ts';
import type { AddressBook, Addressee, ReceivedEvent } from './ports.ts';

/** Tags are read anew when they are this old: milliseconds. */
const FRESH_MS = 600_000;
const READ_TIMEOUT_MS = 3_000;
/** An alert is not held up for longer than this by tags that cannot be read. */
const PATIENCE_MS = 20_000;

/** A target of a task, and which of its events it is told. */
export interface TaskAddress extends Target {
  tells(event: PublishedEvent): boolean;
}

/** The tags of a task cannot be read for now, and nobody has read them before. */
export class UnknownTagsError extends OtaWatchError {
  override readonly name = 'UnknownTagsError';
}

export interface AddresserOptions {
  readonly destination: Destination;
  readonly settings: AlertSettings;
  readonly defaults: DefaultAddresses;
  readonly service: Pick<OtaService, 'getTask'>;
  readonly book: AddressBook;
  readonly log: Log;
  readonly now: () => number;
}

/** Looks up where the events of a task go: by its tags, and where its events went before. Other processes do so as well. */
export class Addresser {
  readonly #options: AddresserOptions;
  /** Keys of tags that decide: no others are kept. */
  readonly #deciding: ReadonlySet<string>;
  readonly #toldMalformed = new Set<string>();

  constructor(options: AddresserOptions) {
    const { channelTag, serviceTag, routes } = options.settings;
    this.#options = options;
    this.#deciding = new Set([
      options.destination === 'slack' ? channelTag : serviceTag,
      ...routes.flatMap(({ match }) => Object.keys(match?.tags ?? {})),
    ]);
  }

  /**
   * @param newest the newest event of the task at hand
   * @param readUntil when no more tags are read, epoch milliseconds
   * @throws UnknownTagsError, and what the table throws
   */
  async of(newest: ReceivedEvent, readUntil: number): Promise<readonly TaskAddress[]> {
    const { taskId } = newest.event.detail;
    const { book, destination } = this.#options;
    const before = await book.read(taskId);
    const known = await this.#tagsOf(newest, before, readUntil);
    const { addresses, malformedTag } = this.#route(newest.event, known.tags);
    if (malformedTag !== undefined) this.#tellMalformed(taskId, malformedTag);
    const former = (before?.targets ?? []).filter((target) =>
      addresses.every((address) => address.target !== target),
    );
    const targets = [...addresses.map(({ target }) => target), ...former];
    if (known.readAt !== before?.readAt || targets.length !== before.targets.length)
      await book.write({ taskId, ...known, targets });
    const never = () => false;
    const name = (target: string) => target.slice(destination.length + 1);
    return [...addresses, ...former.map((target) => ({ target, name: name(target), tells: never }))];
  }

  #route({ detail }: PublishedEvent, tags: Addressee['tags']): Addresses {
    const { settings, destination, defaults } = this.#options;
    const { taskId, otaType, configurationId, counts } = detail;
    const subject = {
      taskId,
      tags,
      things: counts.total,
      ...(otaType !== undefined && { otaType }),
      ...(configurationId !== undefined && { configurationId }),
    };
    return addressesOf(settings, subject, destination, defaults);
  }

  async #tagsOf(
    { event, firstReceivedAt }: ReceivedEvent,
    before: Addressee | undefined,
    readUntil: number,
  ): Promise<Omit<Addressee, 'taskId' | 'targets'>> {
    const { now, log, service } = this.#options;
    if (before !== undefined && this.#isFresh(before)) return before;
    const { taskId } = event.detail;
    try {
      if (now() >= readUntil) throw new UnknownTagsError('There is no time left to read tags');
      const task = await service.getTask(taskId, AbortSignal.timeout(READ_TIMEOUT_MS));
      // A task that is gone keeps the tags that it had.
      const tags = this.#decidingOf(task?.tags ?? before?.tags ?? {});
      return { tags, decidingTags: [...this.#deciding], readAt: now() };
    } catch (error) {
      log.warn('The tags of a task could not be read', { taskId, error: summarizeError(error) });
      if (before !== undefined) return before;
      if (now() - firstReceivedAt < PATIENCE_MS)
        throw new UnknownTagsError(`The tags of task ${taskId} are not known yet`, { cause: error });
      return { tags: {}, decidingTags: [], readAt: 0 };
    }
  }

  /** Routes may ask for tags that nobody kept before. */
  #isFresh({ decidingTags, readAt }: Addressee): boolean {
    const isKept = new Set(decidingTags);
    return this.#options.now() - readAt < FRESH_MS && [...this.#deciding].every((key) => isKept.has(key));
  }

  /** Tags are sensitive. */
  #decidingOf(tags: Addressee['tags']): Addressee['tags'] {
    return Object.fromEntries(Object.entries(tags).filter(([key]) => this.#deciding.has(key)));
  }

  #tellMalformed(taskId: string, tag: string): void {
    if (this.#toldMalformed.has(taskId)) return;
    this.#toldMalformed.add(taskId);
    this.#options.log.warn('A tag names no address: the default one is told', { taskId, tag });
  }
}
