const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Markup that may go into a page as it is. Only the tag `html` makes any. */
class Html {
  readonly #markup: string;

  constructor(markup: string) {
    this.#markup = markup;
  }

  toString(): string {
    return this.#markup;
  }
}

export type { Html };

/** What can stand in a template: text is escaped; false and undefined are nothing. */
export type Insertable = Html | string | number | false | undefined | readonly Insertable[];

/** A template of markup. What is inserted is escaped, also for attributes in quotation marks, unless it is markup itself. */
export function html(markup: TemplateStringsArray, ...inserted: readonly Insertable[]): Html {
  return new Html(markup.reduce((before, after, i) => before + markupOf(inserted[i - 1]) + after));
}

function markupOf(value: Insertable): string {
  if (value === undefined || value === false) return '';
  if (value instanceof Html) return value.toString();
  if (typeof value === 'string' || typeof value === 'number')
    return String(value).replace(/[&<>"']/g, (character) => ESCAPES[character] ?? '');
  return value.map(markupOf).join('');
}

/** An address that a link may lead to; undefined for all but absolute addresses of http and https. */
export function webAddress(text: string): string | undefined {
  const address = URL.parse(text);
  return address?.protocol === 'http:' || address?.protocol === 'https:' ? address.href : undefined;
}

/** A link to another site; only its text if that is no address of http or https. */
export function externalLink(address: string, text: Insertable, className = 'link'): Html {
  const href = webAddress(address);
  return href === undefined
    ? html`<span class="${className}">${text}</span>`
    : html`<a class="${className}" href="${href}" target="_blank" rel="noopener noreferrer">${text}</a>`;
}
