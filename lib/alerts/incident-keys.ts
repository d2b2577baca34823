import { dedupKeyOf } from '../domain/alerts/dedup-key.ts';
import type { EventOf } from '../domain/events.ts';
import type { GroupMember, IncidentGroups, MemberId } from './ports.ts';

/** So many incidents of a service are opened alone in each span of time; more become one. */
const ALONE = 10;
const SPAN_MS = 300_000;
/** Members of one group: its item has to stay far below 400 KB, whatever people write into a description. */
const GROUP_SIZE = 250;
const GROUP_PREFIX = 'ota-watch-group:';
/** Code points of texts of a member. */
const MAX_SUMMARY = 150;
const MAX_NAME = 60;

export function isGroupKey(dedupKey: string): boolean {
  return dedupKey.startsWith(GROUP_PREFIX);
}

/** Decides under which keys the breaches of a service are told: alone, or with others. */
export class IncidentKeys {
  readonly #service: string;
  readonly #groups: Pick<IncidentGroups, 'count'>;
  readonly #hash: (value: string) => string;
  /** Keys of groups that nobody can join any more. */
  readonly #closed = new Set<string>();

  constructor(service: string, groups: Pick<IncidentGroups, 'count'>, hash: (value: string) => string) {
    this.#service = service;
    this.#groups = groups;
    this.#hash = hash;
  }

  /** @param now epoch milliseconds */
  async choose({ taskId, ruleId }: MemberId, now: number): Promise<string> {
    const span = Math.floor(now / SPAN_MS);
    const count = await this.#groups.count(this.#service, span, 1);
    if (count <= ALONE) return dedupKeyOf(taskId, ruleId, this.#hash);
    const key = this.#groupKey(span, count);
    if (!this.#closed.has(key)) return key;
    return this.#groupKey(span, await this.#groups.count(this.#service, span, GROUP_SIZE));
  }

  close(dedupKey: string): void {
    this.#closed.add(dedupKey);
  }

  #groupKey(span: number, count: number): string {
    return `${GROUP_PREFIX}${this.#service}:${span}:${Math.floor((count - ALONE - 1) / GROUP_SIZE)}`;
  }
}

/** What a group says of a breach. */
export function memberOf({ detail }: EventOf<'OTA Task Threshold Breached'>): GroupMember {
  const { taskId, rule, summary, description } = detail;
  return {
    taskId,
    ruleId: rule.id,
    severity: rule.severity,
    summary: cut(summary, MAX_SUMMARY),
    ...(description !== undefined && { name: cut(description, MAX_NAME) }),
  };
}

const cut = (text: string, length: number) => [...text].slice(0, length).join('');
