import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import type { SQSRecord } from 'aws-lambda';
import { z } from 'zod';
import { lambdaEndpointInvoker } from '../../../../local/bus/lambda-endpoint.ts';
import { listen } from '../../../../local/bus/listen.ts';

const batchSchema = z.strictObject({ Records: z.array(z.custom<SQSRecord>()) });

/** What a function does with a batch: the bodies of the messages that fail, or another answer altogether. */
type Handler = (records: readonly SQSRecord[]) => Promise<readonly string[] | { readonly status: number }>;

/** A Lambda endpoint with one function that takes messages, and reports those that failed. */
export class FunctionEndpoint {
  /** Invocations, as the records that came. */
  readonly batches: (readonly SQSRecord[])[] = [];
  handler: Handler = async () => [];
  #close: () => Promise<void> = async () => undefined;

  /** Starts it; gives what invokes the function. */
  async start() {
    const server = createServer(async (request, response) => {
      const { Records } = batchSchema.parse(await json(request));
      this.batches.push(Records);
      const answer = await this.handler(Records);
      if ('status' in answer) {
        response.writeHead(answer.status).end('broken');
        return;
      }
      const failed = Records.filter(({ body }) => answer.includes(body));
      const batchItemFailures = failed.map(({ messageId }) => ({ itemIdentifier: messageId }));
      response.end(JSON.stringify({ batchItemFailures }));
    });
    const { url, close } = await listen(server, 0);
    this.#close = close;
    return lambdaEndpointInvoker(url, (logicalId) => logicalId);
  }

  stop(): Promise<void> {
    return this.#close();
  }

  /** The bodies of the messages of each invocation. */
  get bodies(): string[][] {
    return this.batches.map((records) => records.map(({ body }) => body));
  }
}
