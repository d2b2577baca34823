/** An invocation that a Lambda Invoke endpoint refused, or that failed in the function. */
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

/** Hands a payload to a function, by its logical id, and gives its answer, as text; rejects where it failed. */
export type Call = (functionLogicalId: string, payload: unknown, signal: AbortSignal) => Promise<string>;

/**
 * Invokes functions through an AWS Lambda endpoint, such as serverless-offline's Lambda port, and waits for them.
 * `nameOf` gives the function's name there for a logical id. Rejects with LambdaInvokeError.
 *
 * EventBridge invokes with the type `Event`, which waits for nothing. Here that would be no good: a handler that
 * fails after such an invocation ends the whole process of serverless-offline.
 */
export function lambdaEndpointInvoker(baseUrl: string, nameOf: (logicalId: string) => string): Call {
  return async (logicalId, payload, signal) => {
    const name = nameOf(logicalId);
    const path = `/2015-03-31/functions/${encodeURIComponent(name)}/invocations`;
    const response = await fetch(new URL(path, baseUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-amz-invocation-type': 'RequestResponse' },
      body: JSON.stringify(payload),
      signal,
    });
    const answer = await response.text();
    const failed = !response.ok || response.headers.has('x-amz-function-error');
    if (failed) throw new LambdaInvokeError(name, response.status, answer);
    return answer;
  };
}
