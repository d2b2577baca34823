import { type Counts, thingsIn } from '../domain/counts.ts';

const CELLS = 20;

/** What stands for things in which states. */
const SEGMENTS = [
  { cell: '█', states: ['succeeded'] },
  { cell: 'x', states: ['failed', 'rejected', 'timedOut'] },
  { cell: '-', states: ['removed', 'canceled'] },
  { cell: '░', states: ['inProgress', 'queued'] },
] as const;

/** How a rollout goes as a row of 20 cells: `████████xx░░░░░░░░░░`. Whatever there is any of has a cell. */
export function progressBar(counts: Counts): string {
  const lengths = SEGMENTS.map(({ states }) => {
    const part = thingsIn(states, counts);
    return part === 0 ? 0 : Math.max(1, Math.floor((part / counts.total) * CELLS));
  });
  const largest = lengths.indexOf(Math.max(...lengths));
  const left = CELLS - lengths.reduce((sum, length) => sum + length, 0);
  return SEGMENTS.map(({ cell }, index) =>
    cell.repeat((lengths[index] ?? 0) + (index === largest ? left : 0)),
  ).join('');
}
