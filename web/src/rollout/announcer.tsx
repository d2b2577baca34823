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
    if (fresh.length > 0) setText(fresh.map((mark: Mark) => markText(mark)).join('. '));
  }, [rows]);
  return (
    <p class="visually-hidden" role="status">
      {text}
    </p>
  );
}
