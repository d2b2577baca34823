import type { Guarantee } from '../guarantee.ts';
import { GuaranteeOptionError } from './errors.ts';

export const ENGINES = ['embedded', 'dynamodb-local'] as const;
/** The database that a guarantee is proven on. */
export type Engine = (typeof ENGINES)[number];

/** A line of the summary: a guarantee on an engine, with so many scripts. */
export interface Row {
  readonly guarantee: Guarantee;
  readonly engine: Engine;
  readonly scripts: number;
  /** Of the full proof. */
  readonly full: number;
  /** Of its first chunk; the next has the next seed. */
  readonly seed: number;
  readonly chunks: readonly Chunk[];
}

/** What one worker proves at a time. */
export interface Chunk {
  readonly seed: number;
  readonly scripts: number;
}

export interface PlanOptions {
  /** Numbers of guarantees; all where not given. */
  readonly only?: readonly number[] | undefined;
  readonly seed: number;
  /** Of the full numbers, percent. */
  readonly share: number;
  /** In place of the engines that each guarantee needs. */
  readonly engine?: Engine | undefined;
  /** Plays nothing but the script of this path. */
  readonly path?: string | undefined;
}

/** Small enough that workers end together, large enough to be worth a world. */
const CHUNKS = 20;
/** Real processes are killed while they talk to AWS's own database. */
const ON_DYNAMODB_LOCAL = new Set([7]);
/** What the delivery rests on is proven on a second engine too: so many percent of the scripts. */
const ON_BOTH = new Set([1, 2, 3, 4, 5]);
const SECOND_ENGINE_SHARE = 5;

/** What is proven, in order. @throws GuaranteeOptionError where there is no such guarantee */
export function plan(guarantees: readonly Guarantee[], options: PlanOptions): Row[] {
  const { only, share, seed, path } = options;
  const unknown = only?.find((wanted) => guarantees.every(({ number }) => number !== wanted));
  if (unknown !== undefined) throw new GuaranteeOptionError(`There is no guarantee ${unknown}`);
  return guarantees
    .filter(({ number }) => only?.includes(number) ?? true)
    .flatMap((guarantee) =>
      enginesOf(guarantee, options).map(({ engine, percent }) => {
        const full = portion(guarantee.scripts.full, percent);
        const scripts = path === undefined ? portion(full, share) : 1;
        return { guarantee, engine, scripts, full, seed, chunks: split(scripts, seed) };
      }),
    );
}

function enginesOf(
  { number }: Guarantee,
  { engine, path }: PlanOptions,
): { readonly engine: Engine; readonly percent: number }[] {
  if (engine !== undefined) return [{ engine, percent: 100 }];
  if (ON_DYNAMODB_LOCAL.has(number)) return [{ engine: 'dynamodb-local', percent: 100 }];
  const embedded = { engine: 'embedded' as const, percent: 100 };
  if (path !== undefined || !ON_BOTH.has(number)) return [embedded];
  return [embedded, { engine: 'dynamodb-local', percent: SECOND_ENGINE_SHARE }];
}

const portion = (whole: number, percent: number) => Math.max(1, Math.round((whole * percent) / 100));

/** Cuts scripts into chunks, as even as can be. */
export function split(scripts: number, seed: number): Chunk[] {
  const chunks = Math.min(CHUNKS, scripts);
  return Array.from({ length: chunks }, (_, index) => ({
    seed: seed + index,
    scripts: Math.floor(scripts / chunks) + (index < scripts % chunks ? 1 : 0),
  }));
}
