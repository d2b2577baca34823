/** Text that other people wrote, on its way into a message. Every function gives a single line. */

/** Control characters, line breaks, and what turns the direction of text around: nothing that a name needs. */
const UNPRINTABLE = /[\p{Cc}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** A text as one line, without half surrogate pairs (which a form cannot carry) and what cannot be seen. */
export function oneLine(text: string): string {
  return text.toWellFormed().replace(UNPRINTABLE, ' ').replace(/\s+/g, ' ').trim();
}

/** One line of at most so many UTF-16 units, cut between characters. */
export function cut(text: string, max: number): string {
  const line = oneLine(text);
  if (line.length <= max) return line;
  return `${line.slice(0, max - 1).replace(/[\ud800-\udbff]$/, '')}…`;
}

/** What mrkdwn formats by, and characters that look like it. */
const LOOKALIKES: Readonly<Record<string, string>> = { '*': '∗', _: '＿', '~': '∼', '`': 'ˋ' };
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

/**
 * A line for mrkdwn that says what the text says, and does nothing: entities for what Slack reads as links and mentions
 * (docs.slack.dev, "Formatting message text"), and a lookalike for what would format, which has no escape. Inside of a word
 * nothing formats but a backtick, so most ids stay as they are.
 */
export function mrkdwn(text: string): string {
  return oneLine(text)
    .replace(/[&<>]/g, (character) => ENTITIES[character] ?? character)
    .replace(
      /`|(?<![\p{L}\p{N}])[*_~]|[*_~](?![\p{L}\p{N}])/gu,
      (character) => LOOKALIKES[character] ?? character,
    );
}

/** Cuts mrkdwn between characters and entities. */
export function cutMrkdwn(text: string, max: number): string {
  if (text.length <= max) return text;
  return `${text.slice(0, max - 1).replace(/(&[a-z]*|[\ud800-\udbff])$/, '')}…`;
}

/** An ISO instant for those whose Slack does not show it in their own time. */
export function utc(iso: string): string {
  const at = Date.parse(iso);
  return Number.isNaN(at) ? oneLine(iso) : `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** How Slack shows an instant, in the reader's own time. */
export const DATE_FORMAT = '{date_short_pretty} {time}';

/** An ISO instant in mrkdwn. */
export function mrkdwnInstant(iso: string): string {
  const at = Date.parse(iso);
  if (Number.isNaN(at)) return mrkdwn(iso);
  return `<!date^${Math.floor(at / 1_000)}^${DATE_FORMAT}|${utc(iso)}>`;
}

const MAX_FALLBACK = 4_000;

/** The text of a message, from sentences as they are; within what chat.update takes. */
export function fallback(sentences: readonly string[]): string {
  const ended = sentences.map((sentence) => mrkdwn(/[.:!?…]$/.test(sentence) ? sentence : `${sentence}.`));
  return cutMrkdwn(ended.join(' '), MAX_FALLBACK);
}
