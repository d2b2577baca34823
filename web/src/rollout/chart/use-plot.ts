import { useSignalEffect } from '@preact/signals';
import type { RefObject } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { theme } from '../../theme.ts';
import type { LimitTone } from './limits.ts';
import type { Picture, Plot } from './plot.ts';

export interface PlotState {
  /** How an instant (epoch milliseconds) becomes pixels from the left; undefined until there is a chart. */
  readonly place?: (at: number) => number;
  /** Where the pointer is, in epoch milliseconds. */
  readonly pointed?: number;
  /** The code of the chart could not be loaded. */
  readonly failed: boolean;
}

/** Keeps a chart in the elements given, and draws the picture. Its code is loaded when the first one is shown. */
export function usePlot(
  things: RefObject<HTMLElement | null>,
  limits: RefObject<HTMLElement | null>,
  tones: readonly LimitTone[],
  picture: Picture,
): PlotState {
  const [place, setPlace] = useState<{ of: (at: number) => number }>();
  const [pointed, setPointed] = useState<number>();
  const [failed, setFailed] = useState(false);
  const plot = useRef<Plot | undefined>(undefined);
  const latest = useRef(picture);
  latest.current = picture;

  useEffect(() => {
    let isGone = false;
    const start = async () => {
      const { createPlot } = await import('./plot.ts');
      const host = things.current;
      if (isGone || host === null) return;
      const hosts = { things: host, limits: limits.current ?? undefined };
      plot.current = createPlot(hosts, tones, {
        onPoint: setPointed,
        onPlaces: (of) => setPlace({ of }),
      });
      plot.current.draw(latest.current);
    };
    start().catch(() => setFailed(true));
    return () => {
      isGone = true;
      plot.current?.destroy();
      plot.current = undefined;
    };
  }, [tones.join()]);

  useEffect(
    () => plot.current?.draw(picture),
    [picture.steps, picture.curves, picture.marks, picture.active],
  );
  useSignalEffect(() => {
    // The style sheet has the colors of a theme once the document says which one it is.
    if (theme.value) requestAnimationFrame(() => plot.current?.recolor());
  });
  return { failed, ...(place && { place: place.of }), ...(pointed !== undefined && { pointed }) };
}
