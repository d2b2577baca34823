import { span } from '../../lib/domain/rules/sentences.ts';
import type { Recording } from '../../lib/recording.ts';
import type { ReplayedEvent } from '../../lib/replay.ts';
import { type RuleSummary, summarizeReplay } from '../../lib/replay-summary.ts';
import { columns, count } from '../lines.ts';

/** What a replay was made of. */
export interface Replayed {
  /** Of all rules that were held against anything. */
  readonly ruleIds: ReadonlySet<string>;
  readonly recording: Recording;
  /** The end of the replay, epoch milliseconds. */
  readonly until: number;
}

/** Prints events as JSON Lines. */
export function printEvents(events: readonly ReplayedEvent[]): void {
  for (const { taskId, at, event } of events) {
    const { detailType, published, body } = event;
    console.log(
      JSON.stringify({ observedAt: new Date(at).toISOString(), taskId, detailType, published, ...body }),
    );
  }
}

/** Prints events for people, with what came of each rule. */
export function printReplay(events: readonly ReplayedEvent[], { ruleIds, recording, until }: Replayed): void {
  for (const line of columns(events.map(eventCells))) console.log(line);
  if (events.length === 0) console.log('These rules would have told nothing.');
  console.log('');
  const summary = summarizeReplay(ruleIds, events, until).map(summaryCells);
  for (const line of columns([['rule', 'breaches', 'recoveries', 'open', 'longest'], ...summary]))
    console.log(line);
  const observations = [...recording.values()].flat();
  const from = observations.reduce((first, { at }) => Math.min(first, at), until);
  const what = `${count(observations.length, 'observation')} of ${count(recording.size, 'task')}`;
  console.log(`\n${what}, from ${iso(from)} to ${iso(until)}`);
}

function eventCells({ taskId, at, event }: ReplayedEvent): string[] {
  const { rule, summary } = event.body;
  const what = event.detailType === 'OTA Task Threshold Breached' ? 'BREACHED' : 'recovered';
  const muted = event.published ? '' : ' (muted)';
  return [iso(at), taskId, rule.severity, `${what}${muted}`, rule.id, summary];
}

function summaryCells({ id, breaches, recoveries, open, longestMs }: RuleSummary): string[] {
  const longest = longestMs === undefined ? '' : span(longestMs);
  return [id, String(breaches), String(recoveries), String(open), longest];
}

/** To the second: polls are minutes apart. */
const iso = (instant: number) => `${new Date(instant).toISOString().slice(0, 19)}Z`;
