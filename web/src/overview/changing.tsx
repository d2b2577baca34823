import { useRef } from 'preact/hooks';

/** Text that is marked for a moment when it changes, and not when it is first shown. */
export function Changing({ text }: { text: string }) {
  const shown = useRef({ text, changes: 0 });
  if (shown.current.text !== text) shown.current = { text, changes: shown.current.changes + 1 };
  const { changes } = shown.current;
  // Another key makes another element, which begins the animation anew.
  return (
    <span key={changes} class={changes > 0 ? 'changed' : undefined}>
      {text}
    </span>
  );
}
