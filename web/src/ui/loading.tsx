import './state.css';

/** In the place of what is being read. It shows after a moment, so that quick answers do not flicker. */
export function Loading({ label = 'Loading…' }: { label?: string }) {
  return (
    <p class="state loading" role="status">
      {label}
    </p>
  );
}
