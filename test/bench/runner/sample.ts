import type { Traffic } from '../stand-ins/stand-ins.ts';
import type { Measured } from './measured.ts';

/** Whose poll is measured; `floor` does nothing but ask for each task. */
const POLLERS = ['naive', 'ours', 'trusting', 'floor'] as const;
export type Poller = (typeof POLLERS)[number];

/** What is measured: figures of the same case belong together. */
export interface Case {
  readonly poller: Poller;
  /** In the account, all in progress. */
  readonly tasks: number;
  /** Changed since the poll before, 0 to 1. */
  readonly share: number;
  /** The first poll of a process. */
  readonly isCold: boolean;
}

/** One poll that was measured. */
export interface Sample extends Case, Measured {
  /** Tasks that were read; less than all where the naive poller took a sample. */
  readonly asked: number;
  /** Requests by operation. */
  readonly calls: Readonly<Record<string, number>>;
  /** The part of the time that the stand-ins were busy. */
  readonly standInLoad: number;
}

export function sampleOf(
  given: Case & { readonly asked: number },
  measured: Measured,
  traffic: Traffic,
): Sample {
  return { ...given, ...measured, calls: traffic.counts, standInLoad: traffic.cpuMs / measured.wallMs };
}

/** @throws RangeError for a poll that did not do what it was measured for */
export function check(sample: Sample, changed: number): Sample {
  const { poller, asked, polled, changes, failures } = sample;
  const isWhole = poller === 'trusting' ? polled >= changed : polled === asked;
  if (isWhole && failures === 0 && (poller === 'floor' || changes === changed)) return sample;
  throw new RangeError(
    `${poller}: ${polled} of ${asked} tasks polled, ${changes} of ${changed} changes seen, ${failures} failures`,
  );
}
