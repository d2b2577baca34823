import type { IncomingHttpHeaders } from 'node:http';
import { z } from 'zod';
import { type Outcome, serveAwsJson } from '../bus/http.ts';
import type { Listening } from '../bus/listen.ts';
import { ServiceError } from '../bus/put-events.ts';

export interface ParametersOptions {
  /** A free one if left out. */
  readonly port?: number;
  /** Values by name. All are SecureStrings. */
  readonly parameters: Readonly<Record<string, string>>;
}

export interface ParametersRequest {
  readonly operation: 'GetParameter' | 'GetParameters';
  readonly names: readonly string[];
}

/** What can go wrong with one request: an error of the service, or no answer. */
export type ParametersFault = ServiceError | 'drop' | 'hang';

/** The part of the Parameter Store that reads, on this machine. */
export interface ParametersStandIn extends Listening {
  /** Takes another value from now on; undefined: the parameter is deleted. */
  set(name: string, value: string | undefined): void;
  /** Those that were understood, whatever became of them. */
  readonly requests: readonly ParametersRequest[];
  /** Fault injection: set the function to decide each request. */
  readonly faults: { request: ((request: ParametersRequest) => ParametersFault | undefined) | undefined };
}

interface Parameter {
  readonly value: string;
  readonly version: number;
}

/** Serves `parameters` on 127.0.0.1. */
export async function startParameters({
  port = 0,
  parameters,
}: ParametersOptions): Promise<ParametersStandIn> {
  const store = new Map<string, Parameter>(
    Object.entries(parameters).map(([name, value]) => [name, { value, version: 1 }]),
  );
  const requests: ParametersRequest[] = [];
  const faults: ParametersStandIn['faults'] = { request: undefined };

  const handle = async (headers: IncomingHttpHeaders, body: string): Promise<Outcome> => {
    const { withDecryption, ...request } = readRequest(headers, body);
    requests.push(request);
    const fault = faults.request?.(request);
    if (fault instanceof ServiceError) throw fault;
    if (fault !== undefined) return fault;
    const described = (name: string) => describe(name, store.get(name), withDecryption);
    return {
      status: 200,
      body: request.operation === 'GetParameter' ? one(request, described) : several(request, described),
    };
  };

  const listening = await serveAwsJson(port, handle);
  return {
    ...listening,
    requests,
    faults,
    set: (name, value) => {
      const version = (store.get(name)?.version ?? 0) + 1;
      if (value === undefined) store.delete(name);
      else store.set(name, { value, version });
    },
  };
}

const parameterName = z.string().regex(/^[\w./:-]{1,2048}$/);
const flag = z.boolean().default(false);
const bodies = {
  GetParameter: z
    .object({ Name: parameterName, WithDecryption: flag })
    .transform(({ Name, WithDecryption }) => ({ names: [Name], withDecryption: WithDecryption })),
  GetParameters: z
    .object({ Names: z.array(parameterName).min(1).max(10), WithDecryption: flag })
    .transform(({ Names, WithDecryption }) => ({ names: Names, withDecryption: WithDecryption })),
};

function readRequest(
  { 'x-amz-target': target }: IncomingHttpHeaders,
  body: string,
): ParametersRequest & { readonly withDecryption: boolean } {
  const operation = (['GetParameter', 'GetParameters'] as const).find(
    (name) => target === `AmazonSSM.${name}`,
  );
  if (operation === undefined) {
    throw new ServiceError(
      'UnknownOperationException',
      'Only GetParameter and GetParameters are offered here.',
    );
  }
  const { success, data, error } = bodies[operation].safeParse(JSON.parse(body));
  if (!success) throw new ServiceError('ValidationException', z.prettifyError(error));
  return { operation, ...data };
}

type Described = Readonly<Record<string, unknown>> | undefined;

function one({ names: [name = ''] }: ParametersRequest, described: (name: string) => Described): object {
  const Parameter = described(name);
  if (Parameter === undefined) throw new ServiceError('ParameterNotFound', '');
  return { Parameter };
}

function several({ names }: ParametersRequest, described: (name: string) => Described): object {
  return {
    Parameters: names.flatMap((name) => described(name) ?? []),
    InvalidParameters: names.filter((name) => described(name) === undefined),
  };
}

function describe(name: string, parameter: Parameter | undefined, withDecryption: boolean): Described {
  if (parameter === undefined) return undefined;
  const { value, version } = parameter;
  return {
    Name: name,
    Type: 'SecureString',
    Value: withDecryption ? value : Buffer.from(`encrypted:${name}:${version}`).toString('base64'),
    Version: version,
    DataType: 'text',
  };
}
