import { useEffect, useRef, useState } from 'preact/hooks';
import type { ChainReport } from '../../../lib/api/generated/api.ts';
import { get } from '../api.ts';
import { count } from '../format.ts';
import { Copy } from '../ui/copy.tsx';
import { problemText } from '../ui/problem.tsx';
import { NOT_PROVEN, problemWords, verdictOf } from './chain-words.ts';

type Check =
  | { readonly state: 'idle' }
  | { readonly state: 'checking'; readonly rows: number }
  | { readonly state: 'done'; readonly report: ChainReport }
  | { readonly state: 'failed'; readonly error: Error };

/** Checks the hash chain of a task on demand, to its end, and says what came of it. */
export function Chain({ taskId }: { taskId: string }) {
  const [check, setCheck] = useState<Check>({ state: 'idle' });
  const running = useRef<AbortController | undefined>(undefined);
  useEffect(() => () => running.current?.abort(), [taskId]);

  const start = async () => {
    const controller = new AbortController();
    running.current = controller;
    setCheck({ state: 'checking', rows: 0 });
    try {
      const report = await checkAll(taskId, controller.signal, (rows) =>
        setCheck({ state: 'checking', rows }),
      );
      setCheck({ state: 'done', report });
    } catch (thrown) {
      if (controller.signal.aborted) setCheck({ state: 'idle' });
      else setCheck({ state: 'failed', error: thrown instanceof Error ? thrown : new Error(String(thrown)) });
    }
  };
  const isChecking = check.state === 'checking';
  return (
    <section class="card chain" aria-labelledby="chain">
      <h2 id="chain">Hash chain</h2>
      <p class="soft">
        Each row of the history carries the hash of its content and of the row before it. A check computes
        them all anew.
      </p>
      <button
        type="button"
        class="primary"
        onClick={() => (isChecking ? running.current?.abort() : void start())}
      >
        {BUTTONS[check.state]}
      </button>
      <div role="status">
        {isChecking && (
          <p>{check.rows === 0 ? 'Checking…' : `Not broken so far: ${count(check.rows)} rows…`}</p>
        )}
        {check.state === 'failed' && (
          <p class="note note-bad">The check could not be finished. {problemText(check.error)}</p>
        )}
        {check.state === 'done' && <Verdict report={check.report} />}
      </div>
    </section>
  );
}

const BUTTONS = { idle: 'Verify', checking: 'Stop', done: 'Verify again', failed: 'Try again' };

async function checkAll(
  taskId: string,
  signal: AbortSignal,
  onRows: (rows: number) => void,
): Promise<ChainReport> {
  let cursor: string | undefined;
  for (;;) {
    const answer = await get<ChainReport>(`/audit/${encodeURIComponent(taskId)}`, { cursor }, { signal });
    if (answer === 'unchanged') throw new Error('The API answered nothing');
    const { next, rows } = answer.data;
    if (next === undefined) return answer.data;
    cursor = next;
    onRows(rows);
  }
}

const NOTES = { good: 'note-good', bad: 'note-bad', partial: 'note-warning' } as const;

function Verdict({ report }: { report: ChainReport }) {
  const { tone, title, sentences } = verdictOf(report);
  return (
    <div class={`note verdict ${NOTES[tone]}`}>
      <h3>{title}</h3>
      {sentences.map((sentence) => (
        <p key={sentence}>{sentence}</p>
      ))}
      {report.problems.length > 0 && (
        <ol class="chain-problems">
          {report.problems.map((problem) => (
            <li key={`${problem.sequence}-${problem.kind}`}>
              <strong>Row {problem.sequence}</strong>: {problemWords(problem)} (<code>{problem.kind}</code>)
              <span class="soft"> {problem.message}</span>
            </li>
          ))}
        </ol>
      )}
      {report.lastHash !== undefined && tone !== 'bad' && (
        <>
          <p>
            Hash of row {report.lastSequence}: <code class="hash">{report.lastHash}</code>{' '}
            <Copy text={report.lastHash} label={`the hash of row ${report.lastSequence}`} />
          </p>
          <p>{NOT_PROVEN}</p>
        </>
      )}
    </div>
  );
}
