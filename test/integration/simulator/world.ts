import { onTestFinished } from 'vitest';
import { type Simulator, type SimulatorOptions, startSimulator } from '../../../local/simulator/simulator.ts';

export const START = Date.UTC(2025, 5, 2, 3);
export const MINUTE = 60_000;

const SCOPE = '20250602/us-east-1/iotmanagedintegrations/aws4_request';
export const AUTHORIZATION = `AWS4-HMAC-SHA256 Credential=AKID/${SCOPE}, SignedHeaders=host, Signature=00`;

export interface ApiAnswer {
  readonly status: number;
  readonly errorType: string | null;
  readonly body: unknown;
}

export interface World extends Simulator {
  /** The simulated time, to be moved at will. */
  readonly clock: { now: number };
  /** Sends a signed request and reads the answer, whose body is JSON or empty. */
  readonly call: (method: string, path: string, body?: unknown) => Promise<ApiAnswer>;
}

/** Starts a simulator that ends with the test. */
export async function startWorld(options: Partial<SimulatorOptions> = {}): Promise<World> {
  const clock = { now: START };
  const simulator = await startSimulator({ seed: 1, now: () => clock.now, ...options });
  onTestFinished(() => simulator.close());
  const call: World['call'] = async (method, path, body) => {
    const response = await fetch(`${simulator.url}${path}`, {
      method,
      headers: { authorization: AUTHORIZATION },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const errorType = response.headers.get('x-amzn-errortype');
    return { status: response.status, errorType, body: text === '' ? undefined : JSON.parse(text) };
  };
  return { ...simulator, clock, call };
}
