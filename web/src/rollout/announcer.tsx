import { useEffect, useRef, useState } from 'preact/hooks';
import { markText } from './chart/mark-strip.tsx';
import { type Mark, marksOf } from './chart/marks.ts';
import type { Rows } from './timeline/rows.ts';

/** Tells screen readers of breaches, recoveries and changes of status as they come; not of those that were there before. */
export function Announcer({ rows }: { rows: Rows | undefined }) {
  const told = useRef<number | undefined>(undefined);
  const [text, setText] = useState('');
  useEffect(() => {
    if (rows === undefined) return;
    const before = told.current;
    const marks = marksOf(rows.items);
    told.current = marks.at(-1)?.sequence ?? 0;
    if (before === undefined) return;
    const fresh = marks.filter(({ sequence }) => sequence > before);
    if (fresh.length > 0) setText(announcement(fresh));
  }, [rows]);
  return (
    <p class="visually-hidden" role="status">
      {text}
    </p>
  );
}

const MAX_TOLD = 3;

/** The latest, and how many there are besides. */
function announcement(fresh: readonly Mark[]): string {
  const told = fresh.slice(-MAX_TOLD).map(markText).join('. ');
  return fresh.length > MAX_TOLD ? `${told}. And ${fresh.length - MAX_TOLD} before.` : told;
}
