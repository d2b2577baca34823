import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http';
import {
  IoTManagedIntegrationsClient,
  type IoTManagedIntegrationsClientConfig,
} from '@aws-sdk/client-iot-managed-integrations';
import { ConfiguredRetryStrategy } from '@smithy/core/retry';
import { afterEach, beforeEach, onTestFinished, vi } from 'vitest';

/** A request as it came over the wire. */
export interface SeenRequest {
  line: string;
  headers: IncomingHttpHeaders;
}

export type Answer = (response: ServerResponse) => void;

export function answer(status: number, body: unknown = '', headers: Record<string, string> = {}): Answer {
  return (response) => {
    response.writeHead(status, headers);
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

export const ok = (body: unknown): Answer => answer(200, body, { 'content-type': 'application/json' });

/** Closes the connection without an answer. */
export const drop: Answer = (response) => {
  response.destroy();
};

/** Closes the connection in the middle of the body. */
export const dropMidway: Answer = (response) => {
  response.writeHead(200, { 'content-length': '100' });
  response.write('{"TaskId":', () => response.destroy());
};

/** Where and who, without a look at the surroundings. */
export const IDENTITY = {
  region: 'eu-west-1',
  credentials: { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' },
};

/** Makes 3 attempts, and waits for nothing between them. */
export const impatient = () => new ConfiguredRetryStrategy(3, 0);

/** A server that gives each answer once, the last one for ever, until the test is over. */
export async function serve(...answers: [Answer, ...Answer[]]) {
  const requests: SeenRequest[] = [];
  const server = createServer((request, response) => {
    const current = answers[requests.length] ?? answers[answers.length - 1];
    requests.push({ line: `${request.method} ${request.url}`, headers: request.headers });
    current?.(response);
  });
  const port = await new Promise<number>((resolve, reject) => {
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      if (typeof address === 'object' && address) resolve(address.port);
      else reject(new Error('the server has no port'));
    });
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { requests, endpoint: `http://127.0.0.1:${port}` };
}

/** A client, destroyed when the test is over. */
export function connect(config: IoTManagedIntegrationsClientConfig): IoTManagedIntegrationsClient {
  const client = new IoTManagedIntegrationsClient(config);
  onTestFinished(() => client.destroy());
  return client;
}

/** An impatient client of a server with these answers. */
export async function talk(...answers: [Answer, ...Answer[]]) {
  const { requests, endpoint } = await serve(...answers);
  return { requests, client: connect({ ...IDENTITY, retryStrategy: impatient(), endpoint }) };
}

/** The error that a promise rejects with. */
export async function rejection(promise: Promise<unknown>): Promise<Error> {
  const outcome = await promise.catch((error: unknown) => error);
  if (outcome instanceof Error) return outcome;
  throw new Error('expected a rejection');
}

/** All pages of a paginator. */
export async function collect<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const page of pages) all.push(page);
  return all;
}

/** Hides the AWS settings of whoever runs the tests, for every test of the file. */
export function useCleanEnvironment(): void {
  beforeEach(() => {
    for (const name of Object.keys(process.env)) {
      if (name.startsWith('AWS_')) vi.stubEnv(name, undefined);
    }
    vi.stubEnv('AWS_CONFIG_FILE', '/dev/null');
    vi.stubEnv('AWS_SHARED_CREDENTIALS_FILE', '/dev/null');
    vi.stubEnv('AWS_EC2_METADATA_DISABLED', 'true');
  });
  afterEach(() => {
    vi.unstubAllEnvs();
  });
}
