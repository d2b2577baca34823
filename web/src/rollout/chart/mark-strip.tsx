import { useRef, useState } from 'preact/hooks';
import { instant } from '../../format.ts';
import { APART, type Cluster, clustersOf, leading, type Mark } from './marks.ts';

export interface MarkStripProps {
  marks: readonly Mark[];
  place: (at: number) => number;
  active: number | undefined;
  /** Somebody looks at a mark, or no longer at any. */
  onActive: (mark: Mark | undefined) => void;
  /** Somebody wants to read about it. */
  onChoose: (mark: Mark) => void;
}

/** Marks above the chart, at their instants. One stop of the tabulator; arrows go from one to the next. */
export function MarkStrip({ marks, place, active, onActive, onChoose }: MarkStripProps) {
  const clusters = clustersOf(marks, place, APART);
  const [stop, setStop] = useState<number>();
  const strip = useRef<HTMLDivElement>(null);
  const current = Math.max(
    0,
    clusters.findIndex((cluster) => cluster.marks.some(({ sequence }) => sequence === stop)),
  );
  const onKeyDown = (event: KeyboardEvent) => {
    const to = goTo(event.key, current, clusters.length - 1);
    if (to === undefined) return;
    event.preventDefault();
    strip.current?.querySelectorAll('button')[to]?.focus();
  };
  return (
    <div
      class="mark-strip"
      role="toolbar"
      aria-label="Marks on the chart, by time"
      ref={strip}
      onKeyDown={onKeyDown}
    >
      {clusters.map((cluster, i) => {
        const mark = leading(cluster);
        if (mark === undefined) return null;
        const look = () => onActive(mark);
        return (
          <button
            key={cluster.marks[0]?.sequence}
            type="button"
            class={`mark ${markClass(mark)}`}
            style={{ left: `${cluster.x}px` }}
            tabIndex={i === current ? 0 : -1}
            aria-label={clusterText(cluster)}
            data-active={cluster.marks.some(({ sequence }) => sequence === active)}
            onFocus={() => {
              setStop(mark.sequence);
              look();
            }}
            onBlur={() => onActive(undefined)}
            onMouseEnter={look}
            onMouseLeave={() => onActive(undefined)}
            onClick={() => onChoose(mark)}
          >
            <span class="mark-shape" aria-hidden="true" />
            {cluster.marks.length > 1 && <span class="mark-count">{cluster.marks.length}</span>}
          </button>
        );
      })}
    </div>
  );
}

export const markClass = ({ kind, severity }: Mark) =>
  `mark-${kind} ${severity === undefined ? '' : `severity-${severity}`}`;

function goTo(key: string, at: number, last: number): number | undefined {
  if (key === 'ArrowRight') return Math.min(at + 1, last);
  if (key === 'ArrowLeft') return Math.max(at - 1, 0);
  if (key === 'Home') return 0;
  return key === 'End' ? last : undefined;
}

/** All that a cluster stands for; the number that is seen comes first. */
function clusterText({ marks }: Cluster): string {
  const words = marks.map((mark) => `${instant(mark.observedAt)}: ${markText(mark)}`).join('; ');
  return marks.length === 1 ? words : `${marks.length} marks: ${words}`;
}

const KIND_WORDS = {
  breach: 'breach',
  recovery: 'Recovery',
  status: 'Status',
  configuration: 'Configuration',
} as const;

/** `Critical breach: failed-percent` */
export function markText({ kind, severity, title }: Mark): string {
  const what = severity === undefined ? KIND_WORDS[kind] : `${severity} ${KIND_WORDS[kind]}`;
  return `${what.charAt(0).toUpperCase()}${what.slice(1)}: ${title}`;
}
