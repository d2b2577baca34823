import { constants } from 'node:os';
import path from 'node:path';
import { styleText } from 'node:util';
import { taskTable } from '../lib/aws/task-table.ts';
import { auditAlerts, leftInQueues, readLedgers } from './demo/alerts.ts';
import { auditDashboard, type DemoDashboard, startDemoDashboard } from './demo/dashboard.ts';
import { type Destinations, startDestinations } from './demo/destinations.ts';
import { auditHistory, readHistory } from './demo/history.ts';
import { play } from './demo/play.ts';
import { brokenPromises } from './demo/promises.ts';
import { LAST_MINUTE, ROLLOUTS } from './demo/rollouts.ts';
import { auditSharing } from './demo/sharing.ts';
import { SteppedClock } from './demo/stepped-clock.ts';
import { Story } from './demo/story.ts';
import { alertsOptionsOf } from './settings/alerts-options.ts';
import { LocalSettingsError, readLocalSettings } from './settings/local-settings.ts';
import { type Stack, startStack } from './stack/stack.ts';
import { StackError } from './stack/stack-error.ts';
import { type Line, type Paint, styled } from './terminal/line.ts';
import { introduction, sharedLines, summary } from './terminal/messages.ts';
import { type Options, readOptions, USAGE, UsageError } from './terminal/options.ts';
import { createScreen } from './terminal/screen.ts';
import { Watcher } from './terminal/watcher.ts';

const PROJECT = path.resolve(import.meta.dirname, '..');
const MINUTE = 60_000;
/** Polls that what is promised may come late by. */
const GRACE_MINUTES = 3;
/** Milliseconds that the notifiers have for the rest once the rollouts are over: what fails comes again after three minutes. */
const ALERTS_MS = 240_000;
const MAX_FAILURES = 5;
const GOES_ON: readonly Line[] = [['The scripted rollouts are over. Polling goes on; Ctrl-C stops it.'], []];

/** A signal told this process to end. */
class StoppedError extends Error {
  override readonly name = 'StoppedError';
  readonly exitStatus: number;

  constructor(signal: keyof typeof constants.signals) {
    super(`Stopped by ${signal}`);
    this.exitStatus = 128 + constants.signals[signal];
  }
}

/** Aborted by the first signal that tells this process to end; the second does not wait for anything. */
function stopOnSignals(): AbortSignal {
  const stopping = new AbortController();
  const stop = (signal: keyof typeof constants.signals) => {
    const stopped = new StoppedError(signal);
    if (stopping.signal.aborted) process.exit(stopped.exitStatus);
    stopping.abort(stopped);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => stop(signal));
  // Nobody reads any more.
  process.stdout.on('error', () => stop('SIGPIPE'));
  return stopping.signal;
}

/** Rejects once a signal is aborted. */
function stopOf(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop);
  });
}

/** Runs the stack and the demo on it; returns the exit status. */
async function run(options: Options, signal: AbortSignal): Promise<number> {
  const paint: Paint = (style, text) => styleText(style, text);
  const watcher = new Watcher(createScreen(process.stdout, paint), Date.now);
  watcher.print([styled('dim', 'Packaging the service, and starting what it needs …')]);
  const clock = new SteppedClock(Math.ceil(Date.now() / MINUTE) * MINUTE);
  const settings = await readLocalSettings(PROJECT);
  if (settings.warning !== undefined) watcher.print([styled('yellow', settings.warning)]);
  const closers: (() => Promise<void>)[] = [];
  try {
    const dashboard = await startDemoDashboard(PROJECT, signal);
    closers.unshift(dashboard.close);
    const destinations = await startDestinations(alertsOptionsOf(settings));
    closers.unshift(destinations.close);
    const stack = await startStack({
      project: PROJECT,
      simulator: { seed: options.seed, now: clock.now },
      alerts: destinations.alerts,
      api: dashboard.api,
      ...(options.fanOutAbove !== undefined && { fanOutAbove: options.fanOutAbove }),
      signal,
      onLogLine: watcher.onLogLine,
      onInvoked: watcher.onInvoked,
      onDeliveryFailure: watcher.onDeliveryFailure,
      onBatchFailure: watcher.onBatchFailure,
    });
    closers.unshift(stack.close);
    await dashboard.show(stack.running.api);
    const demonstration = demonstrate(options, { stack, destinations, dashboard }, watcher, clock, signal);
    return await Promise.race([demonstration, stack.failed, stopOf(signal)]);
  } finally {
    for (const close of closers) await close();
  }
}

/** What runs on this machine. */
interface Running {
  readonly stack: Stack;
  readonly destinations: Destinations;
  readonly dashboard: DemoDashboard;
}

async function demonstrate(
  { everyMs, fanOutAbove, untilDone }: Options,
  running: Running,
  watcher: Watcher,
  clock: SteppedClock,
  signal: AbortSignal,
): Promise<number> {
  const { stack, destinations, dashboard } = running;
  watcher.print(
    ...introduction({
      ...stack.deployment,
      running: stack.running,
      inboxUrl: destinations.inboxUrl,
      dashboardUrl: dashboard.openUrl,
      logFile: path.relative(process.cwd(), stack.logFile),
      everySeconds: everyMs / 1_000,
      fanOutAbove,
    }),
  );
  stack.bus.subscribe(watcher.onEvent);
  const story = new Story(destinations.rollouts, stack.simulator.account, clock);
  const table = taskTable(stack.dynamodb, stack.running.tables.tasks);
  let problems: readonly string[] | undefined;
  let alertsUntil: AbortSignal | undefined;

  const afterPoll = async (parts: number) => {
    const { tasks } = await table.readAll();
    watcher.onPolled(
      tasks.flatMap((task) => (task.state === 'live' ? [task.snapshot.facts] : [])),
      clock.now(),
      parts,
    );
    if (story.minute < LAST_MINUTE || problems !== undefined) return false;
    alertsUntil ??= AbortSignal.timeout(ALERTS_MS);
    const found = [
      ...(await problemsOf(running, watcher, alertsUntil)),
      ...auditSharing(fanOutAbove, watcher.shared.polls),
    ];
    if (found.length > 0 && story.minute < LAST_MINUTE + GRACE_MINUTES) return false;
    problems = found;
    watcher.conclude([...ending(watcher, found), ...(untilDone ? [] : GOES_ON)]);
    return untilDone;
  };
  await play({
    nextMinute: () => story.nextMinute(),
    everyMs,
    maxFailures: untilDone ? MAX_FAILURES : Number.POSITIVE_INFINITY,
    signal,
    invokePoll: stack.invokePoll,
    onPollFailure: (error) => watcher.onTrouble('poll', error),
    afterPoll,
  });
  return problems?.length === 0 ? 0 : 1;
}

/** What the demo promised and did not keep. */
async function problemsOf(
  { stack: { dynamodb, running, bus, queues }, destinations, dashboard }: Running,
  { violations, events, rollouts }: Watcher,
  alertsUntil: AbortSignal,
): Promise<string[]> {
  await bus.idle();
  const left = await leftInQueues(queues, alertsUntil);
  const rows = await readHistory(dynamodb, running.tables.history);
  const { alerts } = running.tables;
  const ledgers = alerts === undefined ? [] : await readLedgers(dynamodb, alerts);
  return [
    ...violations,
    ...brokenPromises(ROLLOUTS, events),
    ...auditHistory(rows, events),
    ...left,
    ...auditAlerts(destinations, ledgers, events),
    ...(await auditDashboard(dashboard, rollouts.all)),
  ];
}

function ending({ rollouts, events, shared }: Watcher, problems: readonly string[]): Line[] {
  const outcomes = ROLLOUTS.map(({ taskId, name, promises }) => ({
    name,
    last: rollouts.get(taskId),
    came: events.filter(({ detail }) => detail.taskId === taskId).length,
    promised: promises.length,
  }));
  const verdict: Line[] =
    problems.length === 0
      ? [
          [styled('green', `All ${events.length} events came once and in order, as the history has them.`)],
          [styled('green', 'Slack and PagerDuty know of them, and no incident is left open.')],
          [styled('green', 'The dashboard shows every rollout as it ended.')],
          ...sharedLines(shared),
        ]
      : [[styled('red', 'Not as promised:')], ...problems.map((problem): Line => [`  ${problem}`])];
  return [...summary(outcomes), ...verdict];
}

async function main(args: readonly string[]): Promise<number> {
  const signal = stopOnSignals();
  try {
    const options = readOptions(args);
    if (options !== undefined) return await run(options, signal);
    console.log(USAGE);
    return 0;
  } catch (error) {
    if (signal.reason instanceof StoppedError) return signal.reason.exitStatus;
    if (error instanceof UsageError) {
      console.error(`${error.message}\n\n${USAGE}`);
      return 2;
    }
    const isPlain = error instanceof StackError || error instanceof LocalSettingsError;
    console.error(isPlain ? error.message : error);
    return 1;
  }
}

process.exit(await main(process.argv.slice(2)));
