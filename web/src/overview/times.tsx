import { computed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { now } from '../clock.ts';
import { duration, instant, shortInstant } from '../format.ts';

/** How long something has lasted; without an end, as of now. Its title has the instants. */
export function Lasting({ from, until }: { from: string; until: string | undefined }) {
  const text = useMemo(
    () => computed(() => duration((until === undefined ? now.value : Date.parse(until)) - Date.parse(from))),
    [from, until],
  );
  return (
    <time datetime={from} title={`${instant(from)}${until === undefined ? '' : ` to ${instant(until)}`}`}>
      {text}
    </time>
  );
}

/** An instant, without its day if that is today. */
export function ShortInstant({ at }: { at: string }) {
  const text = useMemo(() => computed(() => shortInstant(at, now.value)), [at]);
  return (
    <time datetime={at} title={instant(at)}>
      {text}
    </time>
  );
}
