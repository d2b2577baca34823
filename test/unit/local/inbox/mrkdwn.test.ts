import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renderMrkdwn } from '../../../../local/inbox/mrkdwn.ts';

const READER = { now: Date.parse('2026-03-02T12:00:00Z'), timeZone: 'UTC' };
const NINE = Date.parse('2026-03-02T09:00:00Z') / 1_000;
const TIME = '<time datetime="2026-03-02T09:00:00.000Z" title="Monday, 2 March 2026, 09:00:00">';
const LINK = 'target="_blank" rel="noopener noreferrer"';

const render = (text: string) => renderMrkdwn(text, READER).toString();

describe('renderMrkdwn', () => {
  it.each([
    ['*bold* _italic_ ~gone~ `code`', '<strong>bold</strong> <em>italic</em> <s>gone</s> <code>code</code>'],
    ['*bold _both_*', '<strong>bold <em>both</em></strong>'],
    ['*a _b* c_', '<strong>a _b</strong> c_'],
    ['`*as it is*`', '<code>*as it is*</code>'],
    [
      '*`code`, <https://a.example|b>*',
      `<strong><code>code</code>, <a class="link" href="https://a.example/" ${LINK}>b</a></strong>`,
    ],
    ['IN_PROGRESS snake_case_name', 'IN_PROGRESS snake_case_name'],
    ['2 * 3 * 4, a*b*c, *, * a', '2 * 3 * 4, a*b*c, *, * a'],
    ['*over\nlines*', '*over<br>lines*'],
    ['one\n&gt; two\n> three\nfour', 'one<blockquote>two<br>three</blockquote>four'],
    ['a ```x *y*\n&lt;z&gt;``` b', 'a <pre><code>x *y*\n&lt;z&gt;</code></pre> b'],
    ['unclosed ``` here', 'unclosed ``` here'],
  ])('formats %j', (text, expected) => {
    expect(render(text)).toBe(expected);
  });

  it.each([
    ['&lt;b&gt; &amp; &amp;lt; &amp;amp;', '&lt;b&gt; &amp; &amp;lt; &amp;amp;'],
    ['&quot; &#39; "', '&amp;quot; &amp;#39; &quot;'],
    ['`&lt;`', '<code>&lt;</code>'],
    ['< b', '&lt; b'],
  ])('decodes the three entities of %j once', (text, expected) => {
    expect(render(text)).toBe(expected);
  });

  it.each([
    [
      '<https://a.example/?b=1&amp;c=2|d &amp; e>',
      `<a class="link" href="https://a.example/?b=1&amp;c=2" ${LINK}>d &amp; e</a>`,
    ],
    [
      '<https://a.example/b_c_d>',
      `<a class="link" href="https://a.example/b_c_d" ${LINK}>https://a.example/b_c_d</a>`,
    ],
    ['<javascript:alert(1)|no>', '<span class="link">no</span>'],
    ['<data:text/html,x|no>', '<span class="link">no</span>'],
    ['<mailto:a@b.example|no>', '<span class="link">no</span>'],
    ['<img src=x>', '<span class="link">img src=x</span>'],
    [
      '<!here> <!channel|@all> <@U1> <#C1|locks> <!subteam^S1>',
      ['@here', '@all', '@U1', '#locks', '@subteam']
        .map((name) => `<span class="mention">${name}</span>`)
        .join(' '),
    ],
  ])('follows the reference %j no further than Slack', (text, expected) => {
    expect(render(text)).toBe(expected);
  });

  it.each([
    ['{date_num} {time}', '2026-03-02 09:00'],
    ['{date}', '2 March 2026'],
    ['{date_short}', '2 Mar 2026'],
    ['{date_long}', 'Monday, 2 March 2026'],
    ['{date_pretty} {date_short_pretty} {date_long_pretty}', 'today today today'],
    ['{time_secs}', '09:00:00'],
    ['{ago}', '3 hours ago'],
    ['{constructor} {}', '{constructor} {}'],
  ])('fills the tokens of the date %j', (format, expected) => {
    expect(render(`<!date^${NINE}^${format}|then>`)).toBe(`${TIME}${expected}</time>`);
  });

  it('shows what is given instead of a date that is none, and links a date', () => {
    expect(render('<!date^soon^{date}|then> <!date^99999999999999^{date}|later>')).toBe('then later');
    expect(render(`<!date^${NINE}^{time}^https://a.example|then>`)).toBe(
      `<a class="link" href="https://a.example/" ${LINK}>${TIME}09:00</time></a>`,
    );
  });

  it('has no markup that comes from the text', () => {
    const fragment = fc.oneof(
      fc.constantFrom(
        '<',
        '>',
        '"',
        "'",
        '&',
        '*',
        '_',
        '~',
        '`',
        '```',
        '|',
        '\n',
        '&lt;',
        '&gt;',
        '&amp;',
        '!date^1^',
        'https://a.example/',
        'javascript:',
        '<script>',
        '</a>',
        '<img onerror=x>',
        ' ',
      ),
      fc.string({ unit: 'binary', maxLength: 5 }),
    );
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 25 }), (fragments) => {
        const rest = render(fragments.join(''))
          .replace(/<\/?(?:strong|em|s|code|pre|blockquote|br|span|time|a)>/g, '')
          .replace(/<span class="(?:link|mention)">/g, '')
          .replace(/<time datetime="[\d:.TZ-]*" title="[\w ,:]*">/g, '')
          .replace(
            /<a class="link" href="https?:\/\/[^"<>]*" target="_blank" rel="noopener noreferrer">/g,
            '',
          );
        expect(rest).not.toMatch(/[<>"']/);
      }),
      { numRuns: 2_000 },
    );
  });

  it('gives back text without marks as it was', () => {
    const decoded = (markup: string) =>
      markup.replace(
        /&(?:amp|lt|gt|quot|#39);/g,
        (entity) => ({ '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&#39;': "'" })[entity] ?? '',
      );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'ab &;<>"\'ltgamp') }), (text) => {
        const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
        expect(decoded(render(`x${escaped}`))).toBe(`x${text}`);
      }),
    );
  });
});
