/** How a piece of a line looks where the terminal has colours. */
export type Style = 'bold' | 'dim' | 'red' | 'yellow' | 'green' | 'cyan' | 'magenta';

export type Piece = string | { readonly text: string; readonly style: Style };

/** One line of output, made of pieces. */
export type Line = readonly Piece[];

/** Gives a text a style, or leaves it as it is. */
export type Paint = (style: Style, text: string) => string;

export const styled = (style: Style, text: string): Piece => ({ text, style });

/** Puts a line together. No piece can bring control characters of its own: much of the text is somebody else's. */
export function render(line: Line, paint: Paint): string {
  return line
    .map((piece) => {
      if (typeof piece === 'string') return printable(piece);
      const text = printable(piece.text);
      return text === '' ? '' : paint(piece.style, text);
    })
    .join('');
}

/** A text without control and format characters, line breaks and lone surrogates. */
function printable(text: string): string {
  return text.replace(/[\p{C}\p{Zl}\p{Zp}]+/gu, '');
}

/** Makes a text exactly so many characters long: cuts it, or fills it with blanks. */
export function toWidth(text: string, width: number): string {
  const characters = [...printable(text)];
  const missing = width - characters.length;
  if (missing >= 0) return characters.join('') + ' '.repeat(missing);
  return `${characters.slice(0, width - 1).join('')}…`;
}

/** The columns that begin the line of an event or a message: when, what it is about, of which kind. */
export function columns(time: string, about: string, kind: Piece): Line {
  return [styled('dim', time), '  ', toWidth(about, NAME_WIDTH), '  ', kind, '  '];
}

export const NAME_WIDTH = 20;
const KIND_WIDTH = 9;

/** A kind, as wide as its column. */
export const kindOf = (style: Style, kind: string): Piece => styled(style, toWidth(kind, KIND_WIDTH));
