import { detailOf, type HistoryRow } from '../../lib/domain/events.ts';
import type { Plan } from '../../lib/republish/plan.ts';
import type { Republished } from '../../lib/republish/republish.ts';
import { eventIdOf, type RunState } from '../../lib/republish/run-state.ts';
import { columns, count, printable } from '../lines.ts';

const REFUSED = 1;
const IN_DOUBT = 3;

/** Prints what a run would publish: how many events of each task and type, and one of them. */
export function printDryRun(
  state: RunState,
  { places, waiting }: Plan,
  sample: HistoryRow | undefined,
  where: string,
): void {
  const tasks = new Set(places.map(({ taskId }) => taskId)).size;
  console.log(
    `${count(places.length, 'event')} of ${count(tasks, 'task')} would be published again, observed ${rangeOf(state)} (${where})`,
  );
  const counts = new Map<string, [taskId: string, detailType: string, events: number]>();
  for (const { taskId, detailType } of places) {
    const key = JSON.stringify([taskId, detailType]);
    counts.set(key, [taskId, detailType, (counts.get(key)?.[2] ?? 0) + 1]);
  }
  const rows = [...counts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row.map(String));
  for (const line of columns(rows)) console.log(line);
  if (sample !== undefined)
    console.log(`For example:\n${JSON.stringify({ ...detailOf(sample), replay: true }, null, 2)}`);
  if (state.accepted > 0)
    console.log(
      `${count(state.accepted, 'event')} of this run ${state.accepted === 1 ? 'is' : 'are'} published already`,
    );
  printWaiting(waiting);
  printDoubts(state);
}

/** Prints that a run is older than its command: what a duration means, and now, have moved on since. */
export function printGoingOn(state: RunState, file: string): void {
  console.log(printable(`Goes on with a run that was broken off, observed ${rangeOf(state)} (${file})`));
}

const rangeOf = ({ since, until }: RunState) =>
  `${new Date(since).toISOString()} to ${new Date(until).toISOString()}`;

/** Prints what a process of a run has done, and sets the status of this one. */
export function printResult(
  { state, failed, stopped }: Republished,
  { waiting, acceptedBefore, where }: { waiting: number; acceptedBefore: number; where: string },
): void {
  const published = count(state.accepted - acceptedBefore, 'event');
  const total = acceptedBefore > 0 ? `, ${state.accepted} in all of this run` : '';
  console.log(`${published} published again${total} (${where})`);
  for (const sentence of failed) console.error(printable(`Not published: ${sentence}`));
  if (stopped !== undefined) console.error(`${stopped}: the same command goes on from here`);
  else if (!state.finished) console.error('Some is left: the same command goes on from here');
  printWaiting(waiting);
  printDoubts(state);
  if (state.inDoubt.length > 0) process.exitCode = IN_DOUBT;
  else if (failed.length > 0 || !state.finished) process.exitCode = REFUSED;
}

/** Prints that a run is over, and why the next one does not begin. */
export function printRefusal(state: RunState, where: string): void {
  console.error(`Nothing was published: the run is over, save for what is in doubt (${where})`);
  printDoubts(state);
  process.exitCode = IN_DOUBT;
}

function printWaiting(waiting: number): void {
  if (waiting > 0)
    console.error(
      `${count(waiting, 'event')} left out: not known to be published for the first time, see "outbox list"`,
    );
}

function printDoubts({ inDoubt }: RunState): void {
  if (inDoubt.length === 0) return;
  console.error('In doubt, since it is not known whether the bus took them:');
  for (const event of inDoubt) console.error(printable(`  ${eventIdOf(event)}`));
  console.error('Publish them with --in-doubt resend, or take it that they were with --in-doubt forget');
}
