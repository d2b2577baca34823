/**
 * A clock that starts at an instant and runs `factor` times as fast as a real one. All times are epoch milliseconds.
 */
export function acceleratedClock(options: {
  readonly startsAt: number;
  readonly factor: number;
  readonly real: () => number;
}): () => number {
  const { startsAt, factor, real } = options;
  const realStart = real();
  return () => Math.floor(startsAt + (real() - realStart) * factor);
}
