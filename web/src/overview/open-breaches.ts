import type { OpenBreach, Task } from '../../../lib/api/generated/api.ts';
import { breachNumbers } from '../breach.ts';
import { SEVERITIES, type Severity } from '../severity.ts';

/** Breaches that are told to people; muted ones are in the history only. */
export function loudBreaches({ breaches }: Task): readonly OpenBreach[] {
  return breaches.filter(({ muted }) => muted !== true);
}

/** How many there are of each severity, from the worst on; severities without any are left out. */
export function bySeverity(
  breaches: readonly OpenBreach[],
): readonly { readonly severity: Severity; readonly count: number }[] {
  return SEVERITIES.map((severity) => ({
    severity,
    count: breaches.filter((breach) => breach.severity === severity).length,
  })).filter(({ count }) => count > 0);
}

/** `critical: abort-criteria:failed:100, 21.57 %, limit 20 % (11 of 51)`, a line each. */
export function breachLines(breaches: readonly OpenBreach[]): string {
  return breaches
    .map(
      (breach) =>
        `${breach.severity}: ${breach.rule}, ${breachNumbers(breach)}${breach.muted ? ', muted' : ''}`,
    )
    .join('\n');
}

/** Names each open breach. One that ends and begins anew has another name. */
export function breachKeys(tasks: readonly Task[]): ReadonlySet<string> {
  return new Set(tasks.flatMap((task) => loudBreaches(task).map((breach) => keyOf(task, breach))));
}

const keyOf = ({ taskId }: Task, { rule, since }: OpenBreach) => JSON.stringify([taskId, rule, since]);

const MAX_TOLD = 3;

/** What to tell who does not see the page: the breaches that were not among the known ones; empty for none. */
export function announcement(known: ReadonlySet<string>, tasks: readonly Task[]): string {
  const told = tasks.flatMap((task) =>
    loudBreaches(task)
      .filter((breach) => !known.has(keyOf(task, breach)))
      .map((breach) => `${breach.severity}, ${task.description ?? task.taskId}, ${breach.rule}`),
  );
  if (told.length === 0) return '';
  const more = told.length > MAX_TOLD ? ` And ${told.length - MAX_TOLD} more.` : '';
  return `${told.length === 1 ? 'New breach' : 'New breaches'}: ${told.slice(0, MAX_TOLD).join('; ')}.${more}`;
}
