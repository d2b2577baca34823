import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Bus, startBus } from '../bus/bus.ts';
import type { DeliveryFailure, Send } from '../bus/delivery.ts';
import { type Call, lambdaEndpointInvoker } from '../bus/lambda-endpoint.ts';
import { type CloudWatchStandIn, startCloudWatch } from '../cloudwatch/cloudwatch.ts';
import { createTables } from '../database/create-tables.ts';
import { startDatabase } from '../database/database.ts';
import { type ParametersStandIn, startParameters } from '../parameters/parameters.ts';
import type { BatchFailure } from '../queue/event-source.ts';
import { startQueues } from '../queue/queues.ts';
import { type Simulator, type SimulatorOptions, startSimulator } from '../simulator/simulator.ts';
import { readTemplate } from '../template/template.ts';
import { type AlertsOptions, alertParams, alertUrls } from './alerts.ts';
import { type ApiOptions, apiParams } from './api.ts';
import { type Deployment, readDeployment } from './deployment.ts';
import {
  ACCOUNT_ID,
  CREDENTIALS,
  type Endpoints,
  localEnvironment,
  REGION,
  STACK_NAME,
} from './environment.ts';
import { openLogFile } from './function-log.ts';
import { freeUrls, type OfflineUrls, runOffline, untilAnswering } from './offline.ts';
import { packageService } from './package-service.ts';
import { PollParts, readParts } from './poll-parts.ts';
import { type StackQueues, startEventSources } from './queues.ts';
import { prepareRun } from './run-files.ts';
import { announceStack, type RunningStack, withdrawStack } from './running-stack.ts';
import type { Ending, ServerlessOptions, ServerlessParams } from './serverless.ts';
import { StackError } from './stack-error.ts';

/** When the next poll is due, workers drop what is left of the one before: what they have dealt with until then, they have done. */
const POLL_PERIOD_MS = 60_000;

export interface StackOptions {
  /** Folder of serverless.yml and node_modules. */
  readonly project: string;
  readonly simulator: Omit<SimulatorOptions, 'accountId' | 'region'>;
  /** Of a DynamoDB that runs; one of its own where not given. */
  readonly databaseUrl?: string | undefined;
  /** The notifiers; none where not given. */
  readonly alerts?: AlertsOptions;
  /** The audit API; none where not given. */
  readonly api?: ApiOptions;
  /** Looks of a poll above which workers share it; as serverless.yml says where not given. */
  readonly fanOutAbove?: number;
  /** Gathers messages of a queue as long as AWS would; else only while it has more. */
  readonly keepsWindow?: boolean;
  /** Gives up starting, and kills the functions, at once. */
  readonly signal?: AbortSignal;
  /** Takes the lines that the functions log. */
  readonly onLogLine?: (line: string) => void;
  /** Called when a function has taken an event of a rule. */
  readonly onInvoked?: (functionName: string) => void;
  readonly onDeliveryFailure?: (failure: DeliveryFailure) => void;
  /** Called when a function has failed with messages of a queue. */
  readonly onBatchFailure?: (failure: BatchFailure) => void;
}

/** The service, whole, on 127.0.0.1. */
export interface Stack {
  readonly simulator: Simulator;
  readonly bus: Bus;
  readonly queues: StackQueues;
  /** Stands in for the Parameter Store. */
  readonly parameters: ParametersStandIn;
  readonly dynamodb: DynamoDBDocumentClient;
  readonly deployment: Deployment;
  readonly running: RunningStack;
  readonly logFile: string;
  /** Rejects when the functions end by themselves. */
  readonly failed: Promise<never>;
  /**
   * Invokes what the schedule of the poll points at, and waits for it, and for the workers that it shares its work with; rejects
   * with what went wrong. One at a time.
   *
   * @returns into how many parts it was cut for workers; 0 where it was not
   */
  invokePoll(): Promise<number>;
  /** Ends everything at once. */
  close(): Promise<void>;
}

/** What the steps of a start share. */
interface Start {
  readonly options: StackOptions;
  readonly signal: AbortSignal;
  /** Working folder, relative to the project. */
  readonly folder: string;
  /** Of the service. */
  readonly params: ServerlessParams;
  /** Closes what has been started; the last comes first. */
  readonly closers: (() => unknown)[];
  readonly onLine: (line: string) => void;
  /** Has the metrics in these lines. */
  readonly cloudWatch: CloudWatchStandIn;
}

/**
 * Packages the service, and starts everything that it needs: the simulated managed integrations account, a database with
 * the template's tables, its queues, a bus with its buses and rules, and its functions in serverless-offline. Announced in
 * `.local/stack.json` while it runs; no process of it outlives this one.
 *
 * @throws StackError for a part that does not start, and the reason of the signal
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const { project, signal: given, onLogLine } = options;
  const ending = new AbortController();
  const closers: Start['closers'] = [];
  const close = async () => {
    ending.abort();
    for (const closeOne of closers.splice(0).reverse()) await closeOne();
  };
  const { folder, logFile } = await prepareRun(project, Date.now());
  const log = openLogFile(logFile);
  closers.push(log.close, () => rm(path.join(project, folder), { recursive: true, force: true }));
  const cloudWatch = await startCloudWatch();
  closers.push(cloudWatch.close);
  const onLine = (line: string) => {
    log.write(line);
    cloudWatch.takeLogLine(line);
    onLogLine?.(line);
  };
  const signal = AbortSignal.any(given === undefined ? [ending.signal] : [ending.signal, given]);
  try {
    const { alerts, api, fanOutAbove } = options;
    const sharing = fanOutAbove === undefined ? {} : { fanOutAbove: String(fanOutAbove) };
    const params = { ...alertParams(alerts), ...apiParams(api), ...sharing };
    const parts = await startParts({ options, params, signal, folder, closers, onLine, cloudWatch });
    return { ...parts, logFile, close };
  } catch (error) {
    await close();
    given?.throwIfAborted();
    throw error;
  }
}

async function startParts(start: Start): Promise<Omit<Stack, 'logFile' | 'close'>> {
  const { options, signal, closers } = start;
  const simulator = await startSimulator({ ...options.simulator, accountId: ACCOUNT_ID, region: REGION });
  closers.push(simulator.close);
  const parameters = await startParameters({ parameters: options.alerts?.parameters ?? {} });
  closers.push(parameters.close);
  const deployment = await deploy(start);
  const { url, dynamodb } = await startTables(deployment, start);
  const queues = await startQueues({ queues: deployment.queues, region: REGION, accountId: ACCOUNT_ID });
  closers.push(queues.close);

  const urls = await freeUrls();
  const { pollSchedule, nameOf } = deployment;
  const invoke = lambdaEndpointInvoker(urls.lambda, nameOf);
  const bus = await startRules(deployment, invoke, queues.send, start);
  const endpoints = {
    managedIntegrations: simulator.url,
    dynamodb: url,
    eventBridge: bus.url,
    sqs: queues.url,
    ssm: parameters.url,
    cloudWatch: start.cloudWatch.url,
  };
  const { failed } = await startFunctions(urls, endpoints, start);
  const { keepsWindow = false, onBatchFailure } = options;
  const parts = new PollParts();
  const stackQueues = startEventSources(deployment, queues, invoke, {
    keepsWindow,
    onHandled: parts.onHandled,
    ...(onBatchFailure !== undefined && { onFailure: onBatchFailure }),
  });
  closers.push(stackQueues.close);

  const { tables } = deployment;
  const running = {
    pid: process.pid,
    region: REGION,
    accountId: ACCOUNT_ID,
    endpoints: { ...endpoints, lambda: urls.lambda },
    tables: {
      tasks: tables.tasks.name,
      history: tables.history.name,
      ...(tables.alerts !== undefined && { alerts: tables.alerts.name }),
    },
    queues: queues.urls,
    alerts: alertUrls(options.alerts),
    api: urls.http,
    ...(options.api?.dashboardUrl !== undefined && { dashboard: options.api.dashboardUrl }),
  };
  await announceStack(options.project, running);
  closers.push(() => withdrawStack(options.project, process.pid));
  const invokePoll = async () => {
    const now = Date.now();
    const due = AbortSignal.any([signal, AbortSignal.timeout(POLL_PERIOD_MS)]);
    parts.begin(now);
    const payload = pollSchedule.payload(randomUUID(), now);
    const count = readParts(await invoke(pollSchedule.functionLogicalId, payload, signal));
    await parts.done(count, due);
    return count;
  };
  return {
    simulator,
    bus,
    queues: stackQueues,
    parameters,
    dynamodb,
    deployment,
    running,
    failed,
    invokePoll,
  };
}

async function deploy(start: Start): Promise<Deployment> {
  const template = await packageService(start.folder, start.params, serverlessOptions(start));
  return readDeployment(
    await readTemplate(template, { region: REGION, accountId: ACCOUNT_ID, stackName: STACK_NAME }),
  );
}

async function startTables({ tables }: Deployment, { options: { databaseUrl }, closers }: Start) {
  const { url, close } =
    databaseUrl === undefined ? await startDatabase() : { url: databaseUrl, close: () => undefined };
  const dynamodb = new DynamoDBClient({ endpoint: url, region: REGION, credentials: CREDENTIALS });
  closers.push(close, () => dynamodb.destroy());
  await createTables(dynamodb, tables.all);
  return { url, dynamodb: DynamoDBDocumentClient.from(dynamodb) };
}

async function startRules(
  deployment: Deployment,
  invoke: Call,
  send: Send,
  { options, closers }: Start,
): Promise<Bus> {
  const { onInvoked, onDeliveryFailure } = options;
  const bus = await startBus({
    accountId: ACCOUNT_ID,
    region: REGION,
    buses: deployment.buses,
    rules: deployment.rules,
    invoke: async (logicalId, payload, signal) => {
      await invoke(logicalId, payload, signal);
      onInvoked?.(deployment.nameOf(logicalId));
    },
    send,
    now: Date.now,
    ...(onDeliveryFailure !== undefined && { onDeliveryFailure }),
  });
  closers.push(bus.close);
  return bus;
}

async function startFunctions(
  urls: OfflineUrls,
  endpoints: Endpoints,
  start: Start,
): Promise<Pick<Stack, 'failed'>> {
  const params = {
    ...start.params,
    localQueues: `${endpoints.sqs}/${ACCOUNT_ID}`,
  };
  const offline = runOffline(start.folder, urls, params, serverlessOptions(start, endpoints));
  start.closers.push(() => offline);
  const failed = failureOf(offline, start.signal);
  await Promise.race([untilAnswering(urls.lambda, start.signal), failed]);
  return { failed };
}

function serverlessOptions(start: Start, endpoints?: Endpoints): ServerlessOptions {
  const { options, signal, onLine } = start;
  return { project: options.project, env: localEnvironment(process.env, endpoints), signal, onLine };
}

/** Rejects when a command ends although nobody ended it. */
function failureOf(command: Promise<Ending>, signal: AbortSignal): Promise<never> {
  const failed = new Promise<never>((_, reject) => {
    command.then(({ status, lastLines }) => {
      if (!signal.aborted) reject(new StackError(`serverless offline ended with ${status}:\n${lastLines}`));
    });
  });
  failed.catch(() => undefined);
  return failed;
}
