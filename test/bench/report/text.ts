import type { Poller } from '../runner/sample.ts';
import type { Figure, Spread } from './figures.ts';
import { find } from './figures.ts';
import { fewestCalls } from './floor.ts';
import type { Goal } from './goals.ts';

const NAMES: Readonly<Record<Poller, string>> = {
  naive: 'naive',
  ours: 'ours',
  trusting: 'ours, trusting',
  floor: 'bare GETs',
};

const COLUMNS = [
  'tasks',
  'changed',
  'poller',
  'calls',
  'fewest',
  'wall s',
  'from – to',
  'ms a task',
  'CPU a task',
  'peak MB',
  '× naive',
];
const OTHERS = ['GetOtaTask', 'ListOtaTasks', 'PutEvents', 'SendMessageBatch'];

/** The figures as a table for a terminal. */
export function figureTable(figures: readonly Figure[]): string {
  return table([COLUMNS, ...figures.map((figure) => rowOf(figure, figures))]);
}

function rowOf(figure: Figure, figures: readonly Figure[]): string[] {
  const { poller, tasks, share, isCold, asked, totalCalls, wallMs, wallMsPerTask, cpuMsPerTask, peakMb } =
    figure;
  const naive = find(figures, { poller: 'naive', tasks, share });
  const isOurs = poller === 'ours' || poller === 'trusting';
  return [
    tasks.toLocaleString('en'),
    poller === 'floor' ? '' : `${share * 100} %`,
    `${NAMES[poller]}${isCold && isOurs ? ', cold' : ''}${asked < tasks ? ` (${asked} of them)` : ''}`,
    totalCalls.toLocaleString('en'),
    isOurs && !isCold ? fewestCalls(figure).toLocaleString('en') : '',
    seconds(wallMs.median),
    spread(wallMs),
    wallMsPerTask.toFixed(3),
    `${cpuMsPerTask.median.toFixed(3)} ms`,
    peakMb.toFixed(0),
    isOurs && naive !== undefined ? `1/${(naive.wallMsPerTask / wallMsPerTask).toFixed(0)}` : '',
  ];
}

/** Requests of each kind. */
export function callTable(figures: readonly Figure[]): string {
  const used = new Set(figures.flatMap(({ calls }) => Object.keys(calls)));
  const known = OTHERS.filter((operation) => used.has(operation));
  const rest = [...used].filter((operation) => !OTHERS.includes(operation)).sort();
  const operations = [...known, ...rest];
  const measured = figures.filter(({ poller }) => poller !== 'floor');
  const rows = measured.map(({ tasks, share, poller, isCold, calls }) => [
    tasks.toLocaleString('en'),
    `${share * 100} %`,
    `${NAMES[poller]}${isCold ? ', cold' : ''}`,
    ...operations.map((operation) => (calls[operation] ?? 0).toLocaleString('en')),
  ]);
  return table([['tasks', 'changed', 'poller', ...operations], ...rows]);
}

export function goalTable(goals: readonly Goal[]): string {
  const sign = ({ isMet }: Goal) => (isMet === undefined ? '' : isMet ? 'met' : 'NOT MET');
  return table([
    ['goal', 'at', 'measured', ''],
    ...goals.map((goal) => [goal.name, goal.goal, goal.measured, sign(goal)]),
  ]);
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1_000).toFixed(milliseconds < 10_000 ? 2 : 1);
}

function spread({ min, max }: Spread): string {
  return `${seconds(min)} – ${seconds(max)}`;
}

/** Columns of names to the left, others to the right. */
function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) =>
    Math.max(...rows.map((row) => [...(row[column] ?? '')].length)),
  );
  const isName = (column: number) =>
    rows.slice(1).every((row) => !/^[\d≤–.,/ ×%]+( ms)?$/.test(row[column] ?? ''));
  const names = widths.map((_, column) => isName(column));
  const line = (row: readonly string[]) =>
    row.map((cell, column) =>
      names[column] ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0),
    );
  return rows.map((row) => line(row).join('  ').trimEnd()).join('\n');
}
