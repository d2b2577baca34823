import { useEffect, useRef, useState } from 'preact/hooks';
import { count } from '../format.ts';
import type { Query } from '../query.ts';
import { problemText } from '../ui/problem.tsx';
import type { PanelProps } from './export-panel.tsx';
import { wait } from './retry.ts';
import { getFresh } from './use-search.ts';
import {
  checkedOf,
  NOT_VERIFIED,
  type Verification,
  type VerifyDeps,
  type VerifyRequest,
  verify,
} from './verify.ts';

const DEPS: VerifyDeps = {
  history: (query, signal) => getFresh('/history', query, signal),
  tasks: (query, signal) => getFresh('/tasks', query, signal),
  audit: (taskId, query, signal) => getFresh(`/audit/${encodeURIComponent(taskId)}`, query, signal),
  wait,
};

/** So many of a list are named. */
const MOST_NAMED = 50;
const MOST_PROBLEMS = 3;

/** Whether the chains of all tasks of the range are as they were written. */
export function VerifyPanel({ asked, disabled }: PanelProps) {
  const [state, setState] = useState<Verification | undefined>();
  const running = useRef(new AbortController());
  useEffect(() => () => running.current.abort(), []);
  const start = (of: VerifyRequest) => {
    running.current.abort();
    const controller = new AbortController();
    running.current = controller;
    void verify(of, controller.signal, (next) => running.current === controller && setState(next), DEPS);
  };
  const isRunning = state?.phase === 'finding' || state?.phase === 'checking';
  const taskId = textOf(asked.taskId);
  return (
    <section class="audit-panel" aria-labelledby="audit-verify">
      <h2 id="audit-verify">Verify</h2>
      <p id="audit-verify-what" class="soft">
        {taskId === undefined
          ? 'Computes every hash anew, of each task that began, ended or changed its status in that time, and of those in the overview: was a row changed, removed or slipped in?'
          : `Computes every hash of ${taskId} anew: was a row changed, removed or slipped in?`}
      </p>
      <div class="audit-actions">
        <button
          type="button"
          disabled={disabled || isRunning}
          aria-describedby="audit-verify-what"
          onClick={() => start(scopeOf(asked))}
        >
          {taskId === undefined ? 'Verify all' : 'Verify this task'}
        </button>
      </div>
      {isRunning && <Running state={state} stop={() => running.current.abort()} />}
      <Outcome state={state} isRunning={isRunning} check={start} />
    </section>
  );
}

function scopeOf({ taskId, from, to }: Query): VerifyRequest {
  const only = textOf(taskId);
  if (only !== undefined) return { taskIds: [only] };
  const [begin, end] = [textOf(from), textOf(to)];
  return { ...(begin !== undefined && { from: begin }), ...(end !== undefined && { to: end }) };
}

const textOf = (value: Query[string]) => (typeof value === 'string' && value !== '' ? value : undefined);

function Running({ state, stop }: { state: Verification; stop: () => void }) {
  const isFinding = state.phase === 'finding';
  return (
    <div class="audit-progress">
      {isFinding ? (
        <progress aria-label="Finding tasks" />
      ) : (
        <progress aria-label="Tasks checked" value={checkedOf(state)} max={state.tasks} />
      )}
      <span>
        {isFinding
          ? `Finding tasks: ${count(state.tasks)} so far`
          : `${count(checkedOf(state))} of ${tasks(state.tasks)}, ${rows(state.rows)}`}
      </span>
      <button type="button" onClick={stop}>
        Stop
      </button>
    </div>
  );
}

interface OutcomeProps {
  /** Undefined before anything was verified. */
  state: Verification | undefined;
  isRunning: boolean;
  check: (of: VerifyRequest) => void;
}

/** The verdict, and what is wrong, as soon as it is known. */
function Outcome({ state, isRunning, check }: OutcomeProps) {
  const { broken, incomplete, notChecked } = state ?? NOT_VERIFIED;
  return (
    <>
      <div role="status">{state !== undefined && !isRunning && <Verdict state={state} />}</div>
      <TaskList
        title={`Broken: ${tasks(broken.length)}`}
        items={broken.map(({ taskId, problems }) => ({ taskId, words: problemsWords(problems) }))}
      />
      <TaskList
        title={`Incomplete: ${tasks(incomplete.length)}`}
        items={incomplete.map(({ taskId, problems }) => ({ taskId, words: problemsWords(problems) }))}
      />
      <TaskList
        title={`Not checked: ${tasks(notChecked.length)}`}
        items={notChecked.map(({ taskId, why }) => ({ taskId, words: problemText(why) }))}
      />
      {state !== undefined && !isRunning && notChecked.length > 0 && (
        <button type="button" onClick={() => check({ notCheckedOf: state })}>
          Check these again
        </button>
      )}
    </>
  );
}

function Verdict({ state }: { state: Verification }) {
  const tone = toneOf(state);
  return (
    <div class={`audit-verdict audit-${tone}`}>
      <p>
        <strong>{verdictWords(state)}</strong>
      </p>
      {notesOf(state).map((note) => (
        <p key={note}>{note}</p>
      ))}
    </div>
  );
}

function toneOf({ phase, broken, incomplete, notChecked }: Verification): 'good' | 'bad' | 'partial' {
  if (broken.length > 0 || phase === 'failed') return 'bad';
  return phase === 'stopped' || incomplete.length + notChecked.length > 0 ? 'partial' : 'good';
}

/** `120 tasks, 12,345 rows: all intact`. */
function verdictWords(state: Verification): string {
  const { phase, tasks: all, intact, rows: checkedRows, broken, incomplete, notChecked, error } = state;
  if (phase === 'failed')
    return `The tasks could not be found. ${error === undefined ? '' : problemText(error)}`;
  if (all === 0) return phase === 'stopped' ? 'Stopped' : 'There are no tasks to check';
  const checked = intact + broken.length + incomplete.length;
  const begin =
    phase === 'stopped'
      ? `Stopped after ${count(checked)} of ${tasks(all)}, ${rows(checkedRows)}`
      : `${tasks(checked)}, ${rows(checkedRows)}`;
  if (checked === 0) return begin;
  if (checked > intact) {
    const counts = [
      [broken.length, 'broken'],
      [incomplete.length, 'incomplete'],
    ] as const;
    const faulty = counts.filter(([n]) => n > 0).map(([n, what]) => `${count(n)} ${what}, `);
    return `${begin}: ${faulty.join('')}${count(intact)} intact`;
  }
  return `${begin}: all intact${notChecked.length > 0 || phase === 'stopped' ? ' so far' : ''}`;
}

/** What the verdict does not prove. */
function notesOf({ expired, openEnded, incomplete }: Verification): string[] {
  return [
    ...(incomplete.length === 0
      ? []
      : [
          `Of ${tasks(incomplete.length)}, rows are missing that may have expired. The others are as they were written.`,
        ]),
    ...(expired === 0
      ? []
      : [
          `Of ${tasks(expired)}, older rows have expired: what is left begins at a later row, and is whole from there.`,
        ]),
    ...(openEnded === 0
      ? []
      : [
          `Of ${tasks(openEnded)}, the last row is no longer known: if rows at the end were removed, that cannot always be seen.`,
        ]),
  ];
}

function problemsWords(problems: Verification['broken'][number]['problems']): string {
  const named = problems
    .slice(0, MOST_PROBLEMS)
    .map(({ sequence, message }) => `row ${sequence}: ${message}`);
  const more = problems.length - named.length;
  return `${named.join(' · ')}${more > 0 ? ` · and ${count(more)} more` : ''}`;
}

interface TaskListProps {
  title: string;
  items: readonly { readonly taskId: string; readonly words: string }[];
}

function TaskList({ title, items }: TaskListProps) {
  if (items.length === 0) return null;
  return (
    <div class="audit-list">
      <h3>{title}</h3>
      <ul>
        {items.slice(0, MOST_NAMED).map(({ taskId, words }) => (
          <li key={taskId}>
            <a href={`/tasks/${encodeURIComponent(taskId)}`}>{taskId}</a> <span class="soft">{words}</span>
          </li>
        ))}
      </ul>
      {items.length > MOST_NAMED && <p class="soft">And {count(items.length - MOST_NAMED)} more.</p>}
    </div>
  );
}

const tasks = (n: number) => (n === 1 ? '1 task' : `${count(n)} tasks`);
const rows = (n: number) => (n === 1 ? '1 row' : `${count(n)} rows`);
