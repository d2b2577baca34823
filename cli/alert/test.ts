import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { readChannel, readService } from '../../lib/domain/alerts/names.ts';
import { DESTINATIONS } from '../../lib/domain/alerts/routing.ts';
import { UsageError, usage } from '../connect.ts';
import { count } from '../lines.ts';
import { adviceOn } from './advice.ts';
import { type Door, pagerDutyDoor, slackDoor } from './doors.ts';
import { readMode } from './options.ts';
import { Report } from './report.ts';
import { createSender } from './send.ts';
import { chooseSource } from './source.ts';
import { testRollout } from './test-rollout.ts';

/** A destination that asks for time gets it, so often and so long (milliseconds). */
const MAX_WAITS = 3;
const MAX_WAIT_MS = 60_000;

/**
 * Sends alerts of a rollout that does not exist, and says what came back. Sets the exit status to 1 if something failed.
 *
 * @throws UsageError, LocalSettingsError
 */
export async function test(args: readonly string[]): Promise<void> {
  const options = parseOptions(args);
  const source = await chooseSource(options, process.env);
  const report = new Report();
  const door =
    options.to === 'slack'
      ? slackDoor(source, options.channel, report.onCall)
      : pagerDutyDoor(source, options.service, report.onCall);
  console.log(`${door.name}. Its secret is from ${source.name}.\n`);
  const stopping = stopOnSignals();
  await sendAll(options, door, report, stopping).catch((error: unknown) => {
    if (!stopping.aborted) throw error;
  });
  if (!options.keep) {
    report.begin('To leave none open');
    await door.incidents?.resolveAll();
  }
  const context = { to: options.to, secret: door.secret, repair: source.repair(door.secret) };
  const advice = new Set(report.failures.map((error) => adviceOn(error, context)));
  const isStopped = stopping.aborted;
  for (const line of [summaryOf(report, isStopped), ...standing(door, options.keep), ...advice])
    console.log(`\n${line}`);
  if (isStopped || report.failures.length > 0) process.exitCode = 1;
}

type Options = ReturnType<typeof parseOptions>;

/** @throws UsageError for a command line that makes no sense */
function parseOptions(args: readonly string[]) {
  const { values } = usage(() =>
    parseArgs({
      args: [...args],
      options: {
        to: { type: 'string' },
        stage: { type: 'string' },
        region: { type: 'string' },
        mode: { type: 'string' },
        channel: { type: 'string' },
        service: { type: 'string' },
        keep: { type: 'boolean', default: false },
      },
    }),
  );
  const { stage, region, keep, channel, service } = values;
  const to = DESTINATIONS.find((name) => name === values.to);
  if (to === undefined) throw new UsageError('test needs --to slack or --to pagerduty');
  checkCompany({ region, mode: values.mode }, stage !== undefined, '--stage');
  checkCompany({ mode: values.mode, channel }, to === 'slack', '--to slack');
  checkCompany({ service }, to === 'pagerduty', '--to pagerduty');
  return {
    to,
    stage,
    region,
    keep,
    mode: readMode(values.mode),
    channel: named(channel, readChannel, '--channel takes a channel, such as "#ota-rollouts", or its id'),
    service: named(service, readService, '--service takes a name of up to 64 of a-z, 0-9 and -'),
  };
}

function checkCompany(options: Readonly<Record<string, unknown>>, isThere: boolean, company: string): void {
  const [lonely] = Object.entries(options).find(([, value]) => value !== undefined) ?? [];
  if (!isThere && lonely !== undefined) throw new UsageError(`--${lonely} goes with ${company} only`);
}

function named(
  text: string | undefined,
  read: (text: string) => string | undefined,
  expected: string,
): string | undefined {
  if (text === undefined) return undefined;
  const name = read(text);
  if (name === undefined) throw new UsageError(expected);
  return name;
}

/** Aborted by the first signal that tells this process to end: what was opened is resolved before. */
function stopOnSignals(): AbortSignal {
  const stopping = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stopping.abort());
  return stopping.signal;
}

/** Sends one event after the other, until the destination does not let one through. */
async function sendAll(
  { to, keep }: Options,
  { place, deliver, pauseMs }: Door,
  report: Report,
  signal: AbortSignal,
): Promise<void> {
  const sleep = (milliseconds: number) => setTimeout(milliseconds, undefined, { signal });
  const send = createSender({ to, place, deliver, now: Date.now, sleep });
  for (const { label, body } of testRollout(Date.now(), keep)) {
    report.begin(label);
    let againAfterMs = await send(body);
    for (let waits = 0; againAfterMs !== undefined && report.isBusy && waits < MAX_WAITS; waits++) {
      await sleep(Math.min(againAfterMs, MAX_WAIT_MS));
      againAfterMs = await send(body);
    }
    signal.throwIfAborted();
    if (againAfterMs !== undefined) return report.giveUp();
    report.done();
    await sleep(pauseMs);
  }
}

function summaryOf({ calls, failures }: Report, isStopped: boolean): string {
  const stopped = isStopped ? 'Stopped. ' : '';
  if (failures.length === 0) return `${stopped}${count(calls, 'call')}, all of them taken.`;
  return `${stopped}${count(calls, 'call')}, of which ${failures.length} failed.`;
}

/** What is to be said of incidents. */
function standing({ incidents }: Door, keep: boolean): string[] {
  if (incidents === undefined) return [];
  const keys = incidents.open.join(', ');
  if (keys === '') return ['No incident is left open.'];
  if (keep) return [`Left open: ${keys}. The same command without --keep resolves them.`];
  return [`Incidents may still be open: ${keys}. Resolve them in PagerDuty, or repeat this command.`];
}
