import { Addresser } from '../../lib/alerts/address.ts';
import type { Deliver } from '../../lib/alerts/lane.ts';
import { type NotifierDeps, notify } from '../../lib/alerts/notify.ts';
import { receive } from '../../lib/alerts/receive.ts';
import type { Destination } from '../../lib/domain/alerts/routing.ts';
import type { Log } from '../../lib/ports.ts';
import { DEFAULT_ALERTS } from '../../lib/rule-file/defaults.ts';
import { memoryOfLedgers, memoryOfSlots, NO_BOOK } from './memory.ts';

/** A notifier's time for a batch, milliseconds. */
const REMAINING_MS = 60_000;

export interface SenderOptions {
  readonly to: Destination;
  /** The channel or the service. */
  readonly place: string;
  readonly deliver: Deliver;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly sleep: (milliseconds: number) => Promise<void>;
}

/**
 * Sends one event of the bus after the other as a notifier does, to one place, with what a notifier keeps in DynamoDB kept in
 * memory.
 *
 * @returns a function that takes an event, and says in how many milliseconds it has to come again; undefined once it is dealt with
 */
export function createSender({ to, place, deliver, now, sleep }: SenderOptions) {
  let againAfterMs: number | undefined;
  const deps: NotifierDeps = {
    addresser: new Addresser({
      destination: to,
      settings: DEFAULT_ALERTS,
      defaults: to === 'slack' ? { channel: place } : { service: place },
      service: { getTask: async () => undefined },
      book: NO_BOOK,
      log: NO_LOG,
      now,
    }),
    ledgers: memoryOfLedgers(),
    slots: memoryOfSlots(),
    queue: {
      giveBack: async (messages) => {
        againAfterMs = messages[0]?.afterMs;
      },
      setAside: async () => undefined,
    },
    deliver,
    log: NO_LOG,
    now,
    sleep,
    random: () => 0,
  };
  return async (body: string): Promise<number | undefined> => {
    const at = String(now());
    const attributes = {
      ApproximateReceiveCount: '1',
      SentTimestamp: at,
      ApproximateFirstReceiveTimestamp: at,
    };
    const batch = receive({ Records: [{ messageId: 'test', receiptHandle: 'test', body, attributes }] });
    await notify(batch, deps, { id: 'test', remainingMs: REMAINING_MS });
    return againAfterMs;
  };
}

const nothing = () => undefined;
/** What went wrong is told by the calls. */
const NO_LOG: Log = { info: nothing, warn: nothing, error: nothing };
