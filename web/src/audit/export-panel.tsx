import { count } from '../format.ts';
import { health, mayExport } from '../health.ts';
import type { Query } from '../query.ts';
import { problemText } from '../ui/problem.tsx';
import type { Format, Progress } from './export.ts';
import { type ExportHandle, useExport } from './use-export.ts';

export interface PanelProps {
  /** The parameters of `/history` for what is shown. */
  asked: Query;
  disabled: boolean;
}

const FORMATS: readonly (readonly [format: Format, label: string])[] = [
  ['csv', 'CSV'],
  ['jsonl', 'JSON Lines'],
];

/** What the filters find, all of it, as a file. */
export function ExportPanel({ asked, disabled }: PanelProps) {
  const handle = useExport();
  const isRunning = handle.state.phase === 'running';
  return (
    <section class="audit-panel" aria-labelledby="audit-export">
      <h2 id="audit-export">Export</h2>
      <p id="audit-export-what" class="soft">
        {whatWords()}
      </p>
      <div class="audit-actions">
        {FORMATS.map(([format, label]) => (
          <button
            key={format}
            type="button"
            disabled={disabled || isRunning || !mayExport()}
            aria-describedby="audit-export-what"
            onClick={() => void handle.start(format, asked)}
          >
            {label}
          </button>
        ))}
      </div>
      <div role="status">
        <Outcome {...handle} />
      </div>
      {isRunning && <Running {...handle} />}
    </section>
  );
}

function whatWords(): string {
  if (health.value.data === undefined || mayExport())
    return 'All rows that the filters find, oldest first, as one file.';
  return 'Needs the role exporter, which your sign-in does not have.';
}

function Running({ state: { progress, fileName }, stop }: ExportHandle) {
  return (
    <div class="audit-progress">
      <progress aria-label={`Exporting ${fileName}`} />
      <span>{progressWords(progress)}</span>
      <button type="button" onClick={stop}>
        Stop
      </button>
    </div>
  );
}

function Outcome({ state, goOn, stop }: ExportHandle) {
  const { phase, progress, fileName, error, canGoOn } = state;
  switch (phase) {
    case 'idle':
    case 'running':
      return null;
    case 'failed':
      return (
        <div class="audit-verdict audit-bad">
          <p>
            <strong>The export failed after {progressWords(progress)}.</strong>{' '}
            {error === undefined ? '' : problemText(error)}
          </p>
          {canGoOn === true && (
            <p class="audit-actions">
              <button type="button" onClick={goOn}>
                Try again from there
              </button>
              <button type="button" class="quiet" onClick={stop}>
                Give up
              </button>
            </p>
          )}
        </div>
      );
    case 'stopped':
      return (
        <div class="audit-verdict audit-partial">
          <p>Stopped after {progressWords(progress)}. Nothing of it is kept.</p>
        </div>
      );
    case 'done':
      return (
        <div class="audit-verdict audit-good">
          <p>
            <strong>{progressWords(progress)}</strong> in <code>{fileName}</code>
          </p>
        </div>
      );
  }
}

/** `12,345 rows, 3.4 MB`. */
function progressWords({ rows, bytes }: Progress): string {
  return `${count(rows)} ${rows === 1 ? 'row' : 'rows'}, ${size(bytes)}`;
}

function size(bytes: number): string {
  if (bytes < 1_000) return `${bytes} bytes`;
  if (bytes < 1_000_000) return `${(bytes / 1_000).toFixed(1)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
