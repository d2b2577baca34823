import { DestinationError } from '../../lib/alerts/destination-error.ts';
import { printable } from '../lines.ts';
import type { Call } from './calls.ts';

const LABEL_WIDTH = 'Configuration Changed'.length;
const CALL_WIDTH = 'chat.postMessage'.length;

/** Prints the calls that are made for each event, as they come. */
export class Report {
  #label = '';
  #calls = 0;
  readonly #failures: Error[] = [];
  /** Of the newest call, if it was asked for later. */
  #busy: Error | undefined;

  get calls(): number {
    return this.#calls;
  }

  get failures(): readonly Error[] {
    return this.#failures;
  }

  /** Whether the newest call was asked for later. */
  get isBusy(): boolean {
    return this.#busy !== undefined;
  }

  /** The calls from now on are about this. */
  begin(label: string): void {
    this.#label = label;
  }

  readonly onCall = (call: Call): void => {
    this.#calls += 1;
    this.#busy = undefined;
    if ('answer' in call) this.#print(call.what, call.answer);
    else this.#note(call.what, call.error);
  };

  #note(what: string, error: Error): void {
    if (error instanceof DestinationError && error.trouble.kind === 'busy') {
      this.#busy = error;
      this.#print(what, `busy  ${error.message} (${Math.ceil(error.trouble.retryAfterMs / 1_000)} s)`);
    } else {
      this.#failures.push(error);
      this.#print(what, `FAILED  ${error.message}`);
    }
  }

  /** What the calls were about has been dealt with. */
  done(): void {
    if (this.#label !== '') this.#print('', 'not told');
  }

  /** It has not been, and is not tried again. */
  giveUp(): void {
    if (this.#busy !== undefined) this.#failures.push(this.#busy);
    if (this.#failures.length > 0) return;
    const error = new Error('ota-watch did not send it');
    this.#failures.push(error);
    this.#print('', `FAILED  ${error.message}`);
  }

  #print(what: string, answer: string): void {
    const cells = [this.#label.padEnd(LABEL_WIDTH), what.padEnd(CALL_WIDTH), answer];
    console.log(printable(cells.join('  ')).trimEnd());
    this.#label = '';
  }
}
