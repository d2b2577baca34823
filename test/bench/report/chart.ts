import type { Poller } from '../runner/sample.ts';
import { type Figure, find } from './figures.ts';

interface Point {
  readonly tasks: number;
  readonly value: number;
  /** Taken of a sample of the tasks, and so of the whole by what a task takes. */
  readonly isScaled: boolean;
}

interface Series {
  readonly name: string;
  readonly color: string;
  readonly points: readonly Point[];
}

interface Panel {
  readonly title: string;
  readonly format: (value: number) => string;
  readonly series: readonly Series[];
}

const WIDTH = 960;
const HEIGHT = 470;
const PLOT = { top: 76, height: 300, width: 360, left: [70, 550] } as const;
const SHARE = 0.05;
const INK = '#333';
const TITLE = 'A poll by the number of tasks in progress, 5 % of them changed';

const LINES: readonly { readonly poller: Poller; readonly name: string; readonly color: string }[] = [
  { poller: 'naive', name: 'naive', color: '#b3401f' },
  { poller: 'ours', name: 'ota-watch', color: '#1f5fb3' },
  { poller: 'trusting', name: 'ota-watch, trusting LastUpdatedAt', color: '#1b8a5a' },
  { poller: 'floor', name: 'bare GETs', color: '#888' },
];

/** Wall time and requests of a poll by the number of tasks, 5 % of them changed, as an SVG image. */
export function wallChart(figures: readonly Figure[]): string {
  const panels: Panel[] = [
    {
      title: 'Wall time of a poll',
      format: (seconds) => (seconds >= 1 ? `${seconds} s` : `${seconds * 1_000} ms`),
      series: seriesOf(figures, ({ wallMsPerTask, tasks }) => (wallMsPerTask * tasks) / 1_000),
    },
    {
      title: 'Requests of a poll',
      format: (requests) => requests.toLocaleString('en'),
      series: seriesOf(figures, ({ totalCalls, tasks, asked }) => (totalCalls * tasks) / asked).filter(
        ({ name }) => name !== 'bare GETs',
      ),
    },
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="system-ui, sans-serif" font-size="13">`,
    `<title>${TITLE}</title>`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    text(PLOT.left[0], 28, TITLE, 'start', 'font-size="17"'),
    ...panels.flatMap((panel, index) => panelOf(panel, PLOT.left[index] ?? 0)),
    ...legend(),
    '</svg>\n',
  ].join('\n');
}

function seriesOf(figures: readonly Figure[], of: (figure: Figure) => number): Series[] {
  return LINES.map(({ poller, ...line }) => {
    const wanted = poller === 'floor' ? { poller, share: 0, isCold: true } : { poller, share: SHARE };
    const sizes = [...new Set(figures.map(({ tasks }) => tasks))];
    const points = sizes.flatMap((tasks) => {
      const figure = find(figures, { ...wanted, tasks });
      return figure === undefined ? [] : [{ tasks, value: of(figure), isScaled: figure.asked < tasks }];
    });
    return { ...line, points };
  });
}

/** Both axes are logarithmic, from a power of ten to another. */
function panelOf({ title, format, series }: Panel, left: number): string[] {
  const values = series.flatMap(({ points }) => points.map(({ value }) => value));
  const sizes = series.flatMap(({ points }) => points.map(({ tasks }) => tasks));
  if (values.length === 0) return [];
  const [bottom, top] = [
    Math.floor(Math.log10(Math.min(...values))),
    Math.ceil(Math.log10(Math.max(...values))),
  ];
  const [first, last] = [Math.log10(Math.min(...sizes)), Math.log10(Math.max(...sizes))];
  const x = (tasks: number) => left + (PLOT.width * (Math.log10(tasks) - first)) / Math.max(1, last - first);
  const y = (value: number) => PLOT.top + PLOT.height * (1 - (Math.log10(value) - bottom) / (top - bottom));
  const decades = (from: number, to: number) =>
    Array.from({ length: to - from + 1 }, (_, index) => 10 ** (from + index));
  return [
    text(left, 58, title, 'start', 'font-weight="600"'),
    ...decades(bottom, top).flatMap((value) => [
      line(left, y(value), left + PLOT.width, y(value)),
      text(left - 8, y(value) + 4, format(Number(value.toPrecision(1))), 'end'),
    ]),
    ...decades(first, last).map((tasks) =>
      text(x(tasks), PLOT.top + PLOT.height + 22, tasks.toLocaleString('en'), 'middle'),
    ),
    ...series.flatMap(({ points, color }) => curve(points, color, x, y)),
  ];
}

/** A line through points; to those that are scaled it is dashed, and they are hollow. */
function curve(
  points: readonly Point[],
  color: string,
  x: (tasks: number) => number,
  y: (value: number) => number,
): string[] {
  const at = ({ tasks, value }: Point) => `${round(x(tasks))} ${round(y(value))}`;
  const segments = points.slice(1).flatMap((point, index) => {
    const before = points[index];
    const dash = point.isScaled ? ' stroke-dasharray="5 5"' : '';
    return before === undefined
      ? []
      : [`<path d="M${at(before)} L${at(point)}" stroke="${color}" stroke-width="2" fill="none"${dash}/>`];
  });
  const dots = points.map(
    ({ tasks, value, isScaled }) =>
      `<circle cx="${round(x(tasks))}" cy="${round(y(value))}" r="4" stroke="${color}" stroke-width="2" fill="${isScaled ? '#fff' : color}"/>`,
  );
  return [...segments, ...dots];
}

function legend(): string[] {
  const top = PLOT.top + PLOT.height + 62;
  const widths = [90, 120, 270, 110];
  const items = LINES.flatMap(({ name, color }, index) => {
    const left = PLOT.left[0] + widths.slice(0, index).reduce((sum, width) => sum + width, 0);
    return [
      `<circle cx="${left}" cy="${top - 4}" r="5" fill="${color}"/>`,
      text(left + 12, top, name, 'start'),
    ];
  });
  return [...items, text(WIDTH - 50, top, 'hollow: of a sample, by the task', 'end', 'fill="#777"')];
}

function line(x1: number, y1: number, x2: number, y2: number): string {
  return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="#ddd"/>`;
}

function text(x: number, y: number, content: string, anchor: string, more = `fill="${INK}"`): string {
  return `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" ${more}>${content}</text>`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
