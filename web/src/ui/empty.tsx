import type { ComponentChildren } from 'preact';
import './state.css';

/** In the place of what there is none of. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="state">
      <h2>{title}</h2>
      {children}
    </div>
  );
}
