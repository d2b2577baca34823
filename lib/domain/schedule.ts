const SCHEDULE_TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:\d{2})?)?$/;

/**
 * Reads a time of `OtaSchedulingConfig` as an ISO instant (UTC, milliseconds). AWS IoT writes them as `YYYY-MM-DD HH:MM` in
 * UTC (https://docs.aws.amazon.com/iot/latest/apireference/API_SchedulingConfig.html); ISO 8601 forms are understood too.
 *
 * @returns undefined for what is no such time.
 */
export function parseScheduleTime(text: string): string | undefined {
  const match = SCHEDULE_TIME.exec(text.trim());
  if (match === null) return undefined;
  const [, date = '', minutes = '00:00', seconds = ':00', zone = 'Z'] = match;
  const epoch = Date.parse(`${date}T${minutes}${seconds}${zone}`);
  return Number.isNaN(epoch) || !isDay(date) ? undefined : new Date(epoch).toISOString();
}

/** A day that does not exist, such as 30 February, would be taken for one of the next month. */
function isDay(date: string): boolean {
  return new Date(`${date}T00:00Z`).toISOString().startsWith(date);
}
