import { parseArgs } from 'node:util';
import { DETAIL_TYPES } from '../../lib/aws/api/row-filter.ts';
import { canonicalHash } from '../../lib/canonical-hash.ts';
import type { DetailType } from '../../lib/domain/events.ts';
import { readInstant } from '../audit/since.ts';
import { UsageError, usage } from '../connect.ts';

export interface ReplayOptions {
  readonly since: string;
  readonly until?: string;
  readonly taskIds: readonly string[];
  readonly types: readonly DetailType[];
  readonly unpublished: boolean;
  readonly dryRun: boolean;
  /** Events a second. */
  readonly rate: number;
  readonly bus?: string;
  readonly state?: string;
  readonly inDoubt?: 'resend' | 'forget';
  readonly stage?: string;
  readonly region?: string;
}

const DEFAULT_RATE = 50;
const MAX_RATE = 10_000;
const PREFIX = 'OTA Task ';

/** @throws UsageError for a command line that makes no sense */
export function parseOptions(args: readonly string[]): ReplayOptions {
  const { values, positionals } = usage(() =>
    parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        since: { type: 'string' },
        until: { type: 'string' },
        task: { type: 'string', multiple: true, default: [] },
        type: { type: 'string', multiple: true, default: [] },
        unpublished: { type: 'boolean', default: false },
        'dry-run': { type: 'boolean', default: false },
        rate: { type: 'string' },
        bus: { type: 'string' },
        state: { type: 'string' },
        'in-doubt': { type: 'string' },
        stage: { type: 'string' },
        region: { type: 'string' },
      },
    }),
  );
  const [unknown] = positionals;
  if (unknown !== undefined) throw new UsageError(`replay takes options only, not ${unknown}`);
  const { since, task, type, rate, 'dry-run': dryRun, 'in-doubt': inDoubt, ...others } = values;
  if (since === undefined) throw new UsageError('replay needs --since');
  if (inDoubt !== undefined && inDoubt !== 'resend' && inDoubt !== 'forget')
    throw new UsageError('--in-doubt takes resend or forget');
  if (inDoubt !== undefined && dryRun) throw new UsageError('--in-doubt does not go with --dry-run');
  return {
    ...others,
    since,
    taskIds: [...new Set(task)].sort(),
    types: [...new Set(type.map(readType))].sort(),
    dryRun,
    rate: readRate(rate),
    ...(inDoubt !== undefined && { inDoubt }),
  };
}

/** From when to when, epoch milliseconds. @throws UsageError */
export function readRange({ since, until }: ReplayOptions, now: number): { since: number; until: number } {
  const range = {
    since: readInstant('since', since, now),
    until: until === undefined ? now : readInstant('until', until, now, true),
  };
  if (range.since > range.until) throw new UsageError('--since is after --until');
  return range;
}

/** What a run was asked for, from where to where: the same words go on with the same run. */
export function selectionId(options: ReplayOptions, table: string, bus: string): string {
  const { since, until = '', taskIds, types, unpublished } = options;
  return canonicalHash({ since, until, taskIds, types, unpublished, table, bus });
}

function readType(text: string): DetailType {
  const published = DETAIL_TYPES.filter((type) => type !== `${PREFIX}Event Set Aside`);
  const found = published.find((type) => type === text || type === `${PREFIX}${text}`);
  if (found === undefined || !isDetailType(found))
    throw new UsageError(
      `There is no type ${text}: it is one of ${published.map((type) => type.slice(PREFIX.length)).join(', ')}`,
    );
  return found;
}

function isDetailType(text: string): text is DetailType {
  return DETAIL_TYPES.includes(text);
}

function readRate(text: string | undefined): number {
  if (text === undefined) return DEFAULT_RATE;
  const rate = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (rate < 1 || rate > MAX_RATE)
    throw new UsageError(`--rate takes events a second, from 1 to ${MAX_RATE}`);
  return rate;
}
