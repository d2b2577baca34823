import { ApiError, OfflineError } from '../api.ts';
import './state.css';

/** What went wrong, in a sentence for people. */
export function problemText(error: Error): string {
  if (error instanceof OfflineError) return 'The API cannot be reached. Is the network there?';
  if (!(error instanceof ApiError)) return error.message;
  const parameters = error.problem?.parameters?.map(({ name, message }) => `${name}: ${message}`) ?? [];
  return [error.message, ...parameters].join(' · ');
}

/** In the place of what could not be read. */
export function Problem({ error, retry }: { error: Error; retry?: () => void }) {
  const requestId = error instanceof ApiError ? error.problem?.requestId : undefined;
  return (
    <div class="state state-problem" role="alert">
      <h2>{error instanceof ApiError && error.status === 404 ? 'Not found' : 'This cannot be shown'}</h2>
      <p>{problemText(error)}</p>
      {requestId !== undefined && (
        <p class="soft">
          Request <code>{requestId}</code>
        </p>
      )}
      {retry !== undefined && (
        <button type="button" onClick={retry}>
          Try again
        </button>
      )}
    </div>
  );
}
