import type { Claim } from '../domain/alerts/ledger.ts';
import type { Lane } from './lane.ts';
import type { PostedMessage } from './ports.ts';
import type { TaskRun } from './run.ts';
import type { SlackChannel } from './slack-channel.ts';
import { isReply, isRoot } from './slack-posts.ts';

type Found = ReadonlyMap<string, PostedMessage>;

/**
 * Finds what was sent by those who did not come to write it down.
 *
 * @returns the runs that can go on; the others come again
 */
export async function recover(
  lane: Lane,
  channel: SlackChannel,
  runs: readonly TaskRun[],
): Promise<readonly TaskRun[]> {
  const claims = runs.flatMap(({ ledger: { claim } }) =>
    claim === undefined || claim.posts.length === 0 ? [] : [claim],
  );
  if (claims.length === 0) return runs;
  const search = attempt(() => searchChannel(channel, claims));
  const goingOn: TaskRun[] = [];
  for (const run of runs) if (await recoverRun(lane, channel, run, search)) goingOn.push(run);
  return goingOn;
}

/** What all of them want of the channel is looked for once. */
async function searchChannel(channel: SlackChannel, claims: readonly Claim[]): Promise<Found> {
  const ids = claims.flatMap(({ posts }) => posts.filter((post) => !isReply(post)).map(({ id }) => id));
  const since = Math.min(...claims.map((claim) => claim.since));
  return channel.find([...new Set(ids)], since);
}

async function recoverRun(
  lane: Lane,
  channel: SlackChannel,
  run: TaskRun,
  search: Promise<{ readonly found: Found } | { readonly error: unknown }>,
): Promise<boolean> {
  const { claim, message } = run.ledger;
  if (claim === undefined || claim.posts.length === 0) return true;
  const searched = await search;
  if (lane.stop !== undefined || !lane.hasTime()) {
    run.postpone();
    return false;
  }
  if ('error' in searched) {
    await run.fail(searched.error);
    return false;
  }
  const { found } = searched;
  const [root] = claim.posts.filter(isRoot).flatMap(({ id }) => found.get(id) ?? []);
  const current = root === undefined ? message : { ...root, shown: 0 };
  const replies = claim.posts.filter(isReply).map(({ id }) => id);
  const inThread = await attempt(async () =>
    current === undefined ? new Map() : channel.find(replies, claim.since, current),
  );
  if ('error' in inThread) {
    await run.fail(inThread.error);
    return false;
  }
  const wasSent = (id: string) => found.has(id) || inThread.found.has(id);
  run.recover(
    claim.posts.filter(({ id }) => wasSent(id)).flatMap(({ sequences }) => sequences),
    current,
  );
  return true;
}

async function attempt(
  find: () => Promise<Found>,
): Promise<{ readonly found: Found } | { readonly error: unknown }> {
  try {
    return { found: await find() };
  } catch (error) {
    return { error };
  }
}
