/** Waits; rejects with the reason of the signal once that is aborted. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;

/** So long is waited before each further try. */
const WAITS_MS = [500, 2_000, 5_000];

/** Tries again what may work the next time; anything else is thrown at once. */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  { wait, signal }: { readonly wait: Wait; readonly signal: AbortSignal },
): Promise<T> {
  for (const ms of WAITS_MS) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted || !mayPass(error)) throw error;
    }
    await wait(ms, signal);
  }
  return attempt();
}

/** No answer, too many requests, or a failure of the server. */
function mayPass(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === 'OfflineError') return true;
  const status = 'status' in error ? error.status : undefined;
  return typeof status === 'number' && (status === 429 || status >= 500);
}

export const wait: Wait = (ms, signal) =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', giveUp);
      resolve();
    }, ms);
    const giveUp = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    if (signal.aborted) giveUp();
    signal.addEventListener('abort', giveUp, { once: true });
  });
