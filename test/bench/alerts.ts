// How long it takes from acceptance on the bus to the answer of Slack and of PagerDuty, and what of it the notifiers take.
// node test/bench/alerts.ts
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { GetCommand, PutCommand } from '@aws-sdk/lib-dynamodb';
import { startPagerDuty } from '../../local/pagerduty/pagerduty.ts';
import { startSlack } from '../../local/slack/slack.ts';
import { PARAMETERS_PREFIX } from '../../local/stack/alerts.ts';
import { startStack } from '../../local/stack/stack.ts';
import { figuresOf, printFigures, printRow } from './alerts/figures.ts';
import { createNotifiers } from './alerts/notifiers.ts';
import { type BenchRollout, placeOf, putRollout, routingKeyOf, taskIdsOf } from './alerts/rollouts.ts';
import {
  acceptanceOn,
  answersOfPagerDuty,
  answersOfSlack,
  type Instants,
  publisherTo,
  startEmptyWay,
} from './alerts/ways.ts';

const PROJECT = path.resolve(import.meta.dirname, '../..');
const THROUGH = 40;
const ALONE = 16;
const WARM_UP = 3;
/** Slack takes an edit every 1.25 s, and each breach owes one. The gaps differ, so that they meet batching windows anyhow. */
const EDIT_MS = 1_300;
const gapMs = (index: number) => EDIT_MS + ((index * 618) % 400);

const cold = taskIdsOf('cold', 1);
const warm = taskIdsOf('warm', THROUGH);
const alone = taskIdsOf('alone', WARM_UP + ALONE);
const taskIds = [...cold, ...warm, ...alone];

const routingKeys = Object.fromEntries(taskIds.map((taskId) => [routingKeyOf(taskId), placeOf(taskId)]));
const slack = await startSlack({ now: Date.now });
const pagerDuty = await startPagerDuty({ now: Date.now, routingKeys });
const stack = await startStack({
  project: PROJECT,
  simulator: { seed: 1, now: Date.now },
  alerts: {
    slack: { mode: 'bot', apiUrl: slack.apiUrl },
    pagerduty: { eventsUrl: pagerDuty.url },
    parameters: {
      [`${PARAMETERS_PREFIX}/slack/bot-token`]: slack.botToken,
      ...Object.fromEntries(
        Object.entries(routingKeys).map(([key, name]) => [`${PARAMETERS_PREFIX}/pagerduty/${name}`, key]),
      ),
    },
  },
  keepsWindow: true,
});
const notifiers = createNotifiers(stack);
const empty = await startEmptyWay(stack);
const [busName = ''] = stack.deployment.buses;
const publisher = publisherTo(stack.bus, busName);
const emptyPublisher = publisherTo(empty.bus, busName);

try {
  const rollouts = new Map(taskIds.map((taskId) => [taskId, putRollout(stack.simulator, taskId)]));
  const of = (ids: readonly string[]) => ids.flatMap((id) => rollouts.get(id) ?? []);
  // Every rollout has its message in Slack before it breaches, as it usually does.
  const started = of(taskIds).map((rollout) => rollout.started);
  await notifiers.slack(started);
  await notifiers.pagerDuty(started);

  await measureWay(of(cold), of(warm));
  await measureNotifiers(of(alone));
  const refused = [...slack.requests.filter(({ ok }) => !ok), ...pagerDuty.violations];
  if (refused.length > 0) throw new Error(`Requests were refused: ${JSON.stringify(refused)}`);
} finally {
  publisher.close();
  emptyPublisher.close();
  notifiers.close();
  await empty.close();
  await stack.close();
  await Promise.all([slack.close(), pagerDuty.close()]);
}

/** Breaches on the bus, one after the other. */
async function measureWay(cold: readonly BenchRollout[], warm: readonly BenchRollout[]): Promise<void> {
  const { windowSeconds = Number.NaN } =
    stack.deployment.eventSources.find(({ queue }) => queue === 'SlackQueue') ?? {};
  const accepted = acceptanceOn(stack.bus);
  const slackAnswers = answersOfSlack(slack, taskIds);
  const pagerDutyAnswers = answersOfPagerDuty(pagerDuty, taskIds);
  const untilTold = (rollouts: readonly BenchRollout[]) =>
    Promise.all(rollouts.flatMap(({ taskId }) => [slackAnswers.of(taskId), pagerDutyAnswers.of(taskId)]));

  for (const { breached } of cold) await publisher.publish(breached);
  await untilTold(cold);
  await sleep(EDIT_MS);
  for (const [index, { breached }] of warm.entries()) {
    await publisher.publish(breached);
    await sleep(gapMs(index) / 2);
    await emptyPublisher.publish(breached);
    await sleep(gapMs(index) / 2);
  }
  await untilTold(warm);
  await Promise.all(warm.map(({ taskId }) => empty.arrivals.of(taskId)));

  const took = (rollouts: readonly BenchRollout[], from: Instants, to: Instants) =>
    figuresOf(
      rollouts.map(({ taskId }) => (to.get(taskId) ?? Number.NaN) - (from.get(taskId) ?? Number.NaN)),
    );
  const windowMs = windowSeconds * 1_000;
  const nothing = took(warm, empty.accepted, empty.arrivals.instants);
  process.stdout.write(
    `From acceptance on the bus to the answer, milliseconds; ${warm.length} breaches, one every 1.5 s, ` +
      `each of another rollout, channel and service; ${availableParallelism()} CPUs\n`,
  );
  printRow('', 'count', 'p50', 'p99', 'max', '/ window', '/ nothing');
  printRow('baseline: batching window', '', windowMs);
  printFigures('baseline: a function that does nothing', nothing, windowMs, nothing.p50);
  for (const [name, { instants }] of [
    ['Slack', slackAnswers],
    ['PagerDuty', pagerDutyAnswers],
  ] as const) {
    printFigures(`${name}, the first one`, took(cold, accepted, instants), windowMs, nothing.p50);
    printFigures(`${name}, the others`, took(warm, accepted, instants), windowMs, nothing.p50);
  }
}

/** Breaches handed to the notifiers themselves. */
async function measureNotifiers(rollouts: readonly BenchRollout[]): Promise<void> {
  const roundTrips: number[] = [];
  const slackTook: Measured[] = [];
  const pagerDutyTook: Measured[] = [];
  for (const { taskId, breached } of rollouts) {
    await sleep(EDIT_MS);
    roundTrips.push((await measure(() => roundTrip(taskId))).ms);
    slackTook.push(await measure(() => notifiers.slack([breached])));
    pagerDutyTook.push(await measure(() => notifiers.pagerDuty([breached])));
  }
  const baseline = figuresOf(roundTrips.slice(WARM_UP));
  process.stdout.write(`\nWhat a notifier takes to tell one breach, milliseconds; in this process\n`);
  printRow('', 'count', 'p50', 'p99', 'max', '/ baseline', 'requests');
  printFigures('baseline: GetItem, PutItem of a ledger', baseline, baseline.p50);
  for (const [name, all] of [
    ['Slack (reply and edit)', slackTook],
    ['PagerDuty (trigger)', pagerDutyTook],
  ] as const) {
    const warm = all.slice(WARM_UP);
    const figures = figuresOf(warm.map(({ ms }) => ms));
    const counts = [...new Set(warm.map(({ requests }) => requests))];
    printRow(
      name,
      String(figures.count),
      figures.p50,
      figures.p99,
      figures.max,
      `${(figures.p50 / baseline.p50).toFixed(2)} ×`,
      counts.toSorted((a, b) => a - b).join('–'),
    );
  }
}

interface Measured {
  readonly ms: number;
  /** To DynamoDB. */
  readonly requests: number;
}

async function measure(work: () => Promise<unknown>): Promise<Measured> {
  const requests = notifiers.requests();
  const begunAt = performance.now();
  await work();
  return { ms: performance.now() - begunAt, requests: notifiers.requests() - requests };
}

/** Reads a ledger, and writes it elsewhere. */
async function roundTrip(taskId: string): Promise<void> {
  const TableName = stack.running.tables.alerts ?? '';
  const key = `slack:#${placeOf(taskId)}|ledger|${taskId}`;
  const { Item } = await notifiers.dynamodb.send(
    new GetCommand({ TableName, Key: { key }, ConsistentRead: true }),
  );
  if (Item === undefined) throw new Error(`There is no ledger ${key}`);
  await notifiers.dynamodb.send(new PutCommand({ TableName, Item: { ...Item, key: 'bench' } }));
}
