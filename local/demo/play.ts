import { setTimeout as sleep } from 'node:timers/promises';
import { StackError } from '../stack/stack-error.ts';

export interface PlayOptions {
  readonly nextMinute: () => void;
  readonly everyMs: number;
  /** So many polls in a row may fail before it is no accident. */
  readonly maxFailures: number;
  readonly signal: AbortSignal;
  /** Gives into how many parts the poll was cut for workers, who are done with them; 0 where it was not. */
  readonly invokePoll: () => Promise<number>;
  readonly onPollFailure: (error: unknown) => void;
  /** Called after each poll that ended well; the play ends when it gives true. */
  readonly afterPoll: (parts: number) => Promise<boolean>;
}

/**
 * Lets a minute pass, then polls, and so on. A poll that fails is repeated before the next minute passes: so no minute goes
 * unseen.
 *
 * @throws StackError when the poll keeps failing, and whatever the signal brings about
 */
export async function play(options: PlayOptions): Promise<void> {
  const { nextMinute, everyMs, maxFailures, signal, invokePoll, onPollFailure, afterPoll } = options;
  let [failures, parts] = [0, 0];
  for (;;) {
    const begunAt = performance.now();
    if (failures === 0) nextMinute();
    try {
      parts = await invokePoll();
      failures = 0;
    } catch (error) {
      signal.throwIfAborted();
      failures += 1;
      onPollFailure(error);
      if (failures > maxFailures)
        throw new StackError(`${failures} polls in a row have failed`, { cause: error });
    }
    if (failures === 0 && (await afterPoll(parts))) return;
    await sleep(Math.max(0, everyMs - (performance.now() - begunAt)), undefined, { signal });
  }
}
