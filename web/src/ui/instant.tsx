import { computed } from '@preact/signals';
import { useMemo } from 'preact/hooks';
import { now } from '../clock.ts';
import { ago, instant } from '../format.ts';

/** An instant in UTC; `relative`: how long ago, or in how long, with the instant as its title. */
export function Instant({ at, relative = false }: { at: string; relative?: boolean }) {
  return relative ? <Relative at={at} /> : <time datetime={at}>{instant(at)}</time>;
}

function Relative({ at }: { at: string }) {
  // A signal as a child: the text alone changes as time goes by, and only when it reads otherwise.
  const text = useMemo(() => computed(() => ago(at, now.value)), [at]);
  return (
    <time datetime={at} title={instant(at)}>
      {text}
    </time>
  );
}
