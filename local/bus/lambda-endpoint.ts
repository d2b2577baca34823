import type { Invoke } from './delivery.ts';

/** An invocation that a Lambda Invoke endpoint refused. */
export class LambdaInvokeError extends Error {
  override readonly name = 'LambdaInvokeError';
  readonly functionName: string;
  readonly status: number;

  constructor(functionName: string, status: number, answer: string) {
    super(`Invoking ${functionName} was answered with ${status}: ${answer}`);
    this.functionName = functionName;
    this.status = status;
  }
}

/**
 * Invokes functions asynchronously through an AWS Lambda endpoint, such as serverless-offline's Lambda port.
 * `nameOf` gives the function's name there for a logical id.
 */
export function lambdaEndpointInvoker(baseUrl: string, nameOf: (logicalId: string) => string): Invoke {
  return async (logicalId, payload, signal) => {
    const name = nameOf(logicalId);
    const path = `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`;
    const response = await fetch(new URL(path, baseUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-amz-invocation-type': 'Event' },
      body: JSON.stringify(payload),
      signal,
    });
    const answer = await response.text();
    if (!response.ok) throw new LambdaInvokeError(name, response.status, answer);
  };
}
