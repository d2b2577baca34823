import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import { shortCount } from '../../format.ts';
import { STACK } from '../states.ts';
import { color, fillOf } from './fills.ts';
import type { LimitCurve, LimitTone } from './limits.ts';
import { APART, clustersOf, leading, type Mark } from './marks.ts';
import { edges, type Step } from './stack.ts';
import { timeLabels } from './time-axis.ts';

/** What is drawn. */
export interface Picture {
  readonly steps: readonly Step[];
  readonly curves: readonly LimitCurve[];
  readonly marks: readonly Mark[];
  /** Sequence of the mark that somebody looks at. */
  readonly active?: number | undefined;
}

export interface Plot {
  draw(picture: Picture): void;
  /** Draws anew in the colors of the theme. */
  recolor(): void;
  destroy(): void;
}

export interface PlotHosts {
  readonly things: HTMLElement;
  /** Where failures are held against their limits; left out where there are none. */
  readonly limits?: HTMLElement | undefined;
}

export interface PlotEvents {
  /** Where the pointer is, in epoch milliseconds; undefined once it has left. */
  onPoint(at: number | undefined): void;
  /** After each change of what is where: how an instant (epoch milliseconds) becomes pixels from the left of the host. */
  onPlaces(place: (at: number) => number): void;
}

const AXIS_WIDTH = 52;
const THINGS_HEIGHT = 300;
const LIMITS_HEIGHT = 150;
const STEPPED = uPlot.paths.stepped?.({ align: 1 });
/** Room above the greatest value. */
const HEADROOM = 1.04;

/**
 * Draws the things of a rollout by state, and below them its failures against the abort limits, over the same time.
 * @param tones of the limits, in their order
 */
export function createPlot(hosts: PlotHosts, tones: readonly LimitTone[], events: PlotEvents): Plot {
  let picture: Picture = { steps: [], curves: [], marks: [] };
  const onDraw = (plot: uPlot) => drawMarks(plot, picture);
  const onCursor = ({ cursor: { left = -1 }, posToVal }: uPlot) =>
    events.onPoint(left < 0 ? undefined : posToVal(left, 'x') * 1_000);
  const shared = { onDraw, onCursor };
  const things = new uPlot(optionsOf(hosts.things, THINGS_HEIGHT, thingSeries(), shared), [[]], hosts.things);
  const limits =
    hosts.limits &&
    new uPlot(optionsOf(hosts.limits, LIMITS_HEIGHT, limitSeries(tones), shared), [[]], hosts.limits);
  const plots = limits === undefined ? [things] : [things, limits];

  // Marks can be newer than the counts that were read: they stand at the edge until those are there.
  const within = (x: number) => Math.min(Math.max(0, x), things.over.clientWidth);
  const tellPlaces = () => events.onPlaces((at) => AXIS_WIDTH + within(things.valToPos(at / 1_000, 'x')));
  const observer = new ResizeObserver(() => {
    const width = hosts.things.clientWidth;
    if (width === 0 || width === things.width) return;
    for (const plot of plots) plot.setSize({ width, height: plot.height });
    tellPlaces();
  });
  observer.observe(hosts.things);

  return {
    draw: (next) => {
      const isSame = next.steps === picture.steps && next.curves === picture.curves;
      picture = next;
      if (isSame) {
        for (const plot of plots) plot.redraw(false, false);
        return;
      }
      const times = next.steps.map(({ at }) => at / 1_000);
      // The highest edge is painted first, and the lower ones over it.
      things.setData([times, ...edges(next.steps).reverse()]);
      limits?.setData([times, ...next.curves.flatMap(({ failures, limit }) => [[...failures], [...limit]])]);
      tellPlaces();
    },
    recolor: () => {
      for (const plot of plots) plot.redraw(false, true);
    },
    destroy: () => {
      observer.disconnect();
      for (const plot of plots) plot.destroy();
    },
  };
}

interface Shared {
  onDraw(plot: uPlot): void;
  onCursor(plot: uPlot): void;
}

function optionsOf(
  host: HTMLElement,
  height: number,
  series: uPlot.Series[],
  { onDraw, onCursor }: Shared,
): uPlot.Options {
  const text = () => color('--soft');
  const axis = {
    stroke: text,
    font: '12px system-ui, sans-serif',
    grid: { stroke: () => color('--line'), width: 1 },
    ticks: { stroke: () => color('--line'), width: 1, size: 4 },
  };
  return {
    width: host.clientWidth,
    height,
    tzDate: (seconds) => uPlot.tzDate(new Date(seconds * 1_000), 'Etc/UTC'),
    padding: [4, 28, 0, 0],
    legend: { show: false },
    cursor: {
      sync: { key: 'rollout', setSeries: false },
      drag: { x: false, y: false },
      points: { show: false },
      y: false,
    },
    scales: {
      x: { time: true, range: timeRange },
      y: { range: (_, __, max) => [0, Math.max(1, max) * HEADROOM] },
    },
    axes: [
      { ...axis, size: 42, space: 64, values: (_, splits) => timeLabels(splits) },
      {
        ...axis,
        size: AXIS_WIDTH,
        space: 34,
        incrs: WHOLE_STEPS,
        values: (_, splits) => splits.map(shortCount),
      },
    ],
    series: [{}, ...series],
    hooks: { draw: [onDraw], setCursor: [onCursor] },
  };
}

/** Steps between lines: things are whole. */
const WHOLE_STEPS = [1, 10, 100, 1_000, 10_000, 100_000, 1_000_000].flatMap((n) => [n, 2 * n, 5 * n]);

/** A rollout of which one moment is known is shown in the minute around it. */
function timeRange(_: uPlot, min: number | null, max: number | null): [number, number] {
  const from = min ?? 0;
  const to = max ?? from;
  return to > from ? [from, to] : [from - 30, from + 30];
}

function thingSeries(): uPlot.Series[] {
  return STACK.toReversed().map((state) => ({
    ...(STEPPED && { paths: STEPPED }),
    fill: ({ ctx }) => fillOf(state, ctx),
    stroke: () => color('--card'),
    width: 1,
    points: { show: false },
  }));
}

/** Of each criterion its failures, and their limit. */
function limitSeries(tones: readonly LimitTone[]): uPlot.Series[] {
  return tones.flatMap((tone) => {
    const stroke = () => color(tone === 'all' ? '--text' : `--${tone}`);
    const line = { ...(STEPPED && { paths: STEPPED }), points: { show: false }, stroke, width: 2 };
    return [line, { ...line, dash: [6, 4] }];
  });
}

const MARK_COLORS = { breach: '--error', recovery: '--good', status: '--neutral', configuration: '--info' };

function drawMarks({ ctx, bbox, valToPos }: uPlot, { marks, active }: Picture): void {
  const place = (at: number) => Math.round(valToPos(at / 1_000, 'x', true));
  // A line for what has a place of its own above: hundreds would hide what is below them.
  const alone = clustersOf(marks, place, APART * devicePixelRatio).map(leading);
  const lines = new Set([...alone, marks.find(({ sequence }) => sequence === active)]);
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  for (const mark of lines) {
    if (mark === undefined) continue;
    const { sequence, at, kind, severity } = mark;
    const x = place(at);
    ctx.strokeStyle = color(severity === undefined ? MARK_COLORS[kind] : `--${severity}`);
    ctx.lineWidth = (sequence === active ? 3 : 1) * devicePixelRatio;
    ctx.setLineDash(
      kind === 'breach' || sequence === active ? [] : [3 * devicePixelRatio, 3 * devicePixelRatio],
    );
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
  }
  ctx.restore();
}
