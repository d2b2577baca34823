import type { Row } from './plan.ts';
import type { Result, RunListener } from './run.ts';
import { describeFailure, line } from './summary.ts';

/** The part of a stream of standard output that the progress needs. */
export interface Output {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

const BAR = 24;
/** Milliseconds between two pictures of the bar, and between two lines where there is no terminal. */
const REDRAW_MS = 100;
const LINE_MS = 30_000;
const CLEAR_LINE = '\r\u001b[K';

/** Shows how far a run is: a bar on a terminal, a line now and then elsewhere, and a line for each row that ends. */
export function progressOn(output: Output, rows: readonly Row[], now: () => number): RunListener {
  const isTerminal = output.isTTY === true;
  const startedAt = now();
  const all = rows.reduce((sum, { scripts }) => sum + scripts, 0);
  const played = new Map<Row, number>();
  let failures = 0;
  let nextAt = startedAt + (isTerminal ? 0 : LINE_MS);

  function print(text: string): void {
    output.write(`${isTerminal ? CLEAR_LINE : ''}${text}\n`);
    if (isTerminal) nextAt = now();
  }

  function show(row: Row): void {
    if (now() < nextAt) return;
    nextAt = now() + (isTerminal ? REDRAW_MS : LINE_MS);
    const done = [...played.values()].reduce((sum, scripts) => sum + scripts, 0);
    const text = [
      bar(done / all),
      `${row.guarantee.number} ${row.guarantee.name} (${row.engine})`,
      `${played.get(row)} of ${row.scripts}`,
      clock(now() - startedAt),
      `${failures} failures`,
    ].join('  ');
    output.write(isTerminal ? `${CLEAR_LINE}${text.slice(0, (output.columns ?? 80) - 1)}` : `${text}\n`);
  }

  return {
    onPlayed: (row) => {
      played.set(row, (played.get(row) ?? 0) + 1);
      show(row);
    },
    onFailure: (row, failure) => {
      failures += 1;
      print(describeFailure(row, failure));
    },
    onEnd: (result: Result) => {
      played.set(result.row, result.row.scripts);
      print(line(result));
    },
  };
}

function bar(share: number): string {
  const filled = Math.round(share * BAR);
  return `${'█'.repeat(filled)}${'░'.repeat(BAR - filled)}`;
}

/** Minutes and seconds. */
function clock(milliseconds: number): string {
  const seconds = Math.floor(milliseconds / 1_000);
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
}
