import { invalid } from './errors.ts';
import type { ListQuery } from './wire.ts';

/** Opaque tokens: the list that they belong to and the position at which it goes on. */
const tokenOf = (list: string, position: number): string =>
  Buffer.from(JSON.stringify([list, position])).toString('base64url');

/**
 * The position at which a list goes on, 0 without a token.
 * @throws ServiceError for a token that this list did not give out
 */
export function positionOf(list: string, token: string | undefined): number {
  if (token === undefined) return 0;
  const position = Number(/,(\d+)\]$/.exec(Buffer.from(token, 'base64url').toString())?.[1]);
  if (token === tokenOf(list, position)) return position;
  throw invalid(['NextToken', 'Member must be a token that this operation returned']);
}

/**
 * Cuts a page out of one item more than it may hold.
 * @param next the position of an item that does not fit any more
 */
export function pageOf<T>(
  list: string,
  { MaxResults }: ListQuery,
  items: readonly T[],
  next: (item: T, offset: number) => number,
): { readonly items: readonly T[]; readonly NextToken?: string } {
  const beyond = items[MaxResults];
  if (beyond === undefined) return { items };
  return { items: items.slice(0, MaxResults), NextToken: tokenOf(list, next(beyond, MaxResults)) };
}
