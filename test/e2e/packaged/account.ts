import { World } from '../../support/world.ts';
import type { Deployment } from './deployment.ts';
import { FunctionProcess } from './function-process.ts';
import { Traffic } from './traffic.ts';

/** A world that has what the package's template describes, and the traffic that the packaged poll makes in it. */
export class Account {
  readonly world: World;
  readonly traffic: Traffic;
  readonly #deployment: Deployment;
  readonly #endpoints: Readonly<Record<string, string>>;

  private constructor(
    deployment: Deployment,
    world: World,
    traffic: Traffic,
    endpoints: Record<string, string>,
  ) {
    this.#deployment = deployment;
    this.world = world;
    this.traffic = traffic;
    this.#endpoints = endpoints;
  }

  static async open(deployment: Deployment): Promise<Account> {
    const world = await World.start({ tables: deployment.tables });
    const traffic = new Traffic();
    return new Account(deployment, world, traffic, {
      AWS_ENDPOINT_URL_DYNAMODB: await traffic.proxy(world.database.url),
      AWS_ENDPOINT_URL_EVENTBRIDGE: await traffic.proxy(world.bus.url),
      AWS_ENDPOINT_URL_IOT_MANAGED_INTEGRATIONS: await traffic.proxy(world.simulator.url),
    });
  }

  /** Starts an execution environment of the poll. */
  start(variables: Readonly<Record<string, string>> = {}): FunctionProcess {
    const { accessKeyId, secretAccessKey } = this.world.database.credentials;
    return new FunctionProcess(this.#deployment, {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: 'token',
      ...this.#endpoints,
      ...variables,
    });
  }

  async close(): Promise<void> {
    await this.traffic.close();
    await this.world.close();
  }
}
