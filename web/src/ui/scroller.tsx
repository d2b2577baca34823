import type { ComponentChildren } from 'preact';
import './scroller.css';

/** A part of the page that scrolls by itself, by keyboard as well. */
export function Scroller({
  label,
  class: className,
  children,
}: {
  label: string;
  class?: string;
  children: ComponentChildren;
}) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: without, the keyboard cannot scroll it.
    <section class={`scroller ${className ?? ''}`} aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
