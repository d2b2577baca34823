import { type Line, type Paint, render } from './line.ts';

/** The part of a stream of standard output that a screen needs. */
export interface Output {
  readonly isTTY?: boolean;
  readonly rows?: number;
  write(text: string): unknown;
}

/** Lines that stay, above a block of lines that is drawn anew. */
export interface Screen {
  /** Whether there is a block; elsewhere it is never shown. */
  readonly hasBlock: boolean;
  print(...lines: readonly Line[]): void;
  /** Replaces the block. */
  showBlock(lines: readonly Line[]): void;
}

const ESC = '\u001b[';
const CLEAR_DOWN = `${ESC}0J`;
/** A line that is too long is cut by the terminal: were it wrapped, the block would have more lines than we know. */
const [WRAP_OFF, WRAP_ON] = [`${ESC}?7l`, `${ESC}?7h`];

export function createScreen(output: Output, paint: Paint): Screen {
  let block: readonly string[] = [];
  const hasBlock = output.isTTY === true;

  function draw(lines: readonly string[], newBlock: readonly string[]): void {
    const text = [...lines, ''].join('\n');
    if (!hasBlock) {
      output.write(text);
      return;
    }
    const erase = block.length === 0 ? '' : `${ESC}${block.length}F${CLEAR_DOWN}`;
    block = newBlock.slice(0, Math.max(0, (output.rows ?? 24) - 1));
    const below = block.length === 0 ? '' : `${WRAP_OFF}${block.join('\n')}\n${WRAP_ON}`;
    output.write(`${erase}${text}${below}`);
  }

  return {
    hasBlock,
    print: (...lines) =>
      draw(
        lines.map((line) => render(line, paint)),
        block,
      ),
    showBlock: (lines) => {
      if (hasBlock)
        draw(
          [],
          lines.map((line) => render(line, paint)),
        );
    },
  };
}
