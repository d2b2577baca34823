import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { REGION } from '../../support/world.ts';
import type { Deployment } from './deployment.ts';

const NODE = path.resolve(import.meta.dirname, '../../../node_modules/.bin/node');

const outcomeSchema = z.object({
  value: z.unknown().optional(),
  error: z.looseObject({ errorType: z.string(), errorMessage: z.string() }).optional(),
});

const entrySchema = z.record(z.string(), z.unknown());

/** What came of an invocation; `died` when the process ended before it did. */
export type Outcome = z.infer<typeof outcomeSchema> | 'died';

/** What a function wrote, line by line. */
export interface Output {
  /** Standard output and error as they are. */
  readonly text: string;
  readonly logs: readonly Record<string, unknown>[];
  /** CloudWatch embedded metric format. */
  readonly metrics: readonly Record<string, unknown>[];
  /** Lines that are not JSON. */
  readonly others: readonly string[];
}

/** One execution environment of a packaged function: a process of production's Node with nothing but its code and variables. */
export class FunctionProcess {
  readonly #child: ChildProcess;
  readonly #deployment: Deployment;
  readonly #written: Promise<string[]>;
  readonly #died: Promise<'died'>;
  #invocations = 0;

  /** @param variables what the environment has besides what the template and Lambda give */
  constructor(deployment: Deployment, variables: Readonly<Record<string, string>>) {
    const { lambda, codeFolder, runtime } = deployment;
    this.#deployment = deployment;
    this.#child = fork(runtime, {
      execPath: NODE,
      execArgv: [],
      cwd: codeFolder,
      silent: true,
      env: {
        HOME: codeFolder,
        LAMBDA_TASK_ROOT: codeFolder,
        _HANDLER: lambda.handler,
        AWS_LAMBDA_FUNCTION_NAME: lambda.name,
        AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
        AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(lambda.memoryMegabytes),
        AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
        AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
        AWS_REGION: REGION,
        AWS_DEFAULT_REGION: REGION,
        TZ: ':UTC',
        ...lambda.environment,
        ...variables,
      },
    });
    const { stdout, stderr } = this.#child;
    if (stdout === null || stderr === null) throw new Error('The process has no output');
    this.#died = once(this.#child, 'close').then(() => 'died');
    this.#written = Promise.all([text(stdout), text(stderr)]);
  }

  /** Invokes it for as long as its time is, as its schedule does where no event is given. */
  async invoke(event: unknown = this.#deployment.event): Promise<Outcome> {
    const { lambda, lambdaArn } = this.#deployment;
    this.#invocations += 1;
    const context = {
      awsRequestId: `00000000-0000-4000-8000-${String(this.#invocations).padStart(12, '0')}`,
      functionName: lambda.name,
      functionVersion: '$LATEST',
      invokedFunctionArn: lambdaArn,
      memoryLimitInMB: String(lambda.memoryMegabytes),
      logGroupName: `/aws/lambda/${lambda.name}`,
      logStreamName: '2026/11/22/[$LATEST]0',
    };
    const answered = once(this.#child, 'message').then(([answer]) => outcomeSchema.parse(answer));
    this.#child.send({ event, context, timeoutMs: lambda.timeoutSeconds * 1_000 }, () => undefined);
    return Promise.race([answered, this.#died]);
  }

  /** Ends the process at this very moment. */
  async kill(): Promise<void> {
    const exit = once(this.#child, 'exit');
    if (this.#child.kill('SIGKILL')) await exit;
  }

  /** Ends the process between two invocations. */
  async stop(): Promise<Output> {
    if (this.#child.connected) this.#child.disconnect();
    const written = (await this.#written).join('');
    const lines = written.split('\n').filter((line) => line !== '');
    const isJson = (line: string) => line.startsWith('{');
    const entries = lines.filter(isJson).map((line) => entrySchema.parse(JSON.parse(line)));
    return {
      text: written,
      logs: entries.filter((entry) => !('_aws' in entry)),
      metrics: entries.filter((entry) => '_aws' in entry),
      others: lines.filter((line) => !isJson(line)),
    };
  }
}
