/** What is not seen, or makes other text be seen elsewhere: control characters, line ends, marks of direction. */
const UNSEEN = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]+/gu;

/** Half a character at the end of a text that was well-formed before it was cut. */
const HALF = /[\uD800-\uDBFF]$/;

/** A text on one line, of at most `max` UTF-16 code units; what is cut ends in an ellipsis. */
export function plain(text: string, max: number): string {
  const clean = text.toWellFormed().replace(UNSEEN, ' ').trim();
  return clean.length <= max ? clean : `${clean.slice(0, max - 1).replace(HALF, '')}…`;
}

/** The first text in which there is something to see. */
export function firstSeen(max: number, ...texts: readonly (string | undefined)[]): string {
  return texts.map((text) => plain(text ?? '', max)).find((text) => text !== '') ?? 'unknown';
}
