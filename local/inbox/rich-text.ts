import type { SlackBlock } from '../slack/blocks.ts';
import { externalLink, type Html, html, type Insertable } from './html.ts';
import { fillDateTokens, type Reader, timeElement } from './times.ts';

type RichText = Extract<SlackBlock, { type: 'rich_text' }>;
type Part = RichText['elements'][number];
type Span = Extract<Part, { type: 'rich_text_section' }>['elements'][number];

const STYLES = [
  ['code', (content: Insertable) => html`<code>${content}</code>`],
  ['bold', (content: Insertable) => html`<strong>${content}</strong>`],
  ['italic', (content: Insertable) => html`<em>${content}</em>`],
  ['strike', (content: Insertable) => html`<s>${content}</s>`],
  ['underline', (content: Insertable) => html`<u>${content}</u>`],
] as const;

/** Renders a block of rich text. */
export function renderRichText({ elements }: RichText, reader: Reader): Html {
  return html`<div class="text rich">${elements.map((part) => renderPart(part, reader))}</div>`;
}

function renderPart(part: Part, reader: Reader): Html {
  switch (part.type) {
    case 'rich_text_section':
      return html`<p>${renderSpans(part.elements, reader)}</p>`;
    case 'rich_text_list': {
      const items = part.elements.map(({ elements }) => html`<li>${renderSpans(elements, reader)}</li>`);
      return part.style === 'ordered' ? html`<ol>${items}</ol>` : html`<ul>${items}</ul>`;
    }
    case 'rich_text_preformatted':
      return html`<pre><code>${renderSpans(part.elements, reader)}</code></pre>`;
    case 'rich_text_quote':
      return html`<blockquote>${renderSpans(part.elements, reader)}</blockquote>`;
  }
}

function renderSpans(spans: readonly Span[], reader: Reader): Html[] {
  return spans.map((span) =>
    STYLES.reduce(
      (content, [name, wrap]) => (span.style?.[name] ? wrap(content) : content),
      html`${renderSpan(span, reader)}`,
    ),
  );
}

function renderSpan(span: Span, reader: Reader): Insertable {
  switch (span.type) {
    case 'text':
      return span.text.split('\n').map((line, i) => html`${i > 0 && html`<br>`}${line}`);
    case 'link':
      return externalLink(span.url, span.text ?? span.url);
    case 'emoji':
      return `:${span.name}:`;
    case 'date': {
      const at = span.timestamp * 1_000;
      const time = timeElement(at, fillDateTokens(span.format, at, reader), reader);
      return span.url === undefined ? time : externalLink(span.url, time);
    }
  }
}
