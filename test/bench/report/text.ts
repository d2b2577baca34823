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
  'runs',
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

/** A table: names of columns, then rows. */
export type Rows = readonly (readonly string[])[];

export function figureRows(figures: readonly Figure[]): Rows {
  return [COLUMNS, ...figures.map((figure) => rowOf(figure, figures))];
}

function rowOf(figure: Figure, figures: readonly Figure[]): string[] {
  const {
    poller,
    tasks,
    share,
    isCold,
    asked,
    runs,
    totalCalls,
    wallMs,
    wallMsPerTask,
    cpuMsPerTask,
    peakMb,
  } = figure;
  const naive = find(figures, { poller: 'naive', tasks, share });
  const isOurs = poller === 'ours' || poller === 'trusting';
  return [
    tasks.toLocaleString('en'),
    poller === 'floor' ? '' : `${share * 100} %`,
    `${NAMES[poller]}${isCold && isOurs ? ', cold' : ''}${asked < tasks ? ` (${asked} of them)` : ''}`,
    String(runs),
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
export function callRows(figures: readonly Figure[]): Rows {
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
  return [['tasks', 'changed', 'poller', ...operations], ...rows];
}

export function goalRows(goals: readonly Goal[]): Rows {
  const sign = ({ isMet }: Goal) => (isMet === undefined ? '' : isMet ? 'met' : 'NOT MET');
  return [
    ['goal', 'at', 'measured', ''],
    ...goals.map((goal) => [goal.name, goal.goal, goal.measured, sign(goal)]),
  ];
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1_000).toFixed(milliseconds < 10_000 ? 2 : 1);
}

function spread({ min, max }: Spread): string {
  return `${seconds(min)} – ${seconds(max)}`;
}

/** For a terminal: columns of names to the left, others to the right. */
export function table(rows: Rows): string {
  const columns = columnsOf(rows);
  const line = (row: readonly string[]) =>
    columns.map(({ width, isName }, column) => {
      const cell = row[column] ?? '';
      return isName ? cell.padEnd(width) : cell.padStart(width);
    });
  return rows.map((row) => line(row).join('  ').trimEnd()).join('\n');
}

/** For a document. */
export function markdown(rows: Rows): string {
  const [names = [], ...others] = rows.map((row) => `| ${row.join(' | ')} |`);
  const rule = columnsOf(rows).map(({ isName }) => (isName ? '---' : '--:'));
  return [names, `| ${rule.join(' | ')} |`, ...others].join('\n');
}

const NUMBERS = /^[\d≤–.,/ ×%]*( ms)?$/;

function columnsOf([names = [], ...rows]: Rows): { readonly width: number; readonly isName: boolean }[] {
  return names.map((name, column) => {
    const cells = rows.map((row) => row[column] ?? '');
    const width = Math.max(...[name, ...cells].map((cell) => [...cell].length));
    return { width, isName: !cells.every((cell) => NUMBERS.test(cell)) };
  });
}
