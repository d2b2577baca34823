import type { ShownChannel, ShownMessage } from '../slack/types.ts';
import { renderBlock } from './blocks.ts';
import { type Html, html, type Insertable } from './html.ts';
import { renderMrkdwn } from './mrkdwn.ts';
import { fillDateTokens, type Reader, shortTime } from './times.ts';

const AVATAR = html`<svg class="avatar" viewBox="0 0 36 36" aria-hidden="true">
  <rect width="36" height="36" rx="8"/>
  <path d="M18 9a7 7 0 0 1 7 7v5l2 3.500h-18l2-3.500v-5a7 7 0 0 1 7-7zm-3 17h6a3 3 0 0 1-6 0z"/>
</svg>`;

/** What stands in a channel: a message, or a reply that was broadcast and the message that it replies to. */
interface Post {
  readonly message: ShownMessage;
  readonly repliesTo?: ShownMessage;
}

/** Renders the channels: a list of all, and the messages of the one with the given id (else of the first). */
export function renderSlack(
  channels: readonly ShownChannel[],
  chosenId: string | undefined,
  reader: Reader,
): Html {
  const chosen = channels.find(({ id }) => id === chosenId) ?? channels[0];
  if (chosen === undefined)
    return html`<p class="empty">No channel yet: one appears with its first message.</p>`;
  return html`
    <nav class="channels" id="channels" aria-label="Channels">
      <h3>Channels</h3>
      <ul>${channels.map((channel) => renderChannelLink(channel, channel === chosen))}</ul>
    </nav>
    <section class="channel" id="channel-${chosen.id}" aria-labelledby="channel-name">
      <h3 id="channel-name"><span class="hash">#</span>${chosen.name}</h3>
      <div class="messages" id="messages-${chosen.id}" tabindex="0" role="region" aria-label="Messages">
        ${chosen.messages.length === 0 && html`<p class="empty">No message yet.</p>`}${renderPosts(chosen, reader)}
      </div>
    </section>`;
}

function renderChannelLink({ id, name }: ShownChannel, isChosen: boolean): Html {
  return html`<li><a href="/inbox?channel=${encodeURIComponent(id)}"${isChosen && html` aria-current="page"`}>
    <span class="hash" aria-hidden="true">#</span>${name}</a></li>`;
}

function renderPosts(channel: ShownChannel, reader: Reader): Html[] {
  const posts = channel.messages
    .flatMap((message): Post[] => [
      { message },
      ...message.replies
        .filter(({ broadcast }) => broadcast)
        .map((reply) => ({ message: reply, repliesTo: message })),
    ])
    .sort((a, b) => Number(a.message.ts) - Number(b.message.ts));
  const dayOf = ({ message }: Post) => fillDateTokens('{date_long_pretty}', message.at, reader);
  return posts.map((post, i) => {
    const before = posts[i - 1];
    const isNewDay = before === undefined || dayOf(before) !== dayOf(post);
    return html`${isNewDay && html`<p class="day"><span>${dayOf(post)}</span></p>`}${renderPost(channel, post, reader)}`;
  });
}

function renderPost(channel: ShownChannel, { message, repliesTo }: Post, reader: Reader): Html {
  if (repliesTo === undefined) {
    const thread = renderThread(channel, message, reader);
    return renderMessage(idOf('message', channel, message), message, reader, { after: thread });
  }
  const before = html`<p class="replied"><a href="#${idOf('message', channel, repliesTo)}">replied to a thread:</a>
    ${titleOf(repliesTo, reader)}</p>`;
  return renderMessage(idOf('broadcast', channel, message), message, reader, { before });
}

function renderThread(channel: ShownChannel, message: ShownMessage, reader: Reader): Html | false {
  const { replies } = message;
  const last = replies.at(-1);
  if (last === undefined) return false;
  const items = replies.map((reply) => {
    const after = reply.broadcast === true && html`<p class="also">Also sent to the channel</p>`;
    return html`<li>${renderMessage(idOf('reply', channel, reply), reply, reader, { after })}</li>`;
  });
  return html`<details class="thread" id="${idOf('thread', channel, message)}">
    <summary><span class="count">${replies.length} ${replies.length === 1 ? 'reply' : 'replies'}</span>
      <span class="last">Last reply ${shortTime(last.at, reader)}</span></summary>
    <ol class="replies">${items}</ol>
  </details>`;
}

/** Renders a message, and around its content what is said of it. */
function renderMessage(
  id: string,
  { at, text, blocks, edits }: ShownMessage,
  reader: Reader,
  { before, after }: { readonly before?: Insertable; readonly after?: Insertable },
): Html {
  const content: Insertable =
    blocks.length > 0
      ? blocks.map((block) => renderBlock(block, reader))
      : html`<div class="text">${renderMrkdwn(text, reader)}</div>`;
  return html`<article class="message" id="${id}">${AVATAR}
    <div class="body">
      <p class="head"><b class="author">ota-watch</b> <span class="app">App</span> ${shortTime(at, reader)}</p>
      ${before}${content}
      ${edits > 0 && html`<p class="edited">(edited) ${edits === 1 ? 'once' : `${edits} times`}</p>`}${after}
    </div>
  </article>`;
}

/** What a message is about: its header, or the first line of its text. */
function titleOf({ text, blocks }: ShownMessage, reader: Reader): Insertable {
  const header = blocks.find((block) => block.type === 'header');
  return header?.text.text ?? renderMrkdwn(text.split('\n')[0] ?? '', reader);
}

function idOf(kind: string, { id }: ShownChannel, { ts }: ShownMessage): string {
  return `${kind}-${id}-${ts}`;
}
