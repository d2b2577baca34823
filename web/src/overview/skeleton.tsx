const ROWS = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'];

/** In the place of rows that are being read. */
export function Skeleton() {
  return (
    <div class="skeleton" role="status">
      <span class="visually-hidden">Loading the rollouts…</span>
      {ROWS.map((row) => (
        <div key={row} class="skeleton-row" />
      ))}
    </div>
  );
}
