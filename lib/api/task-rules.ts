import type { RuleSet } from '../domain/rules/rule-set.ts';
import { describe } from '../domain/rules/sentences.ts';
import { lookedAt } from '../domain/rules/state.ts';
import type { Snapshot } from '../domain/task.ts';
import { summarizeError } from '../errors.ts';
import { explainTask } from '../explain-rules.ts';
import type { Log, ObservedTask, OtaService } from '../ports.ts';
import type { RuleStanding, TaskDetail } from './generated/api.ts';
import { remembered } from './remembered.ts';

export interface TaskRulesDeps {
  readonly service: Pick<OtaService, 'getTask'>;
  readonly rules: RuleSet;
  /** Epoch milliseconds. */
  now(): number;
  /** Milliseconds from poll to poll. */
  readonly periodMs: number;
  /** Keys of tags that mean something else. */
  readonly ignoredTags: readonly string[];
  readonly log: Pick<Log, 'warn'>;
}

/** What the service says of a task that decides on its rules. */
type Answer = Pick<ObservedTask, 'tags' | 'maintenanceWindows'> | { readonly unknown: string };

const REQUEST_TIMEOUT_MS = 5_000;
const KEEP_MS = 60_000;
const KEEP_UNKNOWN_MS = 10_000;
const MAX_TASKS = 1_000;
const MINUTE = 60_000;

/** Tells where the rules of live tasks stand. Tags decide on rules, and go no further. */
export function createTaskRules({ service, rules, now, periodMs, ignoredTags, log }: TaskRulesDeps) {
  const read = async (taskId: string): Promise<Answer> => {
    try {
      const observed = await service.getTask(taskId, AbortSignal.timeout(REQUEST_TIMEOUT_MS));
      return observed ?? { unknown: 'The service does not know the task any more' };
    } catch (error) {
      log.warn('Rules are not shown: the task cannot be read', { taskId, error: summarizeError(error) });
      return { unknown: 'The service does not answer for the task, and its tags decide on the rules' };
    }
  };
  const keepMs = (answer: Answer) => ('unknown' in answer ? KEEP_UNKNOWN_MS : KEEP_MS);
  const answerFor = remembered(read, { now, keepMs, maxKeys: MAX_TASKS });

  return async (snapshot: Snapshot): Promise<Pick<TaskDetail, 'rules' | 'rulesUnknown'>> => {
    const { facts } = snapshot;
    const answer = await answerFor(facts.taskId);
    if ('unknown' in answer) return { rules: [], rulesUnknown: answer.unknown };
    // Words tell of time that passes: within a minute they are the same, and so is the answer.
    const minute = Math.floor(now() / MINUTE) * MINUTE;
    const at = Math.max(minute, lookedAt(snapshot.rules));
    const { tags, maintenanceWindows } = answer;
    const observed = { facts, tags, maintenanceWindows };
    const explained = explainTask({ observed, snapshot }, { rules, now: at, periodMs, ignoredTags });
    return {
      rules: explained.rules.map(({ rule, standing, words, observed: numbers }): RuleStanding => {
        const { id, kind, severity } = rule;
        return { id, kind, severity, description: describe(rule), standing, words, observed: numbers };
      }),
    };
  };
}
