import { createPoller, createShardPoller, type Surroundings } from '../../../lib/compose.ts';
import { type Config, readConfig } from '../../../lib/config.ts';
import { parseShardMessage, type ShardPoller, shardMessageText, splitWork } from '../../../lib/fan-out.ts';
import type { MeteredReport } from '../../../lib/poll-report.ts';
import { DEFAULT_RULES } from '../../../lib/rule-file/defaults.ts';
import { ACCOUNT, type LogEntry, REGION, type World } from '../../support/world.ts';

export interface SharingOptions {
  readonly config?: Partial<Config>;
  /** Looks that one function makes by itself, and of a part. */
  readonly above?: number;
  readonly workers?: number;
}

/** A process that polls and hands over its work, and processes that take over. Messages wait until they are taken. */
export class SharingPoll {
  readonly log: LogEntry[] = [];
  /** Texts of messages. */
  readonly waiting: string[] = [];
  readonly #options: Required<SharingOptions>;
  readonly #world: World;
  readonly #workers: readonly ShardPoller[];
  readonly #poll: () => Promise<MeteredReport>;

  constructor(world: World, { config = {}, above = 4, workers = 3 }: SharingOptions = {}) {
    this.#world = world;
    this.#options = { config, above, workers };
    const split = async (work: Parameters<typeof splitWork>[0]) => {
      const shards = splitWork(work, { looksPerShard: above, workers });
      this.waiting.push(...shards.map(shardMessageText));
      return { shards: shards.length, failed: 0 };
    };
    const poller = createPoller(...this.#parts({ fanOut: { above, split } }));
    this.#poll = () => poller(remainingMs);
    this.#workers = Array.from({ length: workers }, () => createShardPoller(...this.#parts()));
  }

  /** The poll that the schedule starts, alone. */
  handOver(): Promise<MeteredReport> {
    return this.#poll();
  }

  /** What the workers find, all of them at once, until nothing waits. */
  async takeOver(): Promise<MeteredReport[]> {
    const reports = await Promise.all(this.#workers.map((pollShard) => this.#work(pollShard)));
    return reports.flat();
  }

  async #work(pollShard: ShardPoller): Promise<MeteredReport[]> {
    const reports: MeteredReport[] = [];
    for (let text = this.waiting.shift(); text !== undefined; text = this.waiting.shift())
      reports.push(await pollShard(parseShardMessage(text), remainingMs));
    return reports;
  }

  #parts(more: Pick<Surroundings, 'fanOut'> | object = {}) {
    const entry =
      (level: LogEntry['level']) =>
      (message: string, fields: Record<string, unknown> = {}) => {
        this.log.push({ level, message, fields });
      };
    const surroundings: Surroundings = {
      account: { partition: 'aws', region: REGION, accountId: ACCOUNT },
      clients: this.#world.clients(),
      log: { info: entry('info'), warn: entry('warn'), error: entry('error') },
      now: () => this.#world.now,
      sleep: async () => undefined,
      ...more,
    };
    return [{ ...readConfig({}), ...this.#options.config }, DEFAULT_RULES, surroundings] as const;
  }
}

const remainingMs = () => 55_000;
