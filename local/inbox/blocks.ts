import type { SlackBlock } from '../slack/blocks.ts';
import { externalLink, type Html, html, type Insertable } from './html.ts';
import { renderMrkdwn } from './mrkdwn.ts';
import { renderRichText } from './rich-text.ts';
import type { Reader } from './times.ts';

type Section = Extract<SlackBlock, { type: 'section' }>;
type Text = NonNullable<Section['text']>;
type Button = Extract<SlackBlock, { type: 'actions' }>['elements'][number];

/** Renders a block as Slack would show it; of pictures the text that stands for them. */
export function renderBlock(block: SlackBlock, reader: Reader): Html {
  switch (block.type) {
    case 'header':
      return html`<h4 class="block-header">${renderText(block.text, reader)}</h4>`;
    case 'section':
      return renderSection(block, reader);
    case 'context':
      return html`<div class="block-context">${block.elements.map((element) => {
        const content = element.type === 'image' ? element.alt_text : renderText(element, reader);
        return html`<span>${content}</span> `;
      })}</div>`;
    case 'divider':
      return html`<hr class="block-divider">`;
    case 'actions':
      return html`<div class="block-actions">${block.elements.map(renderButton)}</div>`;
    case 'rich_text':
      return renderRichText(block, reader);
    case 'image':
      return html`<p class="block-image">Picture: ${block.alt_text}</p>`;
  }
}

function renderSection({ text, fields, accessory }: Section, reader: Reader): Html {
  const body = html`${text && html`<div class="text">${renderText(text, reader)}</div>`}${
    fields &&
    html`<div class="fields">${fields.map((field) => html`<div class="text">${renderText(field, reader)}</div>`)}</div>`
  }`;
  if (accessory === undefined) return html`<div class="block-section">${body}</div>`;
  const beside =
    accessory.type === 'button'
      ? renderButton(accessory)
      : html`<span class="block-image">Picture: ${accessory.alt_text}</span>`;
  return html`<div class="block-section with-accessory"><div>${body}</div>${beside}</div>`;
}

function renderText(text: Text, reader: Reader): Insertable {
  return text.type === 'mrkdwn' ? renderMrkdwn(text.text, reader) : text.text;
}

function renderButton({ text, url = '', style }: Button): Html {
  return externalLink(url, text.text, style === undefined ? 'button' : `button ${style}`);
}
