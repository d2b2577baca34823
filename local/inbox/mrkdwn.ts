// What Slack makes of mrkdwn: https://docs.slack.dev/messaging/formatting-message-text
import { externalLink, type Html, html, type Insertable } from './html.ts';
import { fillDateTokens, type Reader, timeElement } from './times.ts';

const MARKS: Readonly<Record<string, (content: Insertable) => Html>> = {
  '*': (content) => html`<strong>${content}</strong>`,
  _: (content) => html`<em>${content}</em>`,
  '~': (content) => html`<s>${content}</s>`,
};

const TOKENS = /<[^<>\n]*>|`[^`\n]+`|[*_~]|[^<`*_~]+|[<`]/g;
const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>' };
const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u;
/** Instants that JavaScript has, in seconds. */
const LATEST_SECOND = 8.64e12;

/** Decodes, once, the three entities that Slack has. */
function decoded(text: string): string {
  return text.replace(/&(?:amp|lt|gt);/g, (entity) => ENTITIES[entity] ?? entity);
}

/** Renders mrkdwn: nothing of the text becomes markup that is not Slack's. */
export function renderMrkdwn(text: string, reader: Reader): Html {
  const parts = text.split(/```\n?([\s\S]*?)\n?```\n?/);
  return html`${parts.map((part, i) => (i % 2 === 1 ? html`<pre><code>${decoded(part)}</code></pre>` : renderLines(part, reader)))}`;
}

/** Renders lines without code blocks; neighbouring lines that begin with `>` are one quotation. */
function renderLines(text: string, reader: Reader): Html {
  const groups: { quoted: boolean; lines: Html[] }[] = [];
  for (const line of text.split('\n')) {
    const content = line.replace(/^(?:>|&gt;) ?/, '');
    const quoted = content !== line;
    const last = groups.at(-1);
    const group = last?.quoted === quoted ? last : { quoted, lines: [] };
    if (group !== last) groups.push(group);
    group.lines.push(renderSpans(content, reader));
  }
  return html`${groups.map(({ quoted, lines }) => {
    const content = lines.map((line, i) => html`${i > 0 && html`<br>`}${line}`);
    return quoted ? html`<blockquote>${content}</blockquote>` : html`${content}`;
  })}`;
}

/** Renders a line: pairs marks, the inner ones first; marks without a partner are characters. */
function renderSpans(line: string, reader: Reader): Html {
  const rendered: Insertable[] = [];
  let opened: { mark: string; at: number }[] = [];
  for (const { 0: token, index } of line.matchAll(TOKENS)) {
    const wrap = MARKS[token];
    if (wrap === undefined) {
      rendered.push(renderToken(token, reader));
      continue;
    }
    const [before, after] = [line[index - 1] ?? ' ', line[index + 1] ?? ' '];
    const opening = opened.findLast(({ mark }) => mark === token);
    if (opening !== undefined && closes(before, after) && opening.at + 1 < rendered.length) {
      const content = rendered.splice(opening.at).slice(1);
      rendered.push(wrap(content));
      opened = opened.filter(({ at }) => at < opening.at);
      continue;
    }
    if (opens(before, after)) opened.push({ mark: token, at: rendered.length });
    rendered.push(token);
  }
  return html`${rendered}`;
}

function opens(before: string, after: string): boolean {
  return !LETTER_OR_DIGIT.test(before) && after.trim() !== '';
}

function closes(before: string, after: string): boolean {
  return before.trim() !== '' && !LETTER_OR_DIGIT.test(after);
}

function renderToken(token: string, reader: Reader): Insertable {
  if (token.length > 2 && token.startsWith('`')) return html`<code>${decoded(token.slice(1, -1))}</code>`;
  if (token.length > 2 && token.startsWith('<')) return renderReference(token.slice(1, -1), reader);
  return decoded(token);
}

/** Renders what stands between angle brackets: a link, a mention, a date. */
function renderReference(reference: string, reader: Reader): Insertable {
  const bar = reference.indexOf('|');
  const target = bar < 0 ? reference : reference.slice(0, bar);
  const label = bar < 0 ? undefined : decoded(reference.slice(bar + 1));
  if (target.startsWith('!date^')) return renderDate(target, label ?? '', reader);
  if (target.startsWith('!')) return mention(label ?? `@${decoded(target.slice(1).split('^')[0] ?? '')}`);
  if (target.startsWith('@')) return mention(`@${label ?? decoded(target.slice(1))}`);
  if (target.startsWith('#')) return mention(`#${label ?? decoded(target.slice(1))}`);
  return externalLink(decoded(target), label ?? decoded(target));
}

function mention(text: string): Html {
  return html`<span class="mention">${text}</span>`;
}

/** Renders `!date^seconds^format^link`; the fallback where that is none. */
function renderDate(target: string, fallback: string, reader: Reader): Insertable {
  const [, seconds = '', format = '', link] = decoded(target).split('^');
  if (!/^\d+$/.test(seconds) || Number(seconds) > LATEST_SECOND || format === '') return fallback;
  const at = Number(seconds) * 1_000;
  const time = timeElement(at, fillDateTokens(format, at, reader), reader);
  return link === undefined ? time : externalLink(link, time);
}
