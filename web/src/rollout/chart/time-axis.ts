const DAY_SECONDS = 86_400;

/**
 * Labels of a time axis in UTC. The first one, and each that begins another day, says the day below.
 * @param splits epoch seconds, at equal distances
 */
export function timeLabels(splits: readonly number[]): string[] {
  const distance = (splits[1] ?? 0) - (splits[0] ?? 0);
  const clockLength = distance > 0 && distance % 60 !== 0 ? 8 : 5;
  let day = '';
  return splits.map((seconds) => {
    const at = new Date(seconds * 1_000);
    const ofDay = at.toLocaleDateString('en-US', { timeZone: 'UTC', month: 'short', day: 'numeric' });
    if (distance >= DAY_SECONDS) return ofDay;
    const clock = at.toISOString().slice(11, 11 + clockLength);
    if (ofDay === day) return clock;
    day = ofDay;
    return `${clock}\n${ofDay}`;
  });
}
