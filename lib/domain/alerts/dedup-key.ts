/** What PagerDuty takes at most. */
const MAX_LENGTH = 255;

/**
 * The `dedup_key` of the incident for a rule's breach in a task: at most 255 characters, and another one for any other rule or
 * task. A long one is cut and ends in a hash: it has all 255, and as nothing else has, nothing is mistaken for it.
 *
 * @param hash gives a digest, always of the same length: far below 255 characters
 */
export function dedupKeyOf(taskId: string, ruleId: string, hash: (value: string) => string): string {
  // Ids of rules contain colons.
  const key = `ota-watch:${taskId.replaceAll(/[%:]/g, encodeURIComponent)}:${ruleId}`;
  if (key.length < MAX_LENGTH) return key;
  const end = `~${hash(key)}`;
  return `${key.slice(0, MAX_LENGTH - end.length)}${end}`;
}
