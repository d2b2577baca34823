/** What PagerDuty takes at most. */
const MAX_LENGTH = 255;

/**
 * The `dedup_key` of the incident for a rule's breach in a task: at most 255 characters, and another one for any other rule or
 * task. A long one is its beginning and a hash. It has exactly the greatest length, which no other has: so none is mistaken for it.
 *
 * @param hash gives a digest of few, always as many characters
 */
export function dedupKeyOf(taskId: string, ruleId: string, hash: (value: string) => string): string {
  // Ids of rules contain colons.
  const key = `ota-watch:${taskId.replaceAll(/[%:]/g, encodeURIComponent)}:${ruleId}`;
  if (key.length < MAX_LENGTH) return key;
  const end = `~${hash(key)}`;
  return `${key.slice(0, MAX_LENGTH - end.length)}${end}`;
}
