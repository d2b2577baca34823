import { type EventSource, startEventSource } from '../../../local/queue/event-source.ts';
import { type Queues, startQueues } from '../../../local/queue/queues.ts';
import { type EventSourceDefinition, eventSourcesOf } from '../../../local/template/event-sources.ts';
import { queuesOf } from '../../../local/template/queues.ts';
import { ACCOUNT, REGION, World } from '../../support/world.ts';
import type { Deployment } from './deployment.ts';
import { FunctionProcess, type Outcome, type Output } from './function-process.ts';
import { Traffic } from './traffic.ts';

/** Fewer than in the template: each is a process that takes a core while it starts. */
const WORKERS = 2;

export interface SharingOptions {
  /** Of the functions, besides the template's. */
  readonly variables?: Readonly<Record<string, string>>;
  /** The template's where not given. */
  readonly visibilityTimeoutSeconds?: number;
}

/** An account in which the packaged poll hands parts to packaged workers, as Lambda runs them. */
export class Sharing {
  readonly world: World;
  readonly queues: Queues;
  /** Of the poll, and of the workers. */
  readonly traffic: { readonly poll: Traffic; readonly worker: Traffic };
  readonly #poll: FunctionProcess;
  readonly #workers = new Set<FunctionProcess>();
  readonly #idle: FunctionProcess[] = [];
  readonly #startWorker: () => FunctionProcess;
  readonly #mapping: EventSource;

  private constructor(
    source: EventSourceDefinition,
    parts: Pick<Sharing, 'world' | 'queues' | 'traffic'>,
    start: (key: 'poll' | 'worker') => FunctionProcess,
  ) {
    this.world = parts.world;
    this.queues = parts.queues;
    this.traffic = parts.traffic;
    this.#poll = start('poll');
    this.#startWorker = () => start('worker');
    const call = async (_: string, event: unknown) => answerOf(await this.work(event));
    this.#mapping = startEventSource({ source, queues: this.queues, region: REGION, now: Date.now, call });
  }

  static async open(
    deployments: { readonly poll: Deployment; readonly worker: Deployment },
    { variables = {}, visibilityTimeoutSeconds }: SharingOptions = {},
  ): Promise<Sharing> {
    const { template, tables } = deployments.poll;
    const [source] = eventSourcesOf(template);
    if (source === undefined) throw new Error('The template has no event source');
    const world = await World.start({ tables });
    const queues = await startQueues({
      queues: queuesOf(template).map((queue) => ({
        ...queue,
        ...(visibilityTimeoutSeconds !== undefined && { visibilityTimeoutSeconds }),
      })),
      region: REGION,
      accountId: ACCOUNT,
    });
    const traffic = { poll: new Traffic(), worker: new Traffic() };
    const environmentOf = async (seen: Traffic) => ({
      AWS_ACCESS_KEY_ID: world.database.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: world.database.credentials.secretAccessKey,
      AWS_SESSION_TOKEN: 'token',
      AWS_ENDPOINT_URL_DYNAMODB: await seen.proxy(world.database.url),
      AWS_ENDPOINT_URL_EVENTBRIDGE: await seen.proxy(world.bus.url),
      AWS_ENDPOINT_URL_IOT_MANAGED_INTEGRATIONS: await seen.proxy(world.simulator.url),
      AWS_ENDPOINT_URL_SQS: await seen.proxy(queues.url),
      SHARD_QUEUE_URL: queues.urlOf('PollShardQueue'),
      ...variables,
    });
    const environments = {
      poll: await environmentOf(traffic.poll),
      worker: await environmentOf(traffic.worker),
    };
    return new Sharing(
      { ...source, maximumConcurrency: WORKERS },
      { world, queues, traffic },
      (key) => new FunctionProcess(deployments[key], environments[key]),
    );
  }

  /** The poll that the schedule starts, and what workers do of it until the queue is empty. */
  async minute(): Promise<Outcome> {
    const outcome = await this.#poll.invoke({});
    await this.#mapping.idle();
    return outcome;
  }

  /** Invokes a worker: one that is idle, or another one. */
  async work(event: unknown): Promise<Outcome> {
    const worker = this.#idle.pop() ?? this.#startWorker();
    this.#workers.add(worker);
    const outcome = await worker.invoke(event);
    if (outcome !== 'died') this.#idle.push(worker);
    return outcome;
  }

  /** Ends all workers at this very moment. */
  async killWorkers(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.kill()));
  }

  /** Ends the functions between two invocations. */
  async stop(): Promise<{ readonly poll: Output; readonly workers: readonly Output[] }> {
    return {
      poll: await this.#poll.stop(),
      workers: await Promise.all([...this.#workers].map((worker) => worker.stop())),
    };
  }

  async close(): Promise<void> {
    await this.#mapping.close();
    await this.stop();
    await Promise.all([this.traffic.poll.close(), this.traffic.worker.close()]);
    await this.queues.close();
    await this.world.close();
  }
}

function answerOf(outcome: Outcome): string {
  if (outcome === 'died' || outcome.error !== undefined)
    throw new Error(`Failed: ${JSON.stringify(outcome)}`);
  return JSON.stringify(outcome.value);
}
