import type { PostedMessage } from '../alerts/ports.ts';

/** Type of the metadata that name a post. */
export const EVENT_TYPE = 'ota_watch';

const MAX_PAGES = 5;

/** A page of messages, as the Web API answers it. */
export interface Page {
  readonly messages?: readonly PageMessage[];
  readonly response_metadata?: { readonly next_cursor?: string };
}

interface PageMessage {
  readonly ts?: string;
  readonly metadata?: { readonly event_type?: string; readonly event_payload?: unknown };
}

/** Turns pages over until all ids are found. Past the last page that is read, an id counts as not there. */
export async function searchPosts(
  channel: string,
  ids: readonly string[],
  read: (cursor: string | undefined) => Promise<Page>,
): Promise<ReadonlyMap<string, PostedMessage>> {
  const found = new Map<string, PostedMessage>();
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const { messages = [], response_metadata } = await read(cursor);
    for (const { id, ts } of messages.flatMap(postOf)) {
      if (ids.includes(id)) found.set(id, { channel, ts });
    }
    cursor = response_metadata?.next_cursor;
    if (!cursor || found.size === ids.length) break;
  }
  return found;
}

/** The id of a message that was posted under one. */
function postOf({ ts, metadata }: PageMessage): { readonly id: string; readonly ts: string }[] {
  const payload = metadata?.event_type === EVENT_TYPE ? metadata.event_payload : undefined;
  const id: unknown =
    typeof payload === 'object' && payload !== null ? Reflect.get(payload, 'id') : undefined;
  return ts !== undefined && typeof id === 'string' ? [{ id, ts }] : [];
}
