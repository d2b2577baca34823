/** What a number of measurements come to, milliseconds. */
export interface Figures {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Percentiles by the nearest rank. */
export function figuresOf(milliseconds: readonly number[]): Figures {
  const sorted = milliseconds.toSorted((a, b) => a - b);
  const percentile = (percent: number) =>
    sorted[Math.ceil((percent / 100) * sorted.length) - 1] ?? Number.NaN;
  return { count: sorted.length, p50: percentile(50), p99: percentile(99), max: percentile(100) };
}

const NAME_WIDTH = 46;
const WIDTH = 11;

/** A line of a table: a name, and what stands in its columns. */
export function printRow(name: string, ...columns: readonly (string | number)[]): void {
  const cells = columns.map((column) => {
    const text = typeof column === 'number' ? column.toFixed(1) : column;
    return text.padStart(WIDTH);
  });
  process.stdout.write(`${name.padEnd(NAME_WIDTH)}${cells.join('')}\n`);
}

/** A line of figures, and the ratio of their median to others. */
export function printFigures(
  name: string,
  { count, p50, p99, max }: Figures,
  ...baselines: readonly number[]
): void {
  printRow(
    name,
    String(count),
    p50,
    p99,
    max,
    ...baselines.map((baseline) => `${(p50 / baseline).toFixed(2)} ×`),
  );
}
