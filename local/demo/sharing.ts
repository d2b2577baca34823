/**
 * Holds how many polls workers shared against what they were to share.
 *
 * @param above looks of a poll above which they were to; undefined where nobody asked for it
 * @returns what is wrong; empty when all is well
 */
export function auditSharing(above: number | undefined, sharedPolls: number): string[] {
  if (above === undefined || sharedPolls > 0) return [];
  return [`workers shared no poll: none had more looks than ${above}`];
}
