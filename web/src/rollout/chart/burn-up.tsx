import { computed } from '@preact/signals';
import { useMemo, useRef, useState } from 'preact/hooks';
import type { Configuration, Series } from '../../../../lib/api/generated/api.ts';
import { now } from '../../clock.ts';
import { instant } from '../../format.ts';
import { useLive } from '../../live.ts';
import { countsText } from '../../ui/counts-bar.tsx';
import { Empty } from '../../ui/empty.tsx';
import { Loading } from '../../ui/loading.tsx';
import { Problem } from '../../ui/problem.tsx';
import type { RowsHandle } from '../timeline/use-rows.ts';
import { LimitLegend, noLimitWords, StepLegend } from './legends.tsx';
import { limitCurves, toneOf } from './limits.ts';
import { MarkList } from './mark-list.tsx';
import { MarkStrip } from './mark-strip.tsx';
import { type Mark, marksOf } from './marks.ts';
import { PointsTable } from './points-table.tsx';
import { type Step, stepAt, stepsOf } from './stack.ts';
import { usePlot } from './use-plot.ts';
import './chart.css';

const POINTS = 500;
/** How often the curve of a live task goes on, in milliseconds. */
const GOES_ON_MS = 10_000;
const nowInSteps = computed(() => Math.floor(now.value / GOES_ON_MS) * GOES_ON_MS);

export interface BurnUpProps {
  /** `/tasks/<id>` */
  path: string;
  everyMs: number;
  isLive: boolean;
  configuration: Configuration | undefined;
  /** Rows of what is marked. */
  rows: RowsHandle;
}

/** The counts of a task over time, what happened meanwhile, and how near its failures come to the abort limit. */
export function BurnUp({ path, everyMs, isLive, configuration, rows }: BurnUpProps) {
  const { data, error, refresh } = useLive<Series>(`${path}/series`, { points: POINTS }, everyMs);
  return (
    <section class="card burn-up" aria-labelledby="burn-up">
      <h2 id="burn-up">Burn-up</h2>
      {data === undefined && (error ? <Problem error={error} retry={refresh} /> : <Loading />)}
      {data?.points.length === 0 && (
        <Empty title="No history yet">
          <p>The first row comes with the next poll, or all of them have expired.</p>
        </Empty>
      )}
      {data !== undefined && data.points.length > 0 && (
        <Chart series={data} isLive={isLive} configuration={configuration} rows={rows} />
      )}
    </section>
  );
}

interface ChartProps extends Pick<BurnUpProps, 'isLive' | 'configuration' | 'rows'> {
  series: Series;
}

const NO_CRITERIA: Configuration['criteria'] = [];

function Chart({ series, isLive, configuration, rows }: ChartProps) {
  const criteria = useStable(configuration?.criteria ?? NO_CRITERIA);
  const until = isLive ? nowInSteps.value : undefined;
  const steps = useMemo(() => stepsOf(series.points, until), [series, until]);
  const curves = useMemo(() => limitCurves(criteria, steps), [criteria, steps]);
  const known = rows.rows?.items;
  const marks = useMemo(() => marksOf(known ?? []), [known]);
  const [active, setActive] = useState<Mark>();
  const [chosen, setChosen] = useState<Mark>();
  const things = useRef<HTMLDivElement>(null);
  const limits = useRef<HTMLDivElement>(null);
  const plot = usePlot(things, limits, criteria.map(toneOf), {
    steps,
    curves,
    marks,
    active: active?.sequence,
  });

  const last = steps.at(-1);
  if (last === undefined) return null;
  const lookedAt = active?.at ?? plot.pointed;
  const step = (lookedAt === undefined ? last : stepAt(steps, lookedAt)) ?? steps[0] ?? last;
  return (
    <div class="burn-up-parts">
      <figure aria-label="Counts over time">
        {plot.failed && (
          <p role="alert">The chart could not be loaded. Its numbers are in the table below.</p>
        )}
        <div class="marks-and-things">
          {plot.place && (
            <MarkStrip
              marks={marks}
              place={plot.place}
              active={active?.sequence}
              onActive={setActive}
              onChoose={setChosen}
            />
          )}
          <div class="plot plot-things" ref={things} role="img" aria-label={pictureText(steps, last)} />
        </div>
        <StepLegend step={step} steps={steps} mark={active} />
        {curves.length > 0 ? (
          <>
            <h3>Failures and the abort limit</h3>
            <div
              class="plot plot-limits"
              ref={limits}
              role="img"
              aria-label={limitsText(curves, steps.length - 1)}
            />
            <LimitLegend curves={curves} at={steps.indexOf(step)} />
          </>
        ) : (
          <p class="soft">{noLimitWords(configuration)}</p>
        )}
        <PointsTable points={series.points} rows={series.rows} />
      </figure>
      <MarkList marks={marks} rows={rows} active={active?.sequence} chosen={chosen} onActive={setActive} />
    </div>
  );
}

/** The same object as long as it says the same. */
function useStable<T>(value: T): T {
  const text = JSON.stringify(value);
  return useMemo(() => value, [text]);
}

function pictureText(steps: readonly Step[], last: Step): string {
  const [from, to] = [steps[0] ?? last, last].map(({ at }) => instant(new Date(at).toISOString()));
  return `Chart of the things by state from ${from} to ${to}. At the end ${countsText(last.counts)}.`;
}

function limitsText(curves: ReturnType<typeof limitCurves>, at: number): string {
  const parts = curves.map(({ words, failures, limit }) => {
    const held = limit[at];
    return `${failures[at] ?? 0} ${words}, ${held == null ? 'no limit in force' : `canceled at ${held}`}`;
  });
  return `Chart of the failures against the abort limit. At the end ${parts.join('; ')}.`;
}
