import type { Severity } from '../rules/rule.ts';
import type { TaskView } from './view.ts';

/** Which tasks are looked for: those that meet every condition that is given. */
export interface TaskFilter {
  readonly state?: TaskView['state'];
  /** Any of these statuses. */
  readonly status?: readonly string[];
  /** With an open breach, muted or not, of any of these severities. */
  readonly severity?: readonly Severity[];
  readonly configurationId?: string;
  /** Text that the task id, the description or the configuration id contains, whatever the case. */
  readonly q?: string;
}

export function isMatch(view: TaskView, filter: TaskFilter): boolean {
  const { state = view.state, status, severity, configurationId = view.configurationId, q } = filter;
  return (
    view.state === state &&
    view.configurationId === configurationId &&
    (status === undefined || status.includes(view.status)) &&
    (severity === undefined || view.breaches.some((breach) => severity.includes(breach.severity))) &&
    (q === undefined || hasText(view, q.toLowerCase()))
  );
}

function hasText({ taskId, description, configurationId }: TaskView, text: string): boolean {
  return [taskId, description, configurationId].some((field) => field?.toLowerCase().includes(text));
}
